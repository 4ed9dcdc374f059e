//! The house: imports only point down, modules of one floor do not know each other, no file imports in a circle, each outside crate
//! enters by its door, and only app and cli print. `ARCHITECTURE.md` draws the house; this reads the sources.

mod circles;

use std::fs;
use std::path::{Path, PathBuf};

/// Which floor a module is on.
const FLOORS: [(&str, u8); 20] = [
    ("motion", 0),
    ("files", 0),
    ("tasks", 0),
    ("model", 1),
    ("engine", 1),
    ("body", 1),
    ("timeline", 1),
    ("pipeline", 2),
    ("formats", 2),
    ("library", 2),
    ("capture", 2),
    ("view", 2),
    ("generator", 3),
    ("train", 3),
    ("rating", 3),
    ("stage", 3),
    ("author", 4),
    ("cli", 4),
    ("app", 5),
    // Chooses cli or app and sets up the process.
    ("main", 6),
];

/// Which modules an outside crate may enter.
const DOORS: [(&str, &[&str]); 46] = [
    ("candle_core", &["model", "train"]),
    ("candle_nn", &["model", "train"]),
    ("candle_transformers", &["model"]),
    ("tokenizers", &["model"]),
    ("nalgebra", &["train"]),
    ("prost", &["model"]),
    ("pulp", &["model"]),
    ("rayon", &["model"]),
    ("wgpu", &["engine"]),
    ("pollster", &["engine"]),
    ("bytemuck", &["engine"]),
    ("gltf", &["formats"]),
    ("gltf_json", &["formats"]),
    ("npyz", &["formats"]),
    ("zip", &["formats", "model"]),
    ("base64", &["formats"]),
    ("crc32fast", &["formats"]),
    ("percent_encoding", &["formats"]),
    ("ufbx", &["formats"]),
    ("flate2", &["formats"]),
    ("zune_jpeg", &["formats"]),
    ("ureq", &["library"]),
    ("sha2", &["library"]),
    ("directories", &["library", "author"]),
    ("crossbeam_channel", &["generator"]),
    ("bevy", &["stage", "app"]),
    ("bevy_egui", &["app"]),
    ("egui", &["app"]),
    ("memory_stats", &["app"]),
    ("rfd", &["app"]),
    ("rustix", &["app"]),
    ("shlex", &["author"]),
    ("rand_of_bevy", &[]),
    ("wayland_sys", &[]),
    ("clap", &["cli"]),
    ("ctrlc", &["cli"]),
    ("indicatif", &["cli"]),
    ("tracing_subscriber", &["cli", "main"]),
    ("image", &["stage", "app", "cli", "formats", "capture"]),
    ("openh264", &["stage"]),
    ("realfft", &["capture"]),
    ("symphonia", &["capture"]),
    ("ron", &["author", "formats"]),
    ("tempfile", &["files", "formats", "train", "cli"]),
    ("winit", &["app"]),
    ("naga", &["engine"]),
];

/// Crates that are free of doors.
const FREE: [&str; 6] = ["glam", "serde", "serde_json", "thiserror", "tracing", "rand"];

