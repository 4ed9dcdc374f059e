//! Which file of `src/` names which other: a graph by the paths that the files write, and the circles in it.
//!
//! Whoever names `super::X` needs the file in which `X` is defined, whichever `pub use` it comes through. Declaring a child and handing its
//! names on is no use of it; `#[cfg(test)]` is left out.

use super::{is_word, tokens};
use std::collections::{BTreeMap, BTreeSet};

/// Longest chain of `pub use` that is followed.
const MOST_HOPS: usize = 16;

/// A path that a `use` brings in, under a name; `*` is all of a module.
#[derive(Debug)]
struct Import {
    name: String,
    path: Vec<String>,
    public: bool,
}

/// One file as a module.
#[derive(Debug, Default)]
struct Module {
    file: String,
    /// Names of the items defined in it, those of modules written into it included.
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// What it names outside of its `use`s: paths of two words or more, and single words.
    paths: Vec<Vec<String>>,
    words: BTreeSet<String>,
}

/// All files by the paths of their modules.
struct Sources(BTreeMap<Vec<String>, Module>);

/// Which files each file names, and by which names.
type Edges = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Groups of files that import each other in circles: what each of them names of the others.
pub(crate) fn circles(sources: &[(String, String)]) -> Vec<String> {
    let modules = sources.iter().filter(|(path, _)| path != "main.rs").map(|(path, text)| (module_path(path), module(path, text)));
    let edges = Sources(modules.collect()).edges();
    components(&edges).iter().map(|circle| told(circle, &edges)).collect()
}

fn told(circle: &[String], edges: &Edges) -> String {
    let edges = circle.iter().flat_map(|from| edges[from].iter().map(move |(to, names)| (from, to, names)));
    let inside = edges.filter(|(_, to, _)| circle.contains(to));
    let lines: Vec<String> = inside.map(|(from, to, names)| format!("    {from} names {names:?} of {to}")).collect();
    format!("{} files in a circle:\n{}", circle.len(), lines.join("\n"))
}

fn module_path(file: &str) -> Vec<String> {
    file.trim_end_matches(".rs").split('/').filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned).collect()
}

fn module(file: &str, text: &str) -> Module {
    let tokens = without_tests(tokens(text));
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    let mut at = 0;
    while at < tokens.len() {
        let next = tokens.get(at + 1).map_or("", String::as_str);
        match tokens[at].as_str() {
            "use" if next != "<" => {
                let end = at + tokens[at..].iter().position(|token| token == ";").unwrap_or(tokens.len() - at);
                let public = at > 0 && matches!(tokens[at - 1].as_str(), "pub" | ")");
                imports(&tokens[at + 1..end], &[], public, &mut module.imports);
                at = end;
            }
            "struct" | "enum" | "union" | "trait" | "fn" | "type" | "const" | "static" | "macro_rules" if is_word(next) || next == "!" => {
                let name = if matches!(next, "!" | "mut") { at + 2 } else { at + 1 };
                module.items.extend(tokens.get(name).cloned());
                at += 1;
            }
            "mod" => at += 2,
            // Of a method or a field.
            word if is_word(word) && (at == 0 || tokens[at - 1] != ".") => {
                let mut path = vec![word.to_owned()];
                while tokens.get(at + 1).is_some_and(|token| token == "::") && tokens.get(at + 2).is_some_and(|token| is_word(token)) {
                    path.push(tokens[at + 2].clone());
                    at += 2;
                }
                module.words.insert(path[0].clone());
                module.paths.push(path);
                at += 1;
            }
            _ => at += 1,
        }
    }
    module
}

