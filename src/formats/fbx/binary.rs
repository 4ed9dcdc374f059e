//! FBX's binary form: a tree of named nodes with typed properties, version 7.4.

use crate::formats::error::Fault;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::borrow::Cow;
use std::io::Write;

/// The version that every program of the last ten years reads; its offsets have 32 bits.
pub(super) const VERSION: u32 = 7400;
const MAGIC: &[u8; 23] = b"Kaydara FBX Binary  \0\x1a\0";
const END_MAGIC: [u8; 16] = [0xf8, 0x5a, 0x8c, 0x6a, 0xde, 0xf5, 0xd9, 0x7e, 0xec, 0xe9, 0x0c, 0xe3, 0x75, 0x8f, 0x29, 0x0b];

/// A creation time and the two codes that Autodesk's readers want with it. It is not the time of writing: the same motion makes the same
/// file.
pub(super) const CREATION_TIME: &str = "1970-01-01 10:00:00:000";
pub(super) const FILE_ID: [u8; 16] = [0x28, 0xb3, 0x2a, 0xeb, 0xb6, 0x24, 0xcc, 0xc2, 0xbf, 0xc8, 0xb0, 0x2a, 0xa9, 0x2b, 0xfc, 0xf1];
const FOOTER_CODE: [u8; 16] = [0xfa, 0xbc, 0xab, 0x09, 0xd0, 0xc8, 0xd4, 0x66, 0xb1, 0x76, 0xfb, 0x83, 0x1c, 0xf7, 0x26, 0x7e];

/// The record that ends a list of nodes.
const NULL_RECORD: [u8; 13] = [0; 13];

/// Between the name of an object and its class; no name holds them.
pub(super) const SEPARATORS: [char; 2] = ['\0', '\x01'];

/// Shorter arrays are not worth compressing.
const SHORTEST_COMPRESSED: usize = 128;

/// A property that several nodes share: long arrays are compressed once.
#[derive(Clone)]
pub(super) struct Property(Vec<u8>);

/// One node: a name, properties, and the nodes within it.
#[derive(Clone)]
pub(super) struct Node {
    name: Cow<'static, str>,
    count: u32,
    properties: Vec<u8>,
    children: Vec<Node>,
    is_list: bool,
}

impl Node {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), count: 0, properties: Vec::new(), children: Vec::new(), is_list: false }
    }

    /// Of a name that a file has, of 255 bytes at most.
    pub(super) fn named(name: String) -> Self {
        Self { name: Cow::Owned(name), count: 0, properties: Vec::new(), children: Vec::new(), is_list: false }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn children(&self) -> &[Self] {
        &self.children
    }

    pub(super) fn children_mut(&mut self) -> &mut Vec<Self> {
        &mut self.children
    }

    /// The first node of this name within it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The id of an object: its first property, where that is a number.
    pub(super) fn id(&self) -> Option<i64> {
        self.values().first().and_then(Value::integer)
    }

    /// Its properties, as far as they make sense.
    pub(super) fn values(&self) -> Vec<Value<'_>> {
        let (mut values, mut rest) = (Vec::new(), &self.properties[..]);
        while let Some((value, behind)) = value(rest) {
            values.push(value);
            rest = behind;
        }
        values
    }

    /// Ends with a null record even if nothing is in it.
    pub(super) fn list(mut self) -> Self {
        self.is_list = true;
        self
    }

    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(super) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    fn scalar(mut self, code: u8, bytes: &[u8]) -> Self {
        self.count += 1;
        self.properties.push(code);
        self.properties.extend_from_slice(bytes);
        self
    }

    pub(super) fn flag(self, value: bool) -> Self {
        self.scalar(b'C', &[u8::from(value)])
    }

    pub(super) fn letter(self, value: u8) -> Self {
        self.scalar(b'C', &[value])
    }

    pub(super) fn i32(self, value: i32) -> Self {
        self.scalar(b'I', &value.to_le_bytes())
    }

    pub(super) fn i64(self, value: i64) -> Self {
        self.scalar(b'L', &value.to_le_bytes())
    }

    pub(super) fn f64(self, value: f64) -> Self {
        self.scalar(b'D', &value.to_le_bytes())
    }

    pub(super) fn f64s(self, values: impl IntoIterator<Item = f64>) -> Self {
        values.into_iter().fold(self, Self::f64)
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.sized(b'S', text.as_bytes())
    }

    pub(super) fn raw(self, bytes: &[u8]) -> Self {
        self.sized(b'R', bytes)
    }

    fn sized(self, code: u8, bytes: &[u8]) -> Self {
        let mut property = (bytes.len() as u32).to_le_bytes().to_vec();
        property.extend_from_slice(bytes);
        self.scalar(code, &property)
    }

    /// The id, name and class of an object, and its kind within the class.
    pub(super) fn object(self, id: i64, name: &str, class: &str, kind: &str) -> Self {
        let [first, second] = SEPARATORS;
        let name = name.replace(SEPARATORS, "");
        self.i64(id).text(&format!("{name}{first}{second}{class}")).text(kind)
    }

    pub(super) fn array(mut self, array: &Property) -> Self {
        self.count += 1;
        self.properties.extend_from_slice(&array.0);
        self
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.extend([0; 12]);
        bytes.push(self.name.len() as u8);
        bytes.extend_from_slice(self.name.as_bytes());
        bytes.extend_from_slice(&self.properties);
        for child in &self.children {
            child.write(bytes);
        }
        if !self.children.is_empty() || self.is_list || self.count == 0 {
            bytes.extend(NULL_RECORD);
        }
        let head = [bytes.len() as u32, self.count, self.properties.len() as u32];
        bytes[start..start + 12].copy_from_slice(head.map(u32::to_le_bytes).as_flattened());
    }
}

