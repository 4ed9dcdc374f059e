//! NumPy arrays: any numeric `.npy` to flat f32 values in C order, and back. Never trusts a declared size.

use super::archive;
use super::error::Fault;
use npyz::{DType, NpyFile, Order, TypeChar, WriterBuilder};
use std::io::{self, Cursor, Read, Seek};
use zip::ZipArchive;

/// Most values of one array, 64 MiB: ten minutes of AMASS's widest poses at 120 fps, 25 of features, or SMPL-X's pose shapes.
pub(super) const MAX_VALUES: usize = 16 << 20;
/// As many as numpy allows.
pub(super) const MAX_DIMENSIONS: usize = 32;
/// Longest header and deepest brackets we parse: NumPy's own limit, and what keeps the header's recursive parser off the stack's end.
const MAX_HEADER_BYTES: usize = 10_000;
const MAX_HEADER_DEPTH: usize = 8;

/// A numeric array in C order.
#[derive(Debug)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// Reads the bytes of a `.npy` file.
pub(super) fn parse(bytes: &[u8]) -> Result<Array, Fault> {
    check_header(bytes)?;
    let npy = NpyFile::new(Cursor::new(bytes))
        .map_err(|error| Fault::new(format!("bad npy header ({error})"), "save the array again with numpy.save"))?;
    let DType::Plain(kind) = npy.dtype() else {
        return Err(Fault::new("a table of records instead of numbers", "save one numeric array"));
    };
    let shape = npy.shape().iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<usize>>>();
    let count = shape.as_ref().and_then(|shape| shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n)));
    let (Some(shape), Some(count)) = (shape, count.filter(|&count| count <= MAX_VALUES && npy.shape().len() <= MAX_DIMENSIONS)) else {
        return Err(Fault::new(format!("an array of shape {:?}, which is too large", npy.shape()), "cut it into shorter clips"));
    };
    let read: fn(Source<'_>) -> io::Result<Vec<f32>> = match (kind.type_char(), kind.num_bytes()) {
        (TypeChar::Float, Some(4)) => |npy| collect(npy, |value: f32| value),
        (TypeChar::Float, Some(8)) => |npy| collect(npy, |value: f64| value as f32),
        (TypeChar::Int, Some(4)) => |npy| collect(npy, |value: i32| value as f32),
        (TypeChar::Int, Some(8)) => |npy| collect(npy, |value: i64| value as f32),
        (TypeChar::Uint, Some(4)) => |npy| collect(npy, |value: u32| value as f32),
        (TypeChar::Uint, Some(8)) => |npy| collect(npy, |value: u64| value as f32),
        _ => return Err(Fault::new(format!("values of kind {kind} instead of numbers"), "save float32 or float64")),
    };
    // The reader announces its declared length, which must be known to be there before memory is taken for it.
    if count.saturating_mul(kind.num_bytes().unwrap_or(usize::MAX)) > bytes.len() {
        return Err(Fault::cut_off(format!("shape {shape:?} declared but only {} bytes present", bytes.len())));
    }
    let order = npy.order();
    let values = read(npy).map_err(|error| Fault::cut_off(format!("array data cut off ({error})")))?;
    let values = if order == Order::Fortran { c_order(&values, &shape) } else { values };
    Ok(Array { shape, values })
}

/// The array that an archive holds under this name; none if there is none. Faults name the member.
pub(super) fn in_archive<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Result<Option<Array>, Fault> {
    in_member(archive, &format!("{name}.npy"), MAX_VALUES * size_of::<f64>() + MAX_HEADER_BYTES)
}

/// The array in a member of at most `limit` bytes, header included; none if there is no such member. Faults name the member.
pub(super) fn in_member<R: Read + Seek>(archive: &mut ZipArchive<R>, member: &str, limit: usize) -> Result<Option<Array>, Fault> {
    let Some(bytes) = archive::unpacked(archive, member, limit as u64)? else { return Ok(None) };
    parse(&bytes).map(Some).map_err(|fault| fault.in_member(member))
}

/// An array whose header is read and whose values are not.
type Source<'a> = NpyFile<Cursor<&'a [u8]>>;

fn collect<T: npyz::Deserialize>(npy: Source<'_>, narrow: impl Fn(T) -> f32) -> io::Result<Vec<f32>> {
    let values = npy.data::<T>().map_err(|error| io::Error::other(error.to_string()))?;
    values.map(|value| value.map(&narrow)).collect()
}