/// Without the items that are compiled for tests alone.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
        if tokens[at..].iter().map(String::as_str).take(attribute.len()).eq(attribute) {
            at += attribute.len();
            let mut depth = 0;
            while at < tokens.len() {
                match tokens[at].as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 && matches!(tokens[at - 1].as_str(), "}" | ";") {
                    break;
                }
            }
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// What a tree `a::{b, c as d, e::*}` brings in.
fn imports(tree: &[String], before: &[String], public: bool, found: &mut Vec<Import>) {
    let mut path = before.to_vec();
    for (at, token) in tree.iter().enumerate() {
        match token.as_str() {
            "::" => {}
            "{" => {
                let mut depth = 0;
                let inside = &tree[at + 1..tree.len() - 1];
                let branches = inside.split(|token| {
                    depth += i32::from(token == "{") - i32::from(token == "}");
                    depth == 0 && token == ","
                });
                return branches.filter(|branch| !branch.is_empty()).for_each(|branch| imports(branch, &path, public, found));
            }
            "as" => {
                let name = tree[at + 1].clone();
                return found.push(Import { name, path, public });
            }
            "self" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
    }
    found.push(Import { name: path.last().cloned().unwrap_or_default(), path, public });
}

/// What a path leads to.
enum Target {
    /// Something of this name, defined in the file of this module.
    Item(Vec<String>, String),
    /// A module as a whole.
    Module(Vec<String>),
}

impl Sources {
    fn edges(&self) -> Edges {
        self.0.iter().map(|(path, module)| (module.file.clone(), self.named_in(path, module))).collect()
    }

    /// What a file names of others.
    fn named_in(&self, own: &[String], module: &Module) -> BTreeMap<String, BTreeSet<String>> {
        let mut targets = Vec::new();
        for import in &module.imports {
            if import.name == "*" {
                let parent = &import.path[..import.path.len() - 1];
                let of = |word: &String| self.resolve(own, &[parent, std::slice::from_ref(word)].concat(), 0);
                targets.extend(module.words.iter().filter_map(of));
            } else if !import.public || module.words.contains(&import.name) {
                targets.extend(self.resolve(own, &import.path, 0));
            }
        }
        targets.extend(module.paths.iter().filter(|path| path.len() > 1).filter_map(|path| self.resolve(own, path, 0)));
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for target in targets {
            if let Target::Item(home, name) = target
                && home != own
            {
                named.entry(self.0[&home].file.clone()).or_default().insert(name);
            }
        }
        named
    }

    /// Where a path leads that is written in the module `from`.
    fn resolve(&self, from: &[String], path: &[String], hops: usize) -> Option<Target> {
        let mut module = from.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (module, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while let [first, others @ ..] = rest
                    && first == "super"
                {
                    module.pop()?;
                    rest = others;
                }
            }
            _ => {}
        }
        self.walk(module, rest, hops)
    }

    /// Where a path leads from inside a module on.
    fn walk(&self, mut module: Vec<String>, path: &[String], hops: usize) -> Option<Target> {
        for (at, name) in path.iter().enumerate() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            let here = self.0.get(&module)?;
            // A function may be called as the module that it comes from.
            let is_function = at + 1 == path.len() && here.imports.iter().any(|import| import.name == *name && import.path.len() > 1);
            if self.0.contains_key(&child) && !is_function {
                module = child;
                continue;
            }
            if here.items.contains(name) {
                return Some(Target::Item(module, name.clone()));
            }
            if hops == MOST_HOPS {
                return None;
            }
            let rest = &path[at + 1..];
            let import = here.imports.iter().find(|import| import.name == *name);
            if let Some(import) = import {
                return match self.resolve(&module, &import.path, hops + 1)? {
                    Target::Module(of) => self.walk(of, rest, hops + 1),
                    item => Some(item),
                };
            }
            let all = here.imports.iter().filter(|import| import.name == "*");
            return { all }.find_map(|import| {
                let through = [&import.path[..import.path.len() - 1], &path[at..]].concat();
                self.resolve(&module, &through, hops + 1)
            });
        }
        Some(Target::Module(module))
    }
}

/// The circles of a graph: its strongly connected components of more than one node (Kosaraju: once along, once against the edges).
fn components(edges: &Edges) -> Vec<Vec<String>> {
    fn visit<'a>(node: &'a str, edges: &BTreeMap<&'a str, Vec<&'a str>>, seen: &mut BTreeSet<&'a str>, order: &mut Vec<&'a str>) {
        if seen.insert(node) {
            edges.get(node).into_iter().flatten().for_each(|next| visit(next, edges, seen, order));
            order.push(node);
        }
    }
    let mut along: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut against: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.iter().flat_map(|(from, all)| all.keys().map(move |to| (from, to))) {
        along.entry(from).or_default().push(to);
        against.entry(to).or_default().push(from);
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    edges.keys().for_each(|node| visit(node, &along, &mut seen, &mut order));
    seen.clear();
    let mut found = Vec::new();
    for node in order.into_iter().rev() {
        let mut component = Vec::new();
        visit(node, &against, &mut seen, &mut component);
        if component.len() > 1 {
            component.sort_unstable();
            found.push(component.into_iter().map(str::to_owned).collect());
        }
    }
    found
}
