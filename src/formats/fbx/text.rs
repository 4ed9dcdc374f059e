//! FBX's text form, version 7: read as the tree of nodes that the binary form has.
//!
//! A text does not say of which type its numbers are, and programs want those that they know. A property's type is named beside its value; ids have
//! 64 bits; arrays are told by their names; any other number is what it is written as.

use super::binary::{Node, Property, SEPARATORS};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::str::FromStr;

/// The versions that have the binary form's layout.
const VERSIONS: std::ops::Range<i64> = 7000..8000;
/// Deeper than the nodes of any program.
const DEEPEST: usize = 64;
/// Of a node's name, in bytes: the binary form says it in one.
const LONGEST_NAME: usize = 255;

/// Types of properties whose values are whole numbers, of 32 bits and of 64; those of all others are fractions.
const WHOLE: [&str; 9] = ["int", "Integer", "enum", "Enum", "bool", "Bool", "Short", "UInteger", "Visibility Inheritance"];
const LONG: [&str; 5] = ["KTime", "Time", "TimeCode", "LongLong", "ULongLong"];
/// Nodes whose numbers are fractions, also where they are written without a point.
const FRACTIONS: [&str; 8] =
    ["Link_DeformAcuracy", "DeformPercent", "CameraOrthoZoom", "Position", "Up", "LookAt", "ModelUVTranslation", "ModelUVScaling"];
/// Arrays of whole numbers, beside those whose name ends in `Index`; and of short fractions. All others are of long fractions.
const WHOLE_ARRAYS: [&str; 6] = ["Indexes", "Materials", "Edges", "Smoothing", "KeyAttrFlags", "KeyAttrRefCount"];
const SHORT_FRACTION_ARRAYS: [&str; 2] = ["KeyValueFloat", "KeyAttrDataFloat"];

/// The nodes of a text of version 7; none of any other file.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<Node>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let items = Reader { rest: text.trim_start_matches('\u{feff}') }.items(0)?;
    let header = items.iter().find(|item| item.name == "FBXHeaderExtension")?;
    let version = match header.children.iter().find(|item| item.name == "FBXVersion")?.values.first()? {
        Word::Bare(version) => version.parse().ok()?,
        _ => return None,
    };
    if !VERSIONS.contains(&version) {
        return None;
    }
    items.iter().map(|item| node(item, "")).collect()
}

/// A node as it is written.
struct Item<'a> {
    name: &'a str,
    values: Vec<Word<'a>>,
    children: Vec<Item<'a>>,
}

enum Word<'a> {
    /// What stands in quotes.
    Text(&'a str),
    /// A number, or a letter.
    Bare(&'a str),
    /// Numbers with commas between them.
    Array(&'a str),
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Passes over what stands between words. Comments end with their line.
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
        while let Some(comment) = self.rest.strip_prefix(';') {
            self.rest = comment.split_once('\n').map_or("", |(_, behind)| behind).trim_start();
        }
    }

    fn took(&mut self, mark: char) -> bool {
        self.skip();
        let behind = self.rest.strip_prefix(mark);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (taken, behind) = self.rest.split_at(end);
        self.rest = behind;
        taken
    }

    fn bare(&mut self) -> &'a str {
        self.until(|letter| letter.is_whitespace() || ",:{}\";".contains(letter))
    }

    /// Nodes up to the brace that ends them, or to the end of the file.
    fn items(&mut self, depth: usize) -> Option<Vec<Item<'a>>> {
        let mut items = Vec::new();
        while !self.took('}') {
            if self.rest.is_empty() {
                return (depth == 0).then_some(items);
            }
            items.push(self.item(depth)?);
        }
        (depth > 0).then_some(items)
    }

    fn item(&mut self, depth: usize) -> Option<Item<'a>> {
        let name = self.bare();
        if name.is_empty() || name.len() > LONGEST_NAME || depth > DEEPEST || !self.took(':') {
            return None;
        }
        let mut values = Vec::new();
        loop {
            values.extend(self.value()?);
            if !self.took(',') {
                break;
            }
        }
        let children = if self.took('{') { self.items(depth + 1)? } else { Vec::new() };
        Some(Item { name, values, children })
    }

    /// The next value, in this line or, behind a comma, in the next; none within where there is no more.
    fn value(&mut self) -> Option<Option<Word<'a>>> {
        let ahead = self.rest.trim_start();
        let is_here = !self.rest[..self.rest.len() - ahead.len()].contains('\n');
        Some(match ahead.chars().next() {
            Some('"') => {
                self.rest = &ahead[1..];
                let text = self.until(|letter| letter == '"');
                self.rest = self.rest.strip_prefix('"')?;
                Some(Word::Text(text))
            }
            Some('*') => {
                self.rest = ahead;
                self.bare();
                if !(self.took('{') && self.took('a') && self.took(':')) {
                    return None;
                }
                let numbers = self.until(|letter| letter == '}');
                self.rest = self.rest.strip_prefix('}')?;
                Some(Word::Array(numbers))
            }
            Some(letter) if "+-.".contains(letter) || letter.is_ascii_digit() || (is_here && letter.is_alphabetic()) => {
                self.rest = ahead;
                Some(Word::Bare(self.bare()))
            }
            _ => None,
        })
    }
}