/// The bytes of a `.npy` file of f32 values.
pub(super) fn floats(shape: &[usize], values: &[f32]) -> Vec<u8> {
    encode(shape, values)
}

/// The bytes of a `.npy` file of i32 values.
pub(super) fn integers(shape: &[usize], values: &[i32]) -> Vec<u8> {
    encode(shape, values)
}

/// The bytes of a `.npy` file of a row of f64 values.
pub(super) fn doubles(values: &[f64]) -> Vec<u8> {
    encode(&[values.len()], values)
}

/// The bytes of a `.npy` file of one f64.
pub(super) fn double(value: f64) -> Vec<u8> {
    encode(&[], &[value])
}

/// The bytes of a `.npy` file of one string, as `numpy.array("text")` makes it.
pub(super) fn text(text: &str) -> Vec<u8> {
    let dict = format!("{{'descr': '<U{}', 'fortran_order': False, 'shape': (), }}", text.chars().count());
    let unpadded = 10 + dict.len() + 1;
    let header = format!("{dict}{:pad$}\n", "", pad = unpadded.next_multiple_of(64) - unpadded);
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.into_bytes());
    bytes.extend(text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()));
    bytes
}

fn encode<T: npyz::AutoSerialize + Copy>(shape: &[usize], values: &[T]) -> Vec<u8> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut bytes = Vec::new();
    let written = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut bytes).begin_nd().and_then(|mut writer| {
        writer.extend(values.iter().copied())?;
        writer.finish()
    });
    written.expect("writing to memory cannot fail when the shape holds all values");
    bytes
}

/// Rejects headers that would take unreasonable memory or recursion to parse.
fn check_header(bytes: &[u8]) -> Result<(), Fault> {
    let not_npy = || Fault::new("no npy header", "save the array with numpy.save");
    if bytes.get(..6) != Some(b"\x93NUMPY".as_slice()) {
        return Err(not_npy());
    }
    let (start, length) = match bytes.get(6).ok_or_else(not_npy)? {
        1 => (10, bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))),
        _ => (12, bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)),
    };
    let length = length.filter(|&length| length <= MAX_HEADER_BYTES).ok_or_else(not_npy)?;
    let header = bytes.get(start..start + length).ok_or_else(not_npy)?;
    let mut depth = 0usize;
    for byte in header {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_HEADER_DEPTH {
            return Err(not_npy());
        }
    }
    // The parser multiplies the dimensions without looking. Other numbers of the header ('<f8') only make this stricter.
    let digits = header.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u64>().ok();
    let product = digits.map(number).try_fold(1u64, |product, number| product.checked_mul(number?.max(1)));
    product.map(|_| ()).ok_or_else(|| Fault::new("an array too large for any memory", "cut it into shorter clips"))
}

/// Values of an array in C order, from Fortran order (first index fastest).
pub(super) fn c_order(values: &[f32], shape: &[usize]) -> Vec<f32> {
    let mut index = vec![0; shape.len()];
    let mut ordered = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let (at, _) = index.iter().zip(shape).fold((0, 1), |(at, stride), (i, n)| (at + i * stride, stride * n));
        ordered.push(values[at]);
        for (i, n) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < *n {
                break;
            }
            *i = 0;
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_come_back_in_c_order() {
        let array = parse(&floats(&[2, 3], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])).expect("own array");
        assert_eq!((array.shape, array.values), (vec![2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        assert_eq!(c_order(&[0.0, 3.0, 1.0, 4.0, 2.0, 5.0], &[2, 3]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn a_declared_size_is_not_believed() {
        let with_shape = |shape: &str| {
            let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n");
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend((header.len() as u16).to_le_bytes());
            bytes.extend(header.into_bytes());
            bytes.extend([0; 24]);
            bytes
        };
        assert_eq!(parse(&with_shape("(2, 3)")).expect("six values").values.len(), 6);
        let hostile = ["(9, 99)", "(-2, 3)", "(4294967296, 4294967296)", "((((((((((3,)", "99999999999999999999999"];
        for shape in hostile {
            assert!(parse(&with_shape(shape)).is_err(), "{shape}");
        }
        let deep = |dimensions: usize| format!("({})", "1,".repeat(dimensions));
        assert_eq!(parse(&with_shape(&deep(MAX_DIMENSIONS))).expect("one value").shape.len(), MAX_DIMENSIONS);
        assert!(parse(&with_shape(&deep(MAX_DIMENSIONS + 1))).is_err());
    }
}
