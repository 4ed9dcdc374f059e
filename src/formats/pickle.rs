//! Python's pickles, read as data: what a pickle asks to be called or made is written down, never done. From that the arrays of a
//! dictionary are told: numpy's, scipy's sparse ones (as dense ones), and those that chumpy wraps.
//!
//! Source: the opcodes as CPython's `pickletools` documents them, protocols 0 to 5 without what needs other buffers.

use super::error::Fault;
use super::npy::{Array, MAX_VALUES};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A body model has a few hundred steps. No deeper nesting can be made in fewer, so that nothing overflows the stack.
const MOST_STEPS: usize = 4000;
const HELP: &str = "use the file of a body model from its makers";

/// What a pickle holds. Cheap to clone.
#[derive(Clone, Debug)]
enum Value {
    Nothing,
    Int(i64),
    Float,
    Bytes(Rc<[u8]>),
    List(Rc<RefCell<Vec<Value>>>),
    Tuple(Rc<[Value]>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    /// A class or function, by its name in its module.
    Name(Rc<str>),
    /// What would be made by calling `maker`, and the state that it would be given.
    Made {
        maker: Rc<str>,
        arguments: Rc<[Value]>,
        state: Rc<RefCell<Value>>,
    },
}

impl Value {
    fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }

    fn as_text(&self) -> Option<&str> {
        if let Self::Bytes(bytes) = self { std::str::from_utf8(bytes).ok() } else { None }
    }

    fn as_size(&self) -> Option<usize> {
        if let Self::Int(number) = self { usize::try_from(*number).ok() } else { None }
    }

    fn items(&self) -> Option<&[Self]> {
        if let Self::Tuple(items) = self { Some(items) } else { None }
    }

    /// The entry of a dictionary.
    fn entry(&self, name: &str) -> Option<Self> {
        let Self::Dict(entries) = self else { return None };
        entries.borrow().iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value.clone())
    }
}

/// The dictionary that a pickle holds.
#[derive(Debug)]
pub(super) struct Pickle(Value);

impl Pickle {
    /// Reads a pickle whose outermost value is a dictionary.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut machine = Machine { rest: bytes, stack: Vec::new(), marks: Vec::new(), memo: BTreeMap::new() };
        let damaged = || Fault::new("no body model", HELP);
        let value = machine.run().ok_or_else(damaged)?;
        if matches!(value, Value::Dict(_)) { Ok(Self(value)) } else { Err(damaged()) }
    }

    /// The array of this name; none if there is no such entry.
    pub(super) fn array(&self, name: &str) -> Result<Option<Array>, Fault> {
        let Some(value) = self.0.entry(name) else { return Ok(None) };
        let array = array(&value, 0).ok_or_else(|| Fault::new(format!("{name}, which is no array of numbers"), HELP))?;
        Ok(Some(array))
    }
}

/// The array that a value would become.
fn array(value: &Value, depth: usize) -> Option<Array> {
    let Value::Made { maker, arguments, state } = value else { return None };
    if maker.ends_with("._frombuffer") {
        // numpy from protocol 5 on: bytes, kind of number, shape, order of the indices.
        let [bytes, kind, shape, order] = &**arguments else { return None };
        let fortran = Value::Int(i64::from(order.as_text() == Some("F")));
        return dense(&[shape.clone(), kind.clone(), fortran, bytes.clone()]);
    }
    let state = state.borrow();
    if maker.ends_with("._reconstruct") {
        return dense(state.items()?);
    }
    // chumpy keeps what it wraps as x; it may wrap another.
    if let Some(wrapped) = state.entry("x").filter(|_| depth < 8) {
        return array(&wrapped, depth + 1);
    }
    let by_columns = maker.ends_with("csc_matrix");
    if by_columns || maker.ends_with("csr_matrix") {
        let part = |name: &str| array(&state.entry(name)?, depth + 1);
        let size = state.entry("_shape").or_else(|| state.entry("shape"))?;
        let [rows, columns] = size.items()? else { return None };
        return sparse(rows.as_size()?, columns.as_size()?, by_columns, [part("data")?, part("indices")?, part("indptr")?]);
    }
    None
}