/// Those that a user sees or reads.
const MAY_PRINT: [&str; 3] = ["app", "cli", "main"];
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// What is wrong with one source file, `path` relative to `src/`.
fn complaints(path: &str, text: &str) -> Vec<String> {
    let path = path.trim_end_matches(".rs");
    let parts: Vec<&str> = path.split('/').filter(|part| *part != "mod").collect();
    let module = parts[0];
    if module == "lib" {
        return Vec::new();
    }
    let Some(own_floor) = floor(module) else { return vec![format!("{path}: the module {module} is on no floor")] };
    let tokens = tokens(text);
    let mut found = Vec::new();
    for other in crate_paths(&tokens, parts.len()) {
        match floor(&other) {
            Some(other_floor) if other != module && other_floor >= own_floor => {
                found.push(format!("{path}: {module} (floor {own_floor}) uses {other} (floor {other_floor})"));
            }
            _ => {}
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let begins_path = at == 0 || tokens[at - 1] != "::" || at < 2 || !is_word(&tokens[at - 2]) || tokens[at - 2] == "use";
        let before = at.checked_sub(1).map_or("", |before| tokens[before].as_str());
        let next = tokens.get(at + 1).map_or("", String::as_str);
        let named = next == "::" || (matches!(before, "use" | "crate") && matches!(next, ";" | "as"));
        if let Some((_, doors)) = DOORS.iter().find(|(name, _)| name == token)
            && begins_path
            && named
            && !doors.contains(&module)
        {
            found.push(format!("{path}: {token} does not enter by {module}"));
        }
        if PRINTING.contains(&token.as_str()) && next == "!" && !MAY_PRINT.contains(&module) {
            found.push(format!("{path}: {token}! in {module}"));
        }
    }
    found
}

/// The modules that `crate::…` and over-long `super::…` paths lead to.
fn crate_paths(tokens: &[String], depth_of_file: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut braces = 0;
    let mut inline_modules = Vec::new();
    for at in 0..tokens.len() {
        match tokens[at].as_str() {
            "{" => {
                braces += 1;
                if at >= 2 && tokens[at - 2] == "mod" {
                    inline_modules.push(braces);
                }
            }
            "}" => {
                inline_modules.retain(|&opened_at| opened_at != braces);
                braces -= 1;
            }
            "crate" | "zoetrope" if tokens.get(at + 1).is_some_and(|token| token == "::") => found.extend(heads(&tokens[at + 2..])),
            "super" if at == 0 || tokens[at - 1] != "::" => {
                let mut supers = 1;
                while tokens.get(at + 2 * supers).is_some_and(|token| token == "super") {
                    supers += 1;
                }
                if supers >= depth_of_file + inline_modules.len() {
                    found.extend(heads(tokens.get(at + 2 * supers..).unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    found
}

/// The first name of a path, or the first names of a group `{a::b, c}`.
fn heads(tokens: &[String]) -> Vec<String> {
    if tokens.first().is_none_or(|token| token != "{") {
        return tokens.first().into_iter().cloned().collect();
    }
    let mut depth = 0;
    let mut heads = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(tokens[at - 1].as_str(), "{" | ",") => heads.push(token.clone()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Words, `::` and single marks; comments, strings and characters left out.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 1;
            i += 2;
            while i < chars.len() && depth > 0 {
                match (chars[i], at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
            }
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if (c == 'r' || (c == 'b' && at(i + 1) == 'r')) && raw_string_hashes(&chars, i).is_some() {
            let hashes = raw_string_hashes(&chars, i).unwrap_or_default();
            while chars[i] != '"' {
                i += 1;
            }
            i += 1;
            let end: String = format!("\"{}", "#".repeat(hashes));
            let rest: String = chars[i..].iter().collect();
            i += rest.find(&end).map_or(rest.chars().count(), |byte| rest[..byte].chars().count()) + end.len();
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && chars[i] != '\'' {
                i += 1;
            }
            i += 1;
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            tokens.push(chars[start..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            tokens.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            i += 1;
        }
    }
    tokens
}

/// How many `#` a raw string that begins at `i` has; none when there is no raw string.
fn raw_string_hashes(chars: &[char], mut i: usize) -> Option<usize> {
    i += if chars[i] == 'b' { 2 } else { 1 };
    let hashes = chars[i..].iter().take_while(|&&c| c == '#').count();
    (chars.get(i + hashes) == Some(&'"')).then_some(hashes)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    let src = repository().join("src");
    let rust = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&path).expect("readable source"))
    };
    files_below(&src).into_iter().filter(rust).map(read).collect()
}

#[test]
fn imports_point_down_and_crates_enter_by_their_doors() {
    let sources = sources();
    assert!(sources.len() > 10, "only {} sources were found", sources.len());
    let found: Vec<String> = sources.iter().flat_map(|(path, text)| complaints(path, text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_check_sees_what_it_must_see() {
    let bad = [
        ("motion/clip.rs", "use crate::formats::read;"),
        ("motion/clip.rs", "use crate::{model::Model, motion::Pose};"),
        ("motion/clip.rs", "use crate::files::save;"),
        ("files/atomic.rs", "use crate::motion::Pose;"),
        ("cli/mod.rs", "use base64::Engine;"),
        ("motion/mod.rs", "use super::formats;"),
        ("motion/mod.rs", "mod tests { use super::super::formats; }"),
        ("motion/features/frame.rs", "fn f() { super::super::super::model::load() }"),
        ("formats/bvh.rs", "fn f() { crate::library::find(\"x\") }"),
        ("author/mod.rs", "use crate::cli::run;"),
        ("cli/mod.rs", "fn f<'a>(x: &'a str) { crate::app::run() }"),
        ("pipeline/mod.rs", "use candle_core::Tensor;"),
        ("pipeline/mod.rs", "fn f() -> ::candle_core::Result<()> { todo() }"),
        ("model/mod.rs", "use npyz;"),
        ("library/mod.rs", "fn f() { println!(\"x\"); }"),
        ("author/mod.rs", "fn f() { println!(\"x\"); }"),
        ("attic/mod.rs", ""),
    ];
    for (path, text) in bad {
        assert!(!complaints(path, text).is_empty(), "{path} `{text}` was let through");
    }
    let good = [
        ("motion/clip.rs", "//! See crate::formats.\n/* crate::cli /* nested */ */ const A: &str = \"crate::model \\\" crate::app\";"),
        ("motion/clip.rs", "const B: &str = r#\"crate::model \" \"#; const C: char = '\"'; use super::Pose;"),
        ("motion/mod.rs", "mod tests { use super::formats; }"),
        ("formats/gltf/mod.rs", "use crate::motion::Motion; use gltf::Gltf; use super::bvh;"),
        ("model/pth.rs", "use crate::files::pickle::Pickle;"),
        ("generator/worker.rs", "use crate::{pipeline::Request, timeline::Take}; fn f(own: bevy_like::bevy::X) {}"),
        ("main.rs", "fn main() { zoetrope::cli::main() }"),
        ("cli/mod.rs", "fn f() { println!(\"x\"); }"),
    ];
    for (path, text) in good {
        assert_eq!(complaints(path, text), Vec::<String>::new(), "{path} `{text}`");
    }
}

#[test]
fn every_dependency_has_a_door() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).expect("Cargo.toml");
    let mut in_dependencies = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            in_dependencies = header == "dependencies" || header.ends_with(".dependencies");
            names.extend(header.strip_prefix("dependencies.").map(str::to_owned));
        } else if in_dependencies && let Some((name, _)) = line.split_once(" = ") {
            names.push(name.trim().to_owned());
        }
    }
    assert!(names.len() > 15, "only {} dependencies were found", names.len());
    for name in names {
        let name = name.replace('-', "_");
        let known = FREE.contains(&name.as_str()) || DOORS.iter().any(|(door, _)| *door == name);
        assert!(known, "the dependency {name} has no door: name one in tests/floors and ARCHITECTURE.md");
    }
}

#[test]
fn no_source_file_outgrows_six_hundred_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "src/{path} has {lines} lines: make it a folder of the same name");
    }
}

/// The largest module has at most this share of the lines of `src/`: a module that outgrows it has become several.
const LARGEST_SHARE: f64 = 0.15;

#[test]
fn no_module_outgrows_its_share() {
    let mut lines: std::collections::BTreeMap<String, usize> = Default::default();
    for (path, text) in sources() {
        let module = path.trim_end_matches(".rs").split('/').next().unwrap_or_default().to_owned();
        *lines.entry(module).or_default() += text.lines().count();
    }
    let all: usize = lines.values().sum();
    let (module, largest) = lines.iter().max_by_key(|(_, lines)| **lines).expect("a module");
    let share = *largest as f64 / all as f64;
    println!("{module}: {largest} of {all} lines, {:.1} %", 100.0 * share);
    assert!(share <= LARGEST_SHARE, "{module} has {:.1} % of the lines of src/: what belongs below moves below", 100.0 * share);
}

#[test]
fn what_the_repository_carries_stays_within_its_budgets() {
    const MIB: u64 = 1 << 20;
    for (folder, budget_mib) in [("models/bundled", 56), ("models/blazepose", 12), ("tests/golden", 6), ("assets", 4), ("docs", 4)] {
        let bytes: u64 = files_below(&repository().join(folder)).iter().map(|path| fs::metadata(path).map_or(0, |data| data.len())).sum();
        assert!(bytes <= budget_mib * MIB, "{folder} holds {bytes} bytes, its budget is {budget_mib} MiB");
    }
}

/// The names of the types that a file defines, and of those that it implements for themselves.
fn types(text: &str) -> (Vec<String>, Vec<String>) {
    let tokens = tokens(text);
    let (mut defined, mut implemented) = (Vec::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "struct" | "enum" | "union" => defined.extend(tokens.get(at + 1).cloned()),
            "impl" => implemented.extend(inherent(&tokens[at + 1..])),
            _ => {}
        }
    }
    (defined, implemented)
}

/// The type of `impl<…> path::Type<…> {`; none of a trait's `impl … for …`, and of `impl Trait` in the place of a type.
fn inherent(tokens: &[String]) -> Option<String> {
    let mut depth = 0;
    let mut name = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "<" => depth += 1,
            // Of an arrow.
            ">" if at > 0 && matches!(tokens[at - 1].as_str(), "-" | "=") => {}
            ">" => depth -= 1,
            _ if depth > 0 => {}
            "{" => return name,
            "where" | "::" | "&" | "'" => {}
            word if is_word(word) && word != "for" => name = Some(word.to_owned()),
            _ => return None,
        }
    }
    None
}

