//! Arrays out of a glTF file, every range checked before it is touched.

use super::container::Container;
use crate::formats::error::Fault;
use crate::formats::npy::MAX_VALUES;
use gltf_json::accessor::{ComponentType, IndexComponentType, Type};
use gltf_json::buffer::View;
use gltf_json::validation::{Checked, USize64};
use gltf_json::{Accessor, Index};

/// Most items of an accessor that has no bytes of its own.
const MAX_WITHOUT_BUFFER: usize = 1 << 20;

/// Most numbers of all vertices and indices of a character, 128 MB: primitives may name the same long array again and again.
const MAX_NUMBERS: usize = 32 << 20;

/// How many numbers of vertices may still be read.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_NUMBERS)
    }
}

impl Budget {
    /// Refuses so many numbers before anything is read.
    pub(super) fn holds(&self, numbers: usize) -> Result<(), Fault> {
        Self(self.0).take(numbers)
    }

    fn take(&mut self, numbers: usize) -> Result<(), Fault> {
        let left = self.0.checked_sub(numbers);
        self.0 = left.ok_or_else(|| Fault::new("too many vertices", "reduce the mesh in a modelling program"))?;
        Ok(())
    }
}

impl Container<'_> {
    /// The same as [`floats`](Self::floats), taken off a budget.
    pub(super) fn vertices<const N: usize>(&self, index: Index<Accessor>, budget: &mut Budget) -> Result<Vec<[f32; N]>, Fault> {
        budget.take(self.numbers::<N>(index))?;
        self.floats(index)
    }

    /// Vertex indices, which single precision would not hold.
    pub(super) fn indices(&self, index: Index<Accessor>, budget: &mut Budget) -> Result<Vec<u32>, Fault> {
        budget.take(self.numbers::<1>(index))?;
        let bad = |cause: &str| Fault::new(format!("accessor {}: {cause}", index.value()), "export it again");
        let accessor = self.root.accessors.get(index.value()).ok_or_else(|| bad("it does not exist"))?;
        let (Checked::Valid(component), Checked::Valid(Type::Scalar)) = (&accessor.component_type, &accessor.type_) else {
            return Err(bad("a type that does not fit its use"));
        };
        let read = |bytes: &[u8]| match component.0 {
            ComponentType::U8 => Some(u32::from(bytes[0])),
            ComponentType::U16 => Some(u32::from(u16::from_le_bytes([bytes[0], bytes[1]]))),
            ComponentType::U32 => Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
            ComponentType::I8 | ComponentType::I16 | ComponentType::F32 => None,
        };
        let (Some(view), None) = (accessor.buffer_view, &accessor.sparse) else {
            // Nothing writes sparse indices; they are small enough for single precision where a reader meets them.
            return Ok(self.floats::<1>(index)?.into_iter().map(|[value]| value as u32).collect());
        };
        let count = usize::try_from(accessor.count.0).unwrap_or(usize::MAX);
        let items = self.items(view, accessor.byte_offset, count, component.0.size()).map_err(|cause| bad(&cause))?;
        items.map(read).collect::<Option<_>>().ok_or_else(|| bad("a type that does not fit its use"))
    }

    /// How many numbers [`floats`](Self::floats) takes of an accessor at most. One that says more items than its buffer has bytes is
    /// refused there, so that it does not count for what it says.
    pub(super) fn numbers<const N: usize>(&self, index: Index<Accessor>) -> usize {
        let Some(accessor) = self.root.accessors.get(index.value()) else { return 0 };
        let buffer = |view: Index<View>| self.buffers.get(self.root.buffer_views.get(view.value())?.buffer.value());
        let most = accessor.buffer_view.map_or(MAX_WITHOUT_BUFFER, |view| buffer(view).map_or(0, |buffer| buffer.len()));
        usize::try_from(accessor.count.0).unwrap_or(usize::MAX).min(most).saturating_mul(N)
    }

    /// The values of an accessor with `N` components each, integers scaled to -1..1 where the file says so. Without a buffer view they
    /// are zeros, which a sparse accessor replaces here and there.
    pub(super) fn floats<const N: usize>(&self, index: Index<Accessor>) -> Result<Vec<[f32; N]>, Fault> {
        let bad = |cause: &str| Fault::new(format!("accessor {}: {cause}", index.value()), "export it again");
        let accessor = self.root.accessors.get(index.value()).ok_or_else(|| bad("it does not exist"))?;
        let (Checked::Valid(component), Checked::Valid(kind)) = (&accessor.component_type, &accessor.type_) else {
            return Err(bad("an unknown type"));
        };
        if components(*kind) != N {
            return Err(bad("a type that does not fit its use"));
        }
        let count = usize::try_from(accessor.count.0).ok().filter(|&count| count <= MAX_VALUES / N);
        let count = count.ok_or_else(|| bad("too many values"))?;
        let size = component.0.size();
        let item = |bytes: &[u8]| std::array::from_fn(|c| value(component.0, accessor.normalized, &bytes[c * size..]));
        let mut values: Vec<[f32; N]> = match accessor.buffer_view {
            Some(view) => {
                let items = self.items(view, accessor.byte_offset, count, size * N).map_err(|cause| bad(&cause))?;
                items.map(item).collect()
            }
            None if count <= MAX_WITHOUT_BUFFER => vec![[0.0; N]; count],
            None => return Err(bad("too many values without a buffer")),
        };
        let Some(sparse) = &accessor.sparse else { return Ok(values) };
        let Checked::Valid(IndexComponentType(places)) = sparse.indices.component_type else {
            return Err(bad("an unknown type of indices"));
        };
        let replaced = usize::try_from(sparse.count.0).ok().filter(|&replaced| replaced <= count);
        let replaced = replaced.ok_or_else(|| bad("more sparse values than values"))?;
        let (indices, sparse_values) = (&sparse.indices, &sparse.values);
        let at = self.items(indices.buffer_view, Some(indices.byte_offset), replaced, places.size()).map_err(|cause| bad(&cause))?;
        let new =
            self.items(sparse_values.buffer_view, Some(sparse_values.byte_offset), replaced, size * N).map_err(|cause| bad(&cause))?;
        for (at, new) in at.zip(new) {
            let place = value(places, false, at) as usize;
            *values.get_mut(place).ok_or_else(|| bad("a sparse value beyond the last"))? = item(new);
        }
        Ok(values)
    }

    /// The bytes of so many items of a buffer view, each of `item_bytes`.
    fn items(
        &self,
        view: Index<View>,
        offset: Option<USize64>,
        count: usize,
        item_bytes: usize,
    ) -> Result<impl Iterator<Item = &[u8]>, String> {
        let view = self.root.buffer_views.get(view.value()).ok_or("its buffer view does not exist")?;
        let buffer = self.buffers.get(view.buffer.value()).ok_or("its buffer does not exist")?;
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let start = size(view.byte_offset.unwrap_or_default().0);
        let bytes = buffer.get(start..start.saturating_add(size(view.byte_length.0))).ok_or("its buffer is cut off")?;
        let bytes = bytes.get(size(offset.unwrap_or_default().0)..).ok_or("its buffer is cut off")?;
        let stride = view.byte_stride.map_or(item_bytes, |stride| stride.0);
        if stride < item_bytes {
            return Err("items that overlap".to_owned());
        }
        let needed = count.checked_sub(1).map_or(Some(0), |last| last.checked_mul(stride)?.checked_add(item_bytes));
        if needed.is_none_or(|needed| needed > bytes.len()) {
            return Err("its buffer is cut off".to_owned());
        }
        Ok((0..count).map(move |i| &bytes[i * stride..i * stride + item_bytes]))
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
