//! Reading the table of contents of a PyTorch checkpoint: the few instructions of Python's pickle language that describe data,
//! and nothing that runs. Values lie in one list and refer to each other by index, so that no nesting, sharing or cycle in a
//! hostile file can exhaust the memory or the stack.
//!
//! Source: Python's `pickletools` describes the instructions; PyTorch writes protocol 2.

use std::collections::HashMap;

/// An index into [`Pickle::nodes`].
pub(super) type Ref = usize;

/// A parsed pickle.
pub(super) struct Pickle {
    nodes: Vec<Node>,
    root: Ref,
}

/// A value.
pub(super) enum Node {
    /// None, truth values, fractions, bytes, sets: nothing that a table of tensors needs.
    Other,
    Int(i64),
    Text(String),
    /// A tuple or a list.
    Sequence(Vec<Ref>),
    /// A dictionary, ordered or not.
    Dict(Vec<(Ref, Ref)>),
    /// The name of a class or function: `module.name`.
    Global(String),
    /// What would be made by calling a class or function.
    Call {
        function: Ref,
        arguments: Ref,
    },
    /// A reference to something beside the pickle: a tensor's numbers.
    Persistent(Ref),
}

/// What checkpoints name besides tensors: containers, numbers of NumPy, the settings of a training run. None of it is ever called.
const HARMLESS: [&str; 12] = [
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "argparse.Namespace",
    "pathlib.PosixPath",
    "_codecs.encode",
    "copyreg._reconstructor",
    "numpy.dtype",
    "numpy.ndarray",
    "torch.nn.parameter.Parameter",
    "torch.serialization._get_layout",
    "torch._tensor._rebuild_from_type_v2",
];

/// Python's own kinds of values; in protocol 2 their module has its old name.
const BUILT_IN: [&str; 15] = [
    "object",
    "set",
    "frozenset",
    "dict",
    "list",
    "tuple",
    "slice",
    "range",
    "complex",
    "bytearray",
    "bytes",
    "int",
    "float",
    "bool",
    "str",
];

/// Packages whose classes hold the settings and counters of a training run.
const TRAINERS: [&str; 11] = [
    "torch.optim.",
    "pytorch_lightning.",
    "lightning.",
    "lightning_fabric.",
    "omegaconf.",
    "accelerate.",
    "deepspeed.",
    "easydict.",
    "yacs.",
    "typing.",
    "datetime.",
];

impl Pickle {
    /// Parses a pickle.
    ///
    /// # Errors
    /// What is wrong with it, as the cause of a longer message.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut machine = Machine { bytes, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        while machine.step()? {}
        let root = machine.pop()?;
        Ok(Self { nodes: machine.nodes, root })
    }

    /// The outermost value.
    pub(super) fn root(&self) -> Ref {
        self.root
    }

    /// A value.
    pub(super) fn node(&self, at: Ref) -> &Node {
        &self.nodes[at]
    }

    /// The entries of a dictionary whose keys are texts; none for other values.
    pub(super) fn entries(&self, at: Ref) -> impl Iterator<Item = (&str, Ref)> {
        let pairs = if let Node::Dict(pairs) = self.node(at) { pairs.as_slice() } else { &[] };
        pairs.iter().filter_map(|&(key, value)| Some((self.text(key)?, value)))
    }

    /// A text.
    pub(super) fn text(&self, at: Ref) -> Option<&str> {
        if let Node::Text(text) = self.node(at) { Some(text) } else { None }
    }

    /// A number that counts something.
    pub(super) fn count(&self, at: Ref) -> Option<usize> {
        if let Node::Int(number) = self.node(at) { usize::try_from(*number).ok() } else { None }
    }

    /// The parts of a tuple or list.
    pub(super) fn sequence(&self, at: Ref) -> Option<&[Ref]> {
        if let Node::Sequence(parts) = self.node(at) { Some(parts) } else { None }
    }

    /// A tuple or list of counts.
    pub(super) fn counts(&self, at: Ref) -> Option<Vec<usize>> {
        self.sequence(at)?.iter().map(|&part| self.count(part)).collect()
    }

    /// The name of a class or function.
    pub(super) fn global(&self, at: Ref) -> Option<&str> {
        if let Node::Global(name) = self.node(at) { Some(name) } else { None }
    }
}