/// The node of the binary form, within one of this name.
fn node(item: &Item<'_>, within: &str) -> Option<Node> {
    let mut made = Node::named(item.name.to_owned());
    if item.name == "Content" {
        let parts = item.values.iter().filter_map(|value| if let Word::Text(text) = value { Some(*text) } else { None });
        let bytes = BASE64_STANDARD.decode(parts.flat_map(str::split_whitespace).collect::<String>()).ok()?;
        return Some(if bytes.is_empty() { made } else { made.raw(&bytes) });
    }
    let is_object = within == "Objects" || (within == "Documents" && item.name == "Document");
    for (place, value) in item.values.iter().enumerate() {
        let has_class = (is_object && place == 1) || (item.name == "SceneInfo" && place == 0);
        made = match value {
            Word::Text(text) => {
                let text = text.replace("&quot;", "\"").replace("&lf;", "\n").replace("&cr;", "\r");
                made.text(&if has_class { name_first(&text) } else { text })
            }
            Word::Bare(word) => number(made, word, kind(item, within, place)),
            Word::Array(numbers) => made.array(&array(item.name, numbers)?),
        };
    }
    let children: Option<Vec<Node>> = item.children.iter().map(|child| node(child, item.name)).collect();
    Some(made.with_all(children?))
}

/// What programs take a number for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    AsWritten,
    /// A whole number of 64 bits.
    Long,
    /// A fraction of 64 bits.
    Fraction,
}

fn kind(item: &Item<'_>, within: &str, place: usize) -> Kind {
    let is_id = match item.name {
        "C" => true,
        "RootNode" => within == "Document",
        "Node" => within == "PoseNode",
        "Document" => within == "Documents" && place == 0,
        _ => within == "Objects" && place == 0,
    };
    match &item.values[..] {
        _ if is_id => Kind::Long,
        [_, Word::Text(kind), ..] if item.name == "P" && LONG.contains(kind) => Kind::Long,
        [_, Word::Text(kind), ..] if item.name == "P" && WHOLE.contains(kind) => Kind::AsWritten,
        _ if item.name == "P" || FRACTIONS.contains(&item.name) => Kind::Fraction,
        _ => Kind::AsWritten,
    }
}

fn number(made: Node, word: &str, kind: Kind) -> Node {
    if let ([letter], true) = (word.as_bytes(), word.starts_with(char::is_alphabetic)) {
        return made.letter(*letter);
    }
    match (word.parse::<i64>(), word.parse::<f64>()) {
        (Ok(number), _) if kind == Kind::Long => made.i64(number),
        (Ok(number), _) if kind == Kind::AsWritten && i32::try_from(number).is_ok() => made.i32(number as i32),
        (Ok(number), _) if kind == Kind::AsWritten => made.i64(number),
        (_, Ok(number)) => made.f64(number),
        _ => made.text(word),
    }
}

/// The name of an object as the binary form has it: of `Class::Name` the name, a mark and the class.
fn name_first(text: &str) -> String {
    let [first, second] = SEPARATORS;
    text.split_once("::").map_or_else(|| text.to_owned(), |(class, name)| format!("{name}{first}{second}{class}"))
}

fn array(name: &str, numbers: &str) -> Option<Property> {
    fn all<T: FromStr>(numbers: &str) -> Option<Vec<T>> {
        let words = numbers.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(|word| word.parse().ok()).collect()
    }
    Some(match name {
        "KeyTime" => Property::i64s(all(numbers)?),
        _ if name.ends_with("Index") || WHOLE_ARRAYS.contains(&name) => Property::i32s(all(numbers)?),
        _ if SHORT_FRACTION_ARRAYS.contains(&name) => Property::f32s(all(numbers)?),
        _ => Property::f64s(all(numbers)?),
    })
}

#[cfg(test)]
mod tests {
    use super::super::binary::encode;
    use super::*;