/// Types whose own methods are in more than three files: such a type is a module that a limit for files does not see.
fn spread(sources: &[(String, String)]) -> Vec<String> {
    let found: Vec<(&str, Vec<String>, Vec<String>)> = sources
        .iter()
        .map(|(path, text)| {
            let (defined, implemented) = types(text);
            (path.as_str(), defined, implemented)
        })
        .collect();
    let mut files: std::collections::BTreeMap<(&str, String), std::collections::BTreeSet<&str>> = Default::default();
    for (path, _, implemented) in &found {
        for name in implemented {
            // Of several types of one name the nearest is meant.
            let shared = |other: &str| path.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count();
            let homes = found.iter().filter(|(_, defined, _)| defined.contains(name)).map(|(home, ..)| *home);
            if let Some(home) = homes.max_by_key(|home| (home == path, shared(home))) {
                files.entry((home, name.clone())).or_default().insert(path);
            }
        }
    }
    let spread = files.into_iter().filter(|(_, files)| files.len() > 3);
    spread.map(|((home, name), files)| format!("{name} of {home} is implemented in {} files: {files:?}", files.len())).collect()
}

#[test]
fn no_type_is_spread_over_more_than_three_files() {
    assert_eq!(spread(&sources()), Vec::<String>::new());
}

#[test]
fn the_check_of_types_sees_what_it_must_see() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let part =
        |number: usize| file(&format!("author/session/part_{number}.rs"), "impl<'a> super::Session<'a> { fn f(&self) -> impl Fn() {} }");
    let trait_of = file("author/session/other.rs", "impl Drop for Session<'_> { fn drop(&mut self) {} }");
    let mut sources =
        vec![file("author/session/mod.rs", "pub struct Session<'a>(&'a u8); impl Session<'_> {}"), trait_of, part(1), part(2)];
    assert_eq!(spread(&sources), Vec::<String>::new());
    sources.push(part(3));
    assert_eq!(spread(&sources).len(), 1);
}