/// Classes and functions that a checkpoint may name.
fn is_harmless(name: &str) -> bool {
    let of_torch = |part: &str| {
        // Kinds of storage and of numbers, such as FloatStorage and float32; no function of `torch` itself.
        part.ends_with("Storage") || matches!(part, "Size" | "device" | "dtype") || part.ends_with(|last: char| last.is_ascii_digit())
    };
    let of_numpy = |part: &str| matches!(part, "scalar" | "_reconstruct");
    let within = |module: &str, fits: &dyn Fn(&str) -> bool| name.strip_prefix(module).is_some_and(fits);
    HARMLESS.contains(&name)
        || TRAINERS.iter().any(|package| name.starts_with(package))
        || within("builtins.", &|part| BUILT_IN.contains(&part))
        || within("__builtin__.", &|part| BUILT_IN.contains(&part))
        || within("torch.", &of_torch)
        || within("torch._utils.", &|part| part.starts_with("_rebuild_"))
        || within("numpy.core.multiarray.", &of_numpy)
        || within("numpy._core.multiarray.", &of_numpy)
}

/// The pickle machine: a stack of values, marks on it, and a memory of values by number.
struct Machine<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node>,
    stack: Vec<Ref>,
    marks: Vec<usize>,
    memo: HashMap<usize, Ref>,
}

impl<'a> Machine<'a> {
    /// Does one instruction. Answers whether there are more.
    fn step(&mut self) -> Result<bool, String> {
        let [instruction] = self.take_array()?;
        match instruction {
            b'.' => return Ok(false),
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.above_mark()?),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' | 0x88 | 0x89 | 0x8f => self.push(Node::Other),
            b'G' => {
                self.take(8)?;
                self.push(Node::Other);
            }
            b'K' => {
                let [value] = self.take_array()?;
                self.push(Node::Int(value.into()));
            }
            b'M' => {
                let value = u16::from_le_bytes(self.take_array()?);
                self.push(Node::Int(value.into()));
            }
            b'J' => {
                let value = i32::from_le_bytes(self.take_array()?);
                self.push(Node::Int(value.into()));
            }
            0x8a => self.long()?,
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            0x8d => self.text(8)?,
            // Bytes, and texts of Python 2.
            b'U' | b'C' => self.skip_counted(1)?,
            b'T' | b'B' => self.skip_counted(4)?,
            0x8e | 0x96 => self.skip_counted(8)?,
            b']' | b')' => self.push(Node::Sequence(Vec::new())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b't' | b'l' => {
                let parts = self.above_mark()?;
                self.push(Node::Sequence(parts));
            }
            0x85..=0x87 => {
                let from = self.stack.len().checked_sub(usize::from(instruction - 0x84)).ok_or_else(cut_short)?;
                let parts = self.stack.split_off(from);
                self.push(Node::Sequence(parts));
            }
            b'd' => {
                let parts = self.above_mark()?;
                self.push(Node::Dict(pairs(&parts)));
            }
            b'a' => {
                let part = self.pop()?;
                self.append(&[part])?;
            }
            b'e' | 0x90 => {
                let parts = self.above_mark()?;
                self.append(&parts)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_items(&[key, value])?;
            }
            b'u' => {
                let parts = self.above_mark()?;
                self.set_items(&parts)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(&module, &name)?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |at: Ref| if let Node::Text(text) = &self.nodes[at] { Ok(text.clone()) } else { Err(cut_short()) };
                let (module, name) = (text(module)?, text(name)?);
                self.global(&module, &name)?;
            }
            b'R' | 0x81 => self.call()?,
            0x92 => {
                self.pop()?;
                self.call()?;
            }
            // A value's own state: attributes that no tensor has.
            b'b' => drop(self.pop()?),
            b'Q' => {
                let of = self.pop()?;
                self.push(Node::Persistent(of));
            }
            b'q' => {
                let [at] = self.take_array()?;
                self.remember(at.into())?;
            }
            b'r' => {
                let at = u32::from_le_bytes(self.take_array()?);
                self.remember(at as usize)?;
            }
            0x94 => self.remember(self.memo.len())?,
            b'h' => {
                let [at] = self.take_array()?;
                self.recall(at.into())?;
            }
            b'j' => {
                let at = u32::from_le_bytes(self.take_array()?);
                self.recall(at as usize)?;
            }
            other => return Err(format!("its table of contents has the instruction {other:#04x}, which describes no tensor")),
        }
        Ok(true)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(cut_short)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or_else(cut_short)?;
        self.bytes = rest;
        Ok(*taken)
    }

