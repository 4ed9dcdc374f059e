//! The arrays in a pickled dictionary: numpy's, scipy's sparse ones (as dense ones), those that chumpy wraps, and plain numbers as arrays of one.

use super::error::Fault;
use super::npy::{Array, MAX_DIMENSIONS, MAX_VALUES, c_order};
use crate::files::pickle::{Node, Pickle, Ref};

/// How often chumpy may wrap what it wraps.
const MOST_WRAPPINGS: usize = 8;

/// Reads a number from as many bytes as it has.
type Number = fn(&[u8]) -> Option<f32>;

/// A pickle whose outermost value is a dictionary.
#[derive(Debug)]
pub(super) struct Pickled<'a> {
    pickle: Pickle<'a>,
    /// What to do where it does not hold what it should.
    help: &'static str,
}

impl<'a> Pickled<'a> {
    /// Reads the dictionary of a file that should be of this kind.
    pub(super) fn parse(bytes: &'a [u8], kind: &str, help: &'static str) -> Result<Self, Fault> {
        let pickle = Pickle::parse(bytes).map_err(|cause| Fault::new(format!("no {kind} ({cause})"), help))?;
        if pickle.entries(pickle.root()).next().is_none() {
            return Err(Fault::new(format!("no {kind} (it has nothing by name)"), help));
        }
        Ok(Self { pickle, help })
    }

    /// The names of all entries.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pickle.entries(self.pickle.root()).map(|(name, _)| name)
    }

    /// The array of this name; none if there is no such entry.
    pub(super) fn array(&self, name: &str) -> Result<Option<Array>, Fault> {
        let Some(at) = self.pickle.entry(self.pickle.root(), name) else { return Ok(None) };
        let array = self.array_at(at).ok_or_else(|| Fault::new(format!("{name}, which is no array of numbers"), self.help))?;
        Ok(Some(array))
    }

    /// The array that a value would become.
    fn array_at(&self, mut at: Ref) -> Option<Array> {
        let Self { pickle, .. } = self;
        match *pickle.node(at) {
            Node::Int(number) => return Some(Array { shape: Vec::new(), values: vec![number as f32] }),
            Node::Float(number) => return Some(Array { shape: Vec::new(), values: vec![number as f32] }),
            _ => {}
        }
        // chumpy keeps what it wraps as x; it may wrap another.
        for _ in 0..MOST_WRAPPINGS {
            let wrapped = pickle.call(at)?.2.and_then(|state| pickle.entry(state, "x"));
            let Some(wrapped) = wrapped else { break };
            at = wrapped;
        }
        let (maker, _, state) = pickle.call(at)?;
        let by_columns = maker.ends_with("csc_matrix");
        if !by_columns && !maker.ends_with("csr_matrix") {
            return self.dense(at);
        }
        let state = state?;
        let part = |name: &str| self.dense(pickle.entry(state, name)?);
        let size = pickle.counts(pickle.entry(state, "_shape").or_else(|| pickle.entry(state, "shape"))?)?;
        let [rows, columns] = size[..] else { return None };
        sparse(rows, columns, by_columns, [part("data")?, part("indices")?, part("indptr")?])
    }

    /// An array of numpy's.
    fn dense(&self, at: Ref) -> Option<Array> {
        let Self { pickle, .. } = self;
        let (maker, arguments, state) = pickle.call(at)?;
        if maker.ends_with("multiarray.scalar") {
            let &[kind, bytes] = arguments else { return None };
            return Some(Array { shape: Vec::new(), values: vec![self.reader(kind)?(&pickle.bytes(bytes)?)?] });
        }
        let (shape, kind, is_fortran, bytes) = if maker.ends_with("._frombuffer") {
            // numpy from protocol 5 on: bytes, kind of number, shape, order of the indices.
            let &[bytes, kind, shape, order] = arguments else { return None };
            (shape, kind, pickle.text(order) == Some("F"), bytes)
        } else if maker.ends_with("._reconstruct") {
            // Version, shape, kind of number, whether the first index is the fastest, bytes.
            let &[.., shape, kind, fortran, bytes] = pickle.sequence(state?)? else { return None };
            (shape, kind, pickle.count(fortran)? != 0, bytes)
        } else {
            return None;
        };
        let shape = pickle.counts(shape)?;
        if shape.len() > MAX_DIMENSIONS {
            return None;
        }
        let count = shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size)).filter(|count| *count <= MAX_VALUES)?;
        let bytes = pickle.bytes(bytes)?;
        let read = self.reader(kind)?;
        let width = bytes.len().checked_div(count)?;
        if width == 0 || bytes.len() != width * count {
            return None;
        }
        let values = bytes.chunks_exact(width).map(read).collect::<Option<Vec<f32>>>()?;
        let values = if is_fortran { c_order(&values, &shape) } else { values };
        Some(Array { shape, values })
    }

    /// How numbers of a kind are read.
    fn reader(&self, kind: Ref) -> Option<Number> {
        let Self { pickle, .. } = self;
        let (maker, arguments, state) = pickle.call(kind)?;
        let order = state.and_then(|state| pickle.text(*pickle.sequence(state)?.get(1)?));
        if maker != "numpy.dtype" || order == Some(">") {
            return None;
        }
        Some(match pickle.text(*arguments.first()?)? {
            "f4" => |at| Some(f32::from_le_bytes(at.try_into().ok()?)),
            "f8" => |at| Some(f64::from_le_bytes(at.try_into().ok()?) as f32),
            "i4" => |at| Some(i32::from_le_bytes(at.try_into().ok()?) as f32),
            "i8" => |at| Some(i64::from_le_bytes(at.try_into().ok()?) as f32),
            "u4" => |at| Some(u32::from_le_bytes(at.try_into().ok()?) as f32),
            "u8" => |at| Some(u64::from_le_bytes(at.try_into().ok()?) as f32),
            _ => return None,
        })
    }
}