/// A property that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Integer(i64),
    Text(&'a [u8]),
    Raw(&'a [u8]),
    /// Of another type.
    Other,
}

impl Value<'_> {
    pub(super) fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }
}

/// The first of some properties, and those behind it.
fn value(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (code, rest) = bytes.split_first()?;
    let word = |at: usize| rest.get(at..at + 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    let length = match code {
        b'B' | b'C' | b'Z' => 1,
        b'Y' => 2,
        b'I' | b'F' => 4,
        b'D' | b'L' => 8,
        b'S' | b'R' => 4 + word(0)? as usize,
        _ => 12 + word(8)? as usize,
    };
    let (own, behind) = rest.split_at_checked(length)?;
    let value = match code {
        b'Y' => Value::Integer(i16::from_le_bytes([own[0], own[1]]).into()),
        b'I' => Value::Integer(i32::from_le_bytes(own.try_into().ok()?).into()),
        b'L' => Value::Integer(i64::from_le_bytes(own.try_into().ok()?)),
        b'S' => Value::Text(&own[4..]),
        b'R' => Value::Raw(&own[4..]),
        _ => Value::Other,
    };
    Some((value, behind))
}

impl Property {
    pub(super) fn i32s(values: impl IntoIterator<Item = i32>) -> Self {
        Self::array(b'i', values.into_iter().map(i32::to_le_bytes))
    }

    pub(super) fn i64s(values: impl IntoIterator<Item = i64>) -> Self {
        Self::array(b'l', values.into_iter().map(i64::to_le_bytes))
    }

    pub(super) fn f32s(values: impl IntoIterator<Item = f32>) -> Self {
        Self::array(b'f', values.into_iter().map(f32::to_le_bytes))
    }

    pub(super) fn f64s(values: impl IntoIterator<Item = f64>) -> Self {
        Self::array(b'd', values.into_iter().map(f64::to_le_bytes))
    }

    fn array<const BYTES: usize>(code: u8, values: impl Iterator<Item = [u8; BYTES]>) -> Self {
        let plain: Vec<u8> = values.flatten().collect();
        let compressed = (plain.len() > SHORTEST_COMPRESSED).then(|| compress(&plain));
        let stored = compressed.as_ref().unwrap_or(&plain);
        let head = [(plain.len() / BYTES) as u32, u32::from(compressed.is_some()), stored.len() as u32];
        let mut property = vec![code];
        property.extend_from_slice(head.map(u32::to_le_bytes).as_flattened());
        property.extend_from_slice(stored);
        Self(property)
    }
}

fn compress(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("writing to memory cannot fail")
}

/// The bytes of a file with these nodes.
pub(super) fn encode(nodes: &[Node]) -> Result<Vec<u8>, Fault> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    for node in nodes {
        node.write(&mut bytes);
    }
    bytes.extend(NULL_RECORD);
    bytes.extend(FOOTER_CODE);
    let padding = 16 - bytes.len() % 16;
    bytes.resize(bytes.len() + padding + 4, 0);
    bytes.extend(VERSION.to_le_bytes());
    bytes.resize(bytes.len() + 120, 0);
    bytes.extend(END_MAGIC);
    if u32::try_from(bytes.len()).is_err() {
        return Err(Fault::new("an FBX file cannot hold more than 4 GB", "write a shorter clip"));
    }
    Ok(bytes)
}

/// The nodes of a binary file of version 7, properties as they are; none of any other file.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<Node>> {
    let version = bytes.strip_prefix(MAGIC)?.first_chunk().map(|version| u32::from_le_bytes(*version))?;
    if !(7000..8000).contains(&version) {
        return None;
    }
    let mut reader = Reader { bytes, at: MAGIC.len() + 4, is_wide: version >= FIRST_WIDE };
    reader.list(bytes.len(), 0)
}

/// From this version on offsets have 64 bits.
const FIRST_WIDE: u32 = 7500;
/// Deeper than the nodes of any program.
const DEEPEST: usize = 64;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_wide: bool,
}

impl<'a> Reader<'a> {
    /// Nodes up to the record that ends them, or to an offset.
    fn list(&mut self, end: usize, depth: usize) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        while self.at < end {
            match self.node(end, depth)? {
                Some(node) => nodes.push(node),
                None => break,
            }
        }
        Some(nodes)
    }

    /// The next node, which ends at this offset or before; none within where it is the record that ends a list.
    fn node(&mut self, last: usize, depth: usize) -> Option<Option<Node>> {
        let [end, count, length] = [self.offset()?, self.offset()?, self.offset()?];
        let name_length = self.take(1)?[0].into();
        let name = String::from_utf8_lossy(self.take(name_length)?).into_owned();
        if end == 0 {
            return Some(None);
        }
        let properties = self.take(length)?.to_vec();
        if depth > DEEPEST || end < self.at || end > last {
            return None;
        }
        let is_list = self.at < end;
        let children = self.list(end, depth + 1)?;
        self.at = end;
        Some(Some(Node { name: Cow::Owned(name), count: u32::try_from(count).ok()?, properties, children, is_list }))
    }

    fn offset(&mut self) -> Option<usize> {
        let bytes = self.take(if self.is_wide { 8 } else { 4 })?;
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(wide)).ok()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }
}
