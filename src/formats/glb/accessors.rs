//! Arrays out of a glTF file, every range checked before it is touched.

use super::container::Container;
use crate::formats::error::Fault;
use crate::formats::npy::MAX_VALUES;
use gltf_json::accessor::{ComponentType, Type};
use gltf_json::validation::Checked;
use gltf_json::{Accessor, Index};

impl Container<'_> {
    /// The values of an accessor with `N` components each, integers scaled to -1..1 where the file says so.
    pub(super) fn floats<const N: usize>(&self, index: Index<Accessor>) -> Result<Vec<[f32; N]>, Fault> {
        let bad = |cause: &str| Fault::damaged(format!("accessor {}: {cause}", index.value()));
        let accessor = self.root.accessors.get(index.value()).ok_or_else(|| bad("it does not exist"))?;
        let (Checked::Valid(component), Checked::Valid(kind)) = (&accessor.component_type, &accessor.type_) else {
            return Err(bad("an unknown type"));
        };
        if components(*kind) != N {
            return Err(bad("a type that does not fit its use"));
        }
        if accessor.sparse.is_some() {
            return Err(Fault::new("sparse animation data", "export it without sparse accessors"));
        }
        let count = usize::try_from(accessor.count.0).ok().filter(|&count| count <= MAX_VALUES / N);
        let count = count.ok_or_else(|| bad("too many values"))?;
        let Some(view) = accessor.buffer_view else {
            return if count <= 1 << 20 { Ok(vec![[0.0; N]; count]) } else { Err(bad("values without a buffer")) };
        };
        let view = self.root.buffer_views.get(view.value()).ok_or_else(|| bad("its buffer view does not exist"))?;
        let buffer = self.buffers.get(view.buffer.value()).ok_or_else(|| bad("its buffer does not exist"))?;
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let start = size(view.byte_offset.unwrap_or_default().0);
        let bytes = buffer.get(start..start.saturating_add(size(view.byte_length.0))).ok_or_else(|| bad("its buffer is cut off"))?;
        let bytes = bytes.get(size(accessor.byte_offset.unwrap_or_default().0)..).ok_or_else(|| bad("its buffer is cut off"))?;

        let item_bytes = component.0.size() * N;
        let stride = view.byte_stride.map_or(item_bytes, |stride| stride.0);
        if stride < item_bytes {
            return Err(bad("items that overlap"));
        }
        let needed = count.checked_sub(1).map_or(Some(0), |last| last.checked_mul(stride)?.checked_add(item_bytes));
        if needed.is_none_or(|needed| needed > bytes.len()) {
            return Err(bad("its buffer is cut off"));
        }
        let item = |i: usize| {
            let item = &bytes[i * stride..i * stride + item_bytes];
            std::array::from_fn(|c| value(component.0, accessor.normalized, &item[c * component.0.size()..]))
        };
        Ok((0..count).map(item).collect())
    }
}

fn components(kind: Type) -> usize {
    match kind {
        Type::Scalar => 1,
        Type::Vec2 => 2,
        Type::Vec3 => 3,
        Type::Vec4 | Type::Mat2 => 4,
        Type::Mat3 => 9,
        Type::Mat4 => 16,
    }
}

/// The first component of `bytes`, which hold at least one.
fn value(component: ComponentType, normalized: bool, bytes: &[u8]) -> f32 {
    let (value, largest) = match component {
        ComponentType::I8 => (f32::from(bytes[0] as i8), 127.0),
        ComponentType::U8 => (f32::from(bytes[0]), 255.0),
        ComponentType::I16 => (f32::from(i16::from_le_bytes([bytes[0], bytes[1]])), 32767.0),
        ComponentType::U16 => (f32::from(u16::from_le_bytes([bytes[0], bytes[1]])), 65535.0),
        ComponentType::U32 => (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as f32, 1.0),
        ComponentType::F32 => (f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), 1.0),
    };
    if normalized { (value / largest).max(-1.0) } else { value }
}