    /// What a program may write, with the marks of each kind of value.
    const TEXT: &str = r#"; FBX 7.4.0 project file
FBXHeaderExtension:  {
	FBXVersion: 7400 ; a remark
	SceneInfo: "SceneInfo::GlobalInfo", "UserData" {
	}
}
References:  {
}
Objects:  {
	Model: 5, "Model::say &quot;hi&quot;::twice", "LimbNode" {
		Properties70:  {
			P: "Lcl Translation", "Lcl Translation", "", "A",1,-2.5,0
			P: "LocalStop", "KTime", "Time", "",0
			P: "InheritType", "enum", "", "",1
			P: "mood", "KString", "", "U", "con::tent"
		}
		Shading: Y
		Wide: 9000000000
	}
	Geometry: 6, "Geometry::", "Mesh" {
		Vertices: *6 {
			a: 0,1,2
,3,4,5.5
		}
		PolygonVertexIndex: *3 {
			a: 0,1,-3
		}
		KeyTime: *1 { a: 46186158000 }
		KeyValueFloat: *2 { a: 1,2
		}
	}
	Video: 7, "Video::", "Clip" {
		Content: ,
		"aGVs",
		"bG8="
	}
	Deformer: 8, "Deformer::", "Skin" {
		Link_DeformAcuracy: 50
	}
}
Connections:  {
	;Model::a, Model::RootNode
	C: "OO",5,0
}
"#;

    fn node_at<'a>(nodes: &'a [Node], path: &[&str]) -> &'a Node {
        let found = nodes.iter().find(|node| node.name() == path[0]).unwrap_or_else(|| panic!("no {path:?}"));
        if path.len() == 1 { found } else { node_at(found.children(), &path[1..]) }
    }

    #[test]
    fn values_have_the_types_that_programs_expect() {
        let nodes = decode(TEXT.as_bytes()).expect("a tree");
        let same = |path: &[&str], expected: Node| {
            let mut found = node_at(&nodes, path).clone();
            found.children_mut().clear();
            let bytes = |node: Node| encode(&[node]).expect("bytes");
            assert!(bytes(found) == bytes(expected), "{path:?}");
        };
        same(&["FBXHeaderExtension", "FBXVersion"], Node::new("FBXVersion").i32(7400));
        same(&["FBXHeaderExtension", "SceneInfo"], Node::new("SceneInfo").text("GlobalInfo\0\x01SceneInfo").text("UserData"));
        same(&["References"], Node::new("References"));
        same(&["Objects", "Model"], Node::new("Model").i64(5).text("say \"hi\"::twice\0\x01Model").text("LimbNode"));
        same(&["Objects", "Model", "Shading"], Node::new("Shading").letter(b'Y'));
        same(&["Objects", "Model", "Wide"], Node::new("Wide").i64(9_000_000_000));
        let properties = node_at(&nodes, &["Objects", "Model", "Properties70"]).children();
        let p = |name: &str, kind: &str, label: &str, flags: &str| Node::new("P").text(name).text(kind).text(label).text(flags);
        let expected = [
            p("Lcl Translation", "Lcl Translation", "", "A").f64s([1.0, -2.5, 0.0]),
            p("LocalStop", "KTime", "Time", "").i64(0),
            p("InheritType", "enum", "", "").i32(1),
            p("mood", "KString", "", "U").text("con::tent"),
        ];
        assert_eq!(properties.len(), expected.len());
        for (found, expected) in properties.iter().zip(expected) {
            assert_eq!(found.values(), expected.values());
        }
        same(&["Objects", "Geometry", "Vertices"], Node::new("Vertices").array(&Property::f64s([0.0, 1.0, 2.0, 3.0, 4.0, 5.5])));
        same(&["Objects", "Geometry", "PolygonVertexIndex"], Node::new("PolygonVertexIndex").array(&Property::i32s([0, 1, -3])));
        same(&["Objects", "Geometry", "KeyTime"], Node::new("KeyTime").array(&Property::i64s([46_186_158_000])));
        same(&["Objects", "Geometry", "KeyValueFloat"], Node::new("KeyValueFloat").array(&Property::f32s([1.0, 2.0])));
        same(&["Objects", "Video", "Content"], Node::new("Content").raw(b"hello"));
        same(&["Objects", "Deformer", "Link_DeformAcuracy"], Node::new("Link_DeformAcuracy").f64(50.0));
        same(&["Connections", "C"], Node::new("C").text("OO").i64(5).i64(0));
    }

    #[test]
    fn what_is_no_text_of_version_seven_is_left_alone() {
        assert!(decode(TEXT.replace("7400", "6100").as_bytes()).is_none());
        assert!(decode(b"Kaydara FBX Binary  \0\x1a\0").is_none());
        assert!(decode("A: {".repeat(100_000).as_bytes()).is_none());
        // Cut off or spoilt anywhere it is another tree or none.
        for at in 0..TEXT.len() {
            let _ = decode(&TEXT.as_bytes()[..at]);
            for mark in b"\"{}:,*;\n-" {
                let mut spoilt = TEXT.as_bytes().to_vec();
                spoilt[at] = *mark;
                let _ = decode(&spoilt);
            }
        }
    }
}
