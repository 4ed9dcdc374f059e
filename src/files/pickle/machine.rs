//! The stack machine that a pickle is a program for.

use super::node::{Node, Ref};
use std::borrow::Cow;
use std::collections::HashMap;

/// Most instructions: a checkpoint of ten thousand tensors has a few hundred thousand. Each makes at most one value, so that all values
/// together stay below 300 MB.
const MOST_STEPS: usize = 4 << 20;
/// Names of classes and functions are far shorter, bytes.
const LONGEST_NAME: usize = 512;

/// A stack of values, marks on it, and a memory of values by number.
pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node<'a>>,
    stack: Vec<Ref>,
    marks: Vec<usize>,
    memo: HashMap<usize, Ref>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() }
    }

    /// Runs to the end: all values, and the outermost one.
    pub(super) fn run(mut self) -> Result<(Vec<Node<'a>>, Ref), String> {
        for _ in 0..MOST_STEPS {
            let [instruction] = self.take_array()?;
            if instruction == b'.' {
                let root = self.pop()?;
                return Ok((self.nodes, root));
            }
            self.step(instruction)?;
        }
        Err(format!("it has more than {MOST_STEPS} instructions"))
    }

    fn step(&mut self, instruction: u8) -> Result<(), String> {
        match instruction {
            // Protocol and frame: nothing to do.
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.above_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'p' | b'q' | b'r' | 0x94 => {
                let place = if instruction == 0x94 { self.memo.len() } else { self.place(instruction, [b'p', b'q'])? };
                let top = self.top()?;
                self.memo.insert(place, top);
            }
            b'g' | b'h' | b'j' => {
                let place = self.place(instruction, [b'g', b'h'])?;
                let value = *self.memo.get(&place).ok_or_else(damaged)?;
                self.stack.push(value);
            }
            b'c' => {
                let name = format!("{}.{}", self.line()?, self.line()?);
                self.push(Node::Global(name));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (module, name) = (self.text(module)?, self.text(name)?);
                if module.len() + name.len() > LONGEST_NAME {
                    return Err("it has an absurdly long name".into());
                }
                let name = format!("{module}.{name}");
                self.push(Node::Global(name));
            }
            b'R' | 0x81 => self.call()?,
            0x92 => {
                // Arguments by name are nothing that an array has.
                self.pop()?;
                self.call()?;
            }
            b'b' => {
                let new = self.pop()?;
                let top = self.top()?;
                if let Node::Call { state, .. } = &mut self.nodes[top] {
                    *state = Some(new);
                }
            }
            b'Q' => {
                let of = self.pop()?;
                self.push(Node::Persistent(of));
            }
            _ => match self.plain(instruction)? {
                Some(value) => self.push(value),
                None => self.collect(instruction)?,
            },
        }
        Ok(())
    }

    /// Numbers and texts; nothing for other instructions.
    fn plain(&mut self, instruction: u8) -> Result<Option<Node<'a>>, String> {
        Ok(Some(match instruction {
            b'N' | 0x8f => Node::Other,
            0x88 => Node::Int(1),
            0x89 => Node::Int(0),
            b'I' | b'L' => self.line()?.trim_end_matches('L').parse().map_or(Node::Other, Node::Int),
            b'J' => Node::Int(i32::from_le_bytes(self.take_array()?).into()),
            b'K' => Node::Int(u8::from_le_bytes(self.take_array()?).into()),
            b'M' => Node::Int(u16::from_le_bytes(self.take_array()?).into()),
            0x8a => long(self.counted(1)?),
            0x8b => long(self.counted(4)?),
            b'F' => self.line()?.parse().map_or(Node::Other, Node::Float),
            b'G' => Node::Float(f64::from_be_bytes(self.take_array()?)),
            b'S' => Node::Bytes(Cow::Owned(unquoted(self.line()?).ok_or_else(damaged)?)),
            b'V' => Node::Bytes(Cow::Borrowed(self.line()?.as_bytes())),
            b'U' | b'C' | 0x8c => Node::Bytes(Cow::Borrowed(self.counted(1)?)),
            b'T' | b'X' | b'B' => Node::Bytes(Cow::Borrowed(self.counted(4)?)),
            0x8d | 0x8e | 0x96 => Node::Bytes(Cow::Borrowed(self.counted(8)?)),
            _ => return Ok(None),
        }))
    }

    /// Tuples, lists and dictionaries. What is added to sets and other classes is not kept.
    fn collect(&mut self, instruction: u8) -> Result<(), String> {
        let value = match instruction {
            b')' | b']' => Node::Sequence(Vec::new()),
            b't' | b'l' => Node::Sequence(self.above_mark()?),
            0x85..=0x87 => Node::Sequence(self.last(usize::from(instruction - 0x84))?),
            b'}' => Node::Dict(Vec::new()),
            b'd' => Node::Dict(pairs(&self.above_mark()?)),
            0x91 => {
                self.above_mark()?;
                Node::Other
            }
            b'a' | b'e' | 0x90 => {
                let parts = if instruction == b'a' { self.last(1)? } else { self.above_mark()? };
                let top = self.top()?;
                if let Node::Sequence(list) = &mut self.nodes[top] {
                    list.extend_from_slice(&parts);
                }
                return Ok(());
            }
            b's' | b'u' => {
                let parts = if instruction == b's' { self.last(2)? } else { self.above_mark()? };
                let top = self.top()?;
                if let Node::Dict(dict) = &mut self.nodes[top] {
                    dict.extend(pairs(&parts));
                }
                return Ok(());
            }
            other => return Err(format!("it has the instruction {other:#04x}, which describes no data")),
        };
        self.push(value);
        Ok(())
    }

    /// An ordered dictionary is one; everything else is only noted.
    fn call(&mut self) -> Result<(), String> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let is_dict = matches!(&self.nodes[function], Node::Global(name) if name == "collections.OrderedDict");
        self.push(if is_dict { Node::Dict(Vec::new()) } else { Node::Call { function, arguments, state: None } });
        Ok(())
    }

    fn push(&mut self, node: Node<'a>) {
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
    }

    fn pop(&mut self) -> Result<Ref, String> {
        self.stack.pop().ok_or_else(damaged)
    }

    fn top(&self) -> Result<Ref, String> {
        self.stack.last().copied().ok_or_else(damaged)
    }

    /// The uppermost values, as many as asked for.
    fn last(&mut self, count: usize) -> Result<Vec<Ref>, String> {
        let from = self.stack.len().checked_sub(count).ok_or_else(damaged)?;
        Ok(self.stack.split_off(from))
    }

    fn above_mark(&mut self) -> Result<Vec<Ref>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or_else(damaged)?;
        Ok(self.stack.split_off(mark))
    }

    fn text(&self, at: Ref) -> Result<&str, String> {
        let Node::Bytes(bytes) = &self.nodes[at] else { return Err(damaged()) };
        std::str::from_utf8(bytes).map_err(|_| damaged())
    }

    /// A place in the memory: as a line, a byte, or four.
    fn place(&mut self, instruction: u8, [in_line, in_byte]: [u8; 2]) -> Result<usize, String> {
        if instruction == in_line {
            return self.line()?.parse().map_err(|_| damaged());
        }
        if instruction == in_byte {
            return Ok(u8::from_le_bytes(self.take_array()?).into());
        }
        Ok(u32::from_le_bytes(self.take_array()?) as usize)
    }

    /// A little-endian count of so many bytes, then as many bytes.
    fn counted(&mut self, count_bytes: usize) -> Result<&'a [u8], String> {
        let count = self.take(count_bytes)?.iter().rev().fold(0_u64, |count, &byte| count << 8 | u64::from(byte));
        self.take(usize::try_from(count).map_err(|_| damaged())?)
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let end = self.bytes.iter().position(|&byte| byte == b'\n').ok_or_else(damaged)?;
        let line = self.take(end + 1)?;
        std::str::from_utf8(line).map(str::trim_end).map_err(|_| damaged())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(*taken)
    }
}