/// numpy's state: version, shape, kind of number, whether the first index is the fastest, bytes.
fn dense(state: &[Value]) -> Option<Array> {
    let [.., shape, kind, Value::Int(fortran), Value::Bytes(bytes)] = state else { return None };
    let shape = shape.items()?.iter().map(Value::as_size).collect::<Option<Vec<usize>>>()?;
    let count = shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size)).filter(|count| *count <= MAX_VALUES)?;
    let Value::Made { maker, arguments, state } = kind else { return None };
    let big_endian = state.borrow().items().and_then(|items| items.get(1)).and_then(Value::as_text) == Some(">");
    if &**maker != "numpy.dtype" || big_endian {
        return None;
    }
    let read: fn(&[u8]) -> Option<f32> = match arguments.first()?.as_text()? {
        "f4" => |at| Some(f32::from_le_bytes(at.try_into().ok()?)),
        "f8" => |at| Some(f64::from_le_bytes(at.try_into().ok()?) as f32),
        "i4" => |at| Some(i32::from_le_bytes(at.try_into().ok()?) as f32),
        "i8" => |at| Some(i64::from_le_bytes(at.try_into().ok()?) as f32),
        "u4" => |at| Some(u32::from_le_bytes(at.try_into().ok()?) as f32),
        "u8" => |at| Some(u64::from_le_bytes(at.try_into().ok()?) as f32),
        _ => return None,
    };
    let width = bytes.len().checked_div(count)?;
    if width == 0 || bytes.len() != width * count {
        return None;
    }
    let values = bytes.chunks_exact(width).map(read).collect::<Option<Vec<f32>>>()?;
    let values = if *fortran != 0 { super::npy::c_order(&values, &shape) } else { values };
    Some(Array { shape, values })
}

fn sparse(rows: usize, columns: usize, by_columns: bool, [data, indices, starts]: [Array; 3]) -> Option<Array> {
    let count = rows.checked_mul(columns).filter(|count| *count <= MAX_VALUES)?;
    let mut values = vec![0.0; count];
    for (line, ends) in starts.values.windows(2).enumerate() {
        for at in ends[0] as usize..ends[1] as usize {
            let (other, value) = (*indices.values.get(at)? as usize, *data.values.get(at)?);
            let (row, column) = if by_columns { (other, line) } else { (line, other) };
            if row >= rows || column >= columns {
                return None;
            }
            values[row * columns + column] += value;
        }
    }
    Some(Array { shape: vec![rows, columns], values })
}

/// The stack machine that a pickle is a program for.
struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: BTreeMap<u64, Value>,
}

impl<'a> Machine<'a> {
    /// Runs to the end; nothing if the pickle is damaged, or of a kind that is not understood.
    fn run(&mut self) -> Option<Value> {
        for _ in 0..MOST_STEPS {
            let opcode = self.byte()?;
            if opcode == b'.' {
                return self.stack.pop();
            }
            self.step(opcode)?;
        }
        None
    }