    /// A little-endian count of so many bytes, then as many bytes.
    fn counted(&mut self, count_bytes: usize) -> Result<&'a [u8], String> {
        let count = self.take(count_bytes)?.iter().rev().fold(0_u64, |count, &byte| count << 8 | u64::from(byte));
        self.take(usize::try_from(count).map_err(|_| cut_short())?)
    }

    fn skip_counted(&mut self, count_bytes: usize) -> Result<(), String> {
        self.counted(count_bytes)?;
        self.push(Node::Other);
        Ok(())
    }

    fn text(&mut self, count_bytes: usize) -> Result<(), String> {
        let text = String::from_utf8_lossy(self.counted(count_bytes)?).into_owned();
        self.push(Node::Text(text));
        Ok(())
    }

    /// An integer of any length; those beyond 64 bits count nothing.
    fn long(&mut self) -> Result<(), String> {
        let bytes = self.counted(1)?;
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut value = [if negative { 0xff } else { 0 }; 8];
        let fits = bytes.len() <= value.len();
        value.iter_mut().zip(bytes).for_each(|(to, &from)| *to = from);
        self.push(if fits { Node::Int(i64::from_le_bytes(value)) } else { Node::Other });
        Ok(())
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.bytes.iter().position(|&byte| byte == b'\n').ok_or_else(cut_short)?;
        let line = self.take(end + 1)?;
        Ok(String::from_utf8_lossy(line).trim_end().to_string())
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), String> {
        let name = format!("{module}.{name}");
        if !is_harmless(&name) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
            return Err(format!("it asks to run {shown}, which no table of tensors needs; nothing was run"));
        }
        self.push(Node::Global(name));
        Ok(())
    }

    /// An ordered dictionary is one; everything else is only noted.
    fn call(&mut self) -> Result<(), String> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let is_dict = matches!(&self.nodes[function], Node::Global(name) if name == "collections.OrderedDict");
        self.push(if is_dict { Node::Dict(Vec::new()) } else { Node::Call { function, arguments } });
        Ok(())
    }

    fn push(&mut self, node: Node) {
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
    }

    fn pop(&mut self) -> Result<Ref, String> {
        self.stack.pop().ok_or_else(cut_short)
    }

    fn top(&self) -> Result<Ref, String> {
        self.stack.last().copied().ok_or_else(cut_short)
    }

    fn above_mark(&mut self) -> Result<Vec<Ref>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or_else(cut_short)?;
        Ok(self.stack.split_off(mark))
    }

    /// Appends to the list on top; sets and others keep nothing.
    fn append(&mut self, parts: &[Ref]) -> Result<(), String> {
        let top = self.top()?;
        if let Node::Sequence(list) = &mut self.nodes[top] {
            list.extend_from_slice(parts);
        }
        Ok(())
    }

    /// Sets keys and values in the dictionary on top; those of other classes keep nothing.
    fn set_items(&mut self, parts: &[Ref]) -> Result<(), String> {
        let top = self.top()?;
        if let Node::Dict(dict) = &mut self.nodes[top] {
            dict.extend(pairs(parts));
        }
        Ok(())
    }

    fn remember(&mut self, at: usize) -> Result<(), String> {
        let top = self.top()?;
        self.memo.insert(at, top);
        Ok(())
    }

    fn recall(&mut self, at: usize) -> Result<(), String> {
        let value = *self.memo.get(&at).ok_or_else(cut_short)?;
        self.stack.push(value);
        Ok(())
    }
}

fn pairs(parts: &[Ref]) -> Vec<(Ref, Ref)> {
    parts.as_chunks().0.iter().map(|&[key, value]| (key, value)).collect()
}

fn cut_short() -> String {
    "its table of contents is damaged".into()
}