/// A little-endian integer of any length.
fn long(bytes: &[u8]) -> Node<'static> {
    let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    let mut value = [if negative { 0xff } else { 0 }; 8];
    if bytes.len() > value.len() {
        return Node::Other;
    }
    value[..bytes.len()].copy_from_slice(bytes);
    Node::Int(i64::from_le_bytes(value))
}

fn pairs(parts: &[Ref]) -> Vec<(Ref, Ref)> {
    parts.as_chunks().0.iter().map(|&[key, value]| (key, value)).collect()
}

/// The bytes of a text as Python 2 writes it between quotes.
fn unquoted(line: &str) -> Option<Vec<u8>> {
    let inside = line.get(1..line.len().checked_sub(1)?)?.as_bytes();
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = [*rest.next()?, *rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => *other,
        });
    }
    Some(bytes)
}

fn damaged() -> String {
    "it is cut off or damaged".into()
}

#[cfg(test)]
mod tests {
    use super::super::{Node, Pickle};
    use super::LONGEST_NAME;

    #[test]
    fn what_takes_more_than_it_should_is_refused() {
        assert!(Pickle::parse(&vec![b']'; (4 << 20) + 1]).is_err(), "endless lists");
        assert!(Pickle::parse(b"\x80\x02T\xff\xff\xff\xffx.").is_err(), "a text of 4 GB");
        // A class of a name that is written once and asked for again and again.
        let class = |letters: usize| {
            let text = [&b"T"[..], &(letters as u32).to_le_bytes(), &vec![b'n'; letters]].concat();
            [&b"\x80\x04"[..], &text, b"q\x00", &b"h\x00h\x00\x93".repeat(100), b"."].concat()
        };
        assert!(Pickle::parse(&class(LONGEST_NAME / 2)).is_ok());
        assert!(Pickle::parse(&class(LONGEST_NAME / 2 + 1)).is_err(), "a class of a giant name");
        assert!(Pickle::parse(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.").is_err(), "a text beyond all memory");
    }

    #[test]
    fn a_list_that_holds_itself_and_a_deep_one_are_only_data() {
        let own = Pickle::parse(b"\x80\x02]q\x00h\x00a.").expect("a list");
        assert_eq!(own.sequence(own.root()), Some(&[own.root()][..]));
        let deep = [&b"\x80\x02)"[..], &[0x85; 100_000], b"."].concat();
        assert!(Pickle::parse(&deep).is_ok());
    }

    #[test]
    fn texts_and_numbers_of_all_protocols_are_the_same() {
        let old = Pickle::parse(b"(dp0\nS'a'\np1\nI5\nsV\xc3\xa4\nL7L\ns.").expect("protocol 0");
        let of = |pickle: &Pickle<'_>, name: &str| pickle.entry(pickle.root(), name).and_then(|at| pickle.count(at));
        assert_eq!((of(&old, "a"), of(&old, "ä")), (Some(5), Some(7)));
        let fractions = Pickle::parse(b"(F0.5\nG\x3f\xe0\0\0\0\0\0\0t.").expect("fractions");
        let both = fractions.sequence(fractions.root()).expect("a tuple").iter().map(|&at| fractions.node(at));
        assert!(both.eq([&Node::Float(0.5); 2]));
        let new = Pickle::parse(b"\x80\x04}\x8c\x01aK\x05s\x8c\x02\xc3\xa4\x8a\x01\x07s.").expect("protocol 4");
        assert_eq!((of(&new, "a"), of(&new, "ä")), (Some(5), Some(7)));
    }
}