    fn step(&mut self, opcode: u8) -> Option<()> {
        match opcode {
            // Protocol and frame: nothing to do.
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.stack.pop()?),
            b'1' => drop(self.since_mark()?),
            b'2' => self.stack.push(self.stack.last()?.clone()),
            b'p' | b'q' | b'r' | 0x94 => {
                let place = if opcode == 0x94 { self.memo.len() as u64 } else { self.place(opcode, [b'p', b'q'])? };
                self.memo.insert(place, self.stack.last()?.clone());
            }
            b'g' | b'h' | b'j' => {
                let place = self.place(opcode, [b'g', b'h'])?;
                self.stack.push(self.memo.get(&place)?.clone());
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.stack.push(Value::Name(format!("{module}.{name}").into()));
            }
            0x93 => {
                let (name, module) = (self.stack.pop()?, self.stack.pop()?);
                self.stack.push(Value::Name(format!("{}.{}", module.as_text()?, name.as_text()?).into()));
            }
            b'R' | 0x81 => {
                let (arguments, maker) = (self.stack.pop()?, self.stack.pop()?);
                self.stack.push(made(&maker, &arguments)?);
            }
            b'b' => {
                let new = self.stack.pop()?;
                if let Value::Made { state, .. } = self.stack.last()? {
                    *state.borrow_mut() = new;
                }
            }
            _ => {
                let Some(value) = self.plain(opcode)? else { return self.collect(opcode) };
                self.stack.push(value);
            }
        }
        Some(())
    }

    /// Numbers and text; the inner nothing for other opcodes.
    #[expect(clippy::option_option, reason = "damaged, something else, or a value")]
    fn plain(&mut self, opcode: u8) -> Option<Option<Value>> {
        Some(Some(match opcode {
            b'N' => Value::Nothing,
            0x88 => Value::Int(1),
            0x89 => Value::Int(0),
            b'I' | b'L' => Value::Int(self.line()?.trim_end_matches('L').parse().ok()?),
            b'J' => Value::Int(i32::from_le_bytes(self.take(4)?.try_into().ok()?).into()),
            b'K' => Value::Int(self.number(1)? as i64),
            b'M' => Value::Int(self.number(2)? as i64),
            0x8a => {
                let length = self.number(1)? as usize;
                let bytes = self.take(length)?;
                let negative = bytes.last().is_some_and(|last| *last >= 0x80);
                let mut all = [if negative { 0xff } else { 0 }; 8];
                all.get_mut(..length)?.copy_from_slice(bytes);
                Value::Int(i64::from_le_bytes(all))
            }
            b'F' => {
                self.line()?;
                Value::Float
            }
            b'G' => {
                self.take(8)?;
                Value::Float
            }
            b'S' => Value::Bytes(unquoted(self.line()?)?.into()),
            b'V' => Value::text(self.line()?),
            b'U' | b'C' | 0x8c => self.bytes(1)?,
            b'T' | b'X' | b'B' => self.bytes(4)?,
            0x8d | 0x8e | 0x96 => self.bytes(8)?,
            _ => return Some(None),
        }))
    }

    /// Tuples, lists and dictionaries.
    fn collect(&mut self, opcode: u8) -> Option<()> {
        let value = match opcode {
            b')' => Value::Tuple(Rc::new([])),
            b't' => Value::Tuple(self.since_mark()?.into()),
            0x85..=0x87 => {
                let from = self.stack.len().checked_sub(usize::from(opcode - 0x84))?;
                Value::Tuple(self.stack.split_off(from).into())
            }
            b']' => Value::List(Rc::default()),
            b'l' => Value::List(Rc::new(RefCell::new(self.since_mark()?))),
            b'}' => Value::Dict(Rc::default()),
            b'd' => Value::Dict(Rc::new(RefCell::new(pairs(self.since_mark()?)?))),
            b'a' | b'e' => {
                let items = if opcode == b'a' { vec![self.stack.pop()?] } else { self.since_mark()? };
                if let Value::List(list) = self.stack.last()? {
                    list.borrow_mut().extend(items);
                }
                return Some(());
            }
            b's' | b'u' => {
                let from = self.stack.len().checked_sub(2)?;
                let items = if opcode == b's' { self.stack.split_off(from) } else { self.since_mark()? };
                if let Value::Dict(entries) = self.stack.last()? {
                    entries.borrow_mut().extend(pairs(items)?);
                }
                return Some(());
            }
            _ => return None,
        };
        self.stack.push(value);
        Some(())
    }

    fn since_mark(&mut self) -> Option<Vec<Value>> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len())?;
        Some(self.stack.split_off(mark))
    }

    /// A place in the memo: as a line, a byte, or four.
    fn place(&mut self, opcode: u8, [in_line, in_byte]: [u8; 2]) -> Option<u64> {
        if opcode == in_line { self.line()?.parse().ok() } else { self.number(if opcode == in_byte { 1 } else { 4 }) }
    }

    /// Bytes whose count stands before them in so many bytes.
    fn bytes(&mut self, width: usize) -> Option<Value> {
        let length = usize::try_from(self.number(width)?).ok()?;
        Some(Value::Bytes(self.take(length)?.into()))
    }

    fn number(&mut self, width: usize) -> Option<u64> {
        Some(self.take(width)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn line(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        std::str::from_utf8(line).ok()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }
}

/// What a call would make, written down. Two detours that say nothing are left out: text that stands for bytes, and a class that is made
/// by way of a helper.
fn made(maker: &Value, arguments: &Value) -> Option<Value> {
    let Value::Name(name) = maker else { return None };
    let arguments = arguments.items()?;
    if &**name == "_codecs.encode" {
        let text = arguments.first()?.as_text()?;
        return Some(Value::Bytes(text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>()?.into()));
    }
    let maker = match arguments.first() {
        Some(Value::Name(class)) if name.ends_with("._reconstructor") => class,
        _ => name,
    };
    Some(Value::Made { maker: Rc::clone(maker), arguments: arguments.into(), state: Rc::new(RefCell::new(Value::Nothing)) })
}

fn pairs(items: Vec<Value>) -> Option<Vec<(Value, Value)>> {
    let mut items = items.into_iter();
    let mut pairs = Vec::new();
    while let Some(key) = items.next() {
        pairs.push((key, items.next()?));
    }
    Some(pairs)
}

/// The bytes of a string as Python 2 writes it between quotes.
fn unquoted(line: &str) -> Option<Vec<u8>> {
    let inside = line.get(1..line.len().checked_sub(1)?)?.as_bytes();
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.iter();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let digits = [*rest.next()?, *rest.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                other => *other,
            },
            plain => *plain,
        };
        bytes.push(byte);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"a": numpy.array([[1, 2, 3], [4, 5, 6]], "<f8")}` in protocol 2, as numpy 1 writes it.
    fn pickle(values: &[f64], shape: [u8; 2]) -> Vec<u8> {
        let mut bytes = b"\x80\x02}U\x01acnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01".to_vec();
        bytes.extend([b'K', shape[0], b'K', shape[1], 0x86]);
        bytes.extend(b"cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89");
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        bytes.push(b'T');
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes.extend(b"tbs.");
        bytes
    }

    #[test]
    fn an_array_comes_back() {
        let pickle = Pickle::parse(&pickle(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3])).expect("a pickle");
        let array = pickle.array("a").expect("readable").expect("there");
        assert_eq!((array.shape, array.values), (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        assert!(pickle.array("b").expect("readable").is_none());
    }

    #[test]
    fn nothing_is_called_whatever_a_pickle_asks_for() {
        let asks = b"\x80\x02}U\x01acposix\nsystem\nU\x09touch /xx\x85Rs.";
        let pickle = Pickle::parse(asks).expect("a pickle");
        assert!(pickle.array("a").is_err());
    }

    #[test]
    fn every_cut_and_every_other_byte_is_an_error_or_an_array_and_never_a_crash() {
        let whole = pickle(&[1.0; 6], [2, 3]);
        for length in 0..whole.len() {
            assert!(Pickle::parse(&whole[..length]).is_err(), "{length}");
        }
        for place in 0..whole.len() {
            for byte in 0..=255 {
                let mut other = whole.clone();
                other[place] = byte;
                let _ = Pickle::parse(&other).and_then(|pickle| pickle.array("a"));
            }
        }
        assert!(Pickle::parse(&[&b"\x80\x02)"[..], &[0x85; 100_000]].concat()).is_err(), "no deep nesting");
    }
}