#[test]
fn no_file_imports_in_a_circle() {
    let found = circles::circles(&sources());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_check_of_circles_sees_what_it_must_see() {
    let sources = |files: &[(&str, &str)]| files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    let bad: [&[(&str, &str)]; 5] = [
        &[("a/mod.rs", "mod b; struct A; fn f() { b::g() }"), ("a/b.rs", "pub fn g() {} fn h(a: super::A) {}")],
        &[
            ("a/b.rs", "use super::c::C; pub struct B;"),
            ("a/c.rs", "use crate::a::b::B; pub struct C;"),
            ("a/mod.rs", "mod b; mod c;"),
            ("lib.rs", "mod a;"),
        ],
        &[
            ("a/mod.rs", "mod b; mod c; pub use b::B;"),
            ("a/b.rs", "use super::c::C; pub struct B;"),
            ("a/c.rs", "use super::B; pub struct C;"),
        ],
        &[
            ("a/mod.rs", "mod b; mod c; pub use b::*;"),
            ("a/b.rs", "use super::c; pub fn e() { c::c() }"),
            ("a/c.rs", "use super::*; pub fn c() { e() }"),
        ],
        &[("a.rs", "use crate::b::{self}; pub fn f() { b::g() }"), ("b.rs", "pub fn g() { crate::a::f() }"), ("lib.rs", "mod a; mod b;")],
    ];
    for files in bad {
        assert_eq!(circles::circles(&sources(files)).len(), 1, "{files:?}");
    }
    let good: [&[(&str, &str)]; 3] = [
        &[
            ("a/mod.rs", "mod b; mod c; pub use b::B; pub use c::C;"),
            ("a/b.rs", "pub struct B;"),
            ("a/c.rs", "use super::B; pub struct C;"),
        ],
        &[("a/mod.rs", "mod b; pub struct A; #[cfg(test)] mod tests { use super::b::B; }"), ("a/b.rs", "use super::A; pub struct B;")],
        &[("a/mod.rs", "mod b; pub struct A; // b::g()\n"), ("a/b.rs", "use super::A; impl A { fn g(&self) { self.a() } } pub fn g() {}")],
    ];
    for files in good {
        assert_eq!(circles::circles(&sources(files)), Vec::<String>::new(), "{files:?}");
    }
}