/// A dense array of the values that a sparse one has, line by line between `starts`.
fn sparse(rows: usize, columns: usize, by_columns: bool, [data, indices, starts]: [Array; 3]) -> Option<Array> {
    let count = rows.checked_mul(columns).filter(|count| *count <= MAX_VALUES)?;
    // Rising starts: no value is gone over twice.
    if starts.values.iter().any(|start| !start.is_finite()) || !starts.values.is_sorted() {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> Result<Pickled<'_>, Fault> {
        Pickled::parse(bytes, "body model", "use another")
    }

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
        let bytes = pickle(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 3]);
        let pickle = parsed(&bytes).expect("a pickle");
        let array = pickle.array("a").expect("readable").expect("there");
        assert_eq!((array.shape, array.values), (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        assert!(pickle.array("b").expect("readable").is_none());
    }

    #[test]
    fn nothing_is_called_whatever_a_pickle_asks_for() {
        let asks = b"\x80\x02}U\x01acposix\nsystem\nU\x09touch /xx\x85Rs.";
        let pickle = parsed(asks).expect("a pickle");
        assert!(pickle.array("a").is_err());
    }

    #[test]
    fn every_cut_and_every_other_byte_is_an_error_or_an_array_and_never_a_crash() {
        let whole = pickle(&[1.0; 6], [2, 3]);
        for length in 0..whole.len() {
            assert!(parsed(&whole[..length]).is_err(), "{length}");
        }
        for place in 0..whole.len() {
            for byte in 0..=255 {
                let mut other = whole.clone();
                other[place] = byte;
                let _ = parsed(&other).and_then(|pickle| pickle.array("a"));
            }
        }
    }

    #[test]
    fn a_sparse_matrix_that_holds_itself_is_no_array() {
        // {"a": csc_matrix with data = indices = indptr = itself, and the shape 2 x 2}
        let mut bytes =
            b"\x80\x02}U\x01acscipy.sparse.csc\ncsc_matrix\n)\x81q\x00}(U\x04datah\x00U\x07indicesh\x00U\x06indptrh\x00U\x05shape".to_vec();
        bytes.extend(b"K\x02K\x02\x86ubs.");
        let pickle = parsed(&bytes).expect("a pickle");
        assert!(pickle.array("a").is_err());
        // And one that chumpy wraps in itself.
        let pickle = parsed(b"\x80\x02}U\x01acchumpy.ch\nCh\n)\x81q\x00}U\x01xh\x00sbs.").expect("a pickle");
        assert!(pickle.array("a").is_err());
    }

    #[test]
    fn an_array_has_no_more_dimensions_than_numpy_allows() {
        // The shape of two sizes with so many more of 1.
        let deep = |more: usize| {
            let bytes = pickle(&[1.0; 6], [2, 3]);
            let at = bytes.windows(5).position(|window| window == b"K\x02K\x03\x86").expect("the shape");
            let shape = [&b"(K\x02K\x03"[..], &b"K\x01".repeat(more), b"t"].concat();
            [&bytes[..at], &shape, &bytes[at + 5..]].concat()
        };
        let array = |bytes: &[u8]| parsed(bytes).and_then(|pickle| pickle.array("a")).map(|array| array.expect("there").shape.len());
        assert_eq!(array(&deep(MAX_DIMENSIONS - 2)).expect("an array"), MAX_DIMENSIONS);
        assert!(array(&deep(MAX_DIMENSIONS - 1)).is_err());
    }

    #[test]
    fn a_number_alone_is_an_array_of_no_dimensions() {
        // 93.5 as numpy's float64, and as Python's.
        let scalar =
            b"\x80\x02}(U\x01acnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xff\
            J\xff\xff\xff\xffK\x00tbU\x08\0\0\0\0\0`W@\x86RU\x01bG@W`\0\0\0\0\0U\x01cK\x07u.";
        let pickle = parsed(scalar).expect("a pickle");
        for (name, value) in [("a", 93.5), ("b", 93.5), ("c", 7.0)] {
            let array = pickle.array(name).expect("a number").expect("there");
            assert_eq!((array.shape, array.values), (vec![], vec![value]), "{name}");
        }
    }

    #[test]
    fn starts_that_go_back_and_forth_are_refused_at_once() {
        let array = |values: Vec<f32>| Array { shape: vec![values.len()], values };
        let back_and_forth = (0..20_000).map(|at| if at % 2 == 0 { 0.0 } else { 1e6 }).collect();
        let many = array(vec![0.0; 1_000_000]);
        let again = array(vec![0.0; 1_000_000]);
        assert!(sparse(20_000, 1, false, [many, again, array(back_and_forth)]).is_none());
        let small = sparse(2, 2, false, [array(vec![3.0, 4.0]), array(vec![1.0, 0.0]), array(vec![0.0, 1.0, 2.0])]).expect("a matrix");
        assert_eq!(small.values, [0.0, 3.0, 4.0, 0.0]);
    }
}
