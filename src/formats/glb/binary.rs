//! The binary half of a glTF file under construction: arrays go in, accessors that describe them come out.

use gltf_json::accessor::{Accessor, ComponentType, GenericComponentType, Type};
use gltf_json::buffer::{Buffer, Target, View};
use gltf_json::validation::Checked::Valid;
use gltf_json::validation::USize64;
use gltf_json::{Index, Root, Value};

/// What an array is for, which glTF wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Vertex attributes.
    Vertices,
    /// Vertex indices.
    Indices,
    /// Key frames and bind matrices.
    Values,
}

/// The bytes of the buffer so far. Every array has its own view, aligned to four bytes.
#[derive(Default)]
pub(super) struct Binary {
    bytes: Vec<u8>,
}

impl Binary {
    /// Adds an array of `[items, N]` floats.
    pub(super) fn floats<const N: usize>(&mut self, root: &mut Root, items: &[[f32; N]], usage: Use) -> Index<Accessor> {
        let kind = match N {
            1 => Type::Scalar,
            2 => Type::Vec2,
            3 => Type::Vec3,
            4 => Type::Vec4,
            _ => Type::Mat4,
        };
        let bytes: Vec<u8> = items.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        self.add(root, &bytes, items.len(), (ComponentType::F32, kind), usage)
    }

    /// The same with the smallest and largest of each component, where glTF asks for them.
    pub(super) fn bounded_floats<const N: usize>(&mut self, root: &mut Root, items: &[[f32; N]], usage: Use) -> Index<Accessor> {
        let index = self.floats(root, items, usage);
        let fold = |start: f32, pick: fn(f32, f32) -> f32| {
            let folded = items.iter().fold([start; N], |bound, item| std::array::from_fn(|i| pick(bound[i], item[i])));
            Some(Value::from(folded.to_vec()))
        };
        root.accessors[index.value()].min = fold(f32::INFINITY, f32::min);
        root.accessors[index.value()].max = fold(f32::NEG_INFINITY, f32::max);
        index
    }

    /// Adds the joints of each vertex, in bytes where they fit.
    pub(super) fn joints(&mut self, root: &mut Root, joints: &[[u16; 4]]) -> Index<Accessor> {
        let all = joints.as_flattened();
        let bytes: Option<Vec<u8>> = all.iter().map(|joint| u8::try_from(*joint).ok()).collect();
        let (bytes, kind) = match bytes {
            Some(bytes) => (bytes, ComponentType::U8),
            None => (all.iter().flat_map(|joint| joint.to_le_bytes()).collect(), ComponentType::U16),
        };
        self.add(root, &bytes, joints.len(), (kind, Type::Vec4), Use::Vertices)
    }

    /// Adds vertex indices.
    pub(super) fn indices(&mut self, root: &mut Root, indices: &[u32]) -> Index<Accessor> {
        let bytes: Vec<u8> = indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        self.add(root, &bytes, indices.len(), (ComponentType::U32, Type::Scalar), Use::Indices)
    }

    /// Adds bytes that no accessor describes: a picture's file.
    pub(super) fn blob(&mut self, root: &mut Root, bytes: &[u8]) -> Index<View> {
        self.view(root, bytes, Use::Values)
    }

    fn view(&mut self, root: &mut Root, bytes: &[u8], usage: Use) -> Index<View> {
        let view = root.push(View {
            buffer: Index::new(0),
            byte_length: USize64::from(bytes.len()),
            byte_offset: Some(USize64::from(self.bytes.len())),
            byte_stride: None,
            name: None,
            target: match usage {
                Use::Vertices => Some(Valid(Target::ArrayBuffer)),
                Use::Indices => Some(Valid(Target::ElementArrayBuffer)),
                Use::Values => None,
            },
            extensions: None,
            extras: None,
        });
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        view
    }

    fn add(&mut self, root: &mut Root, bytes: &[u8], count: usize, kind: (ComponentType, Type), usage: Use) -> Index<Accessor> {
        let view = self.view(root, bytes, usage);
        root.push(Accessor {
            buffer_view: Some(view),
            byte_offset: None,
            count: USize64::from(count),
            component_type: Valid(GenericComponentType(kind.0)),
            type_: Valid(kind.1),
            min: None,
            max: None,
            name: None,
            normalized: false,
            sparse: None,
            extensions: None,
            extras: None,
        })
    }

    /// The finished buffer, entered in the document.
    pub(super) fn finish(self, root: &mut Root) -> Vec<u8> {
        let byte_length = USize64::from(self.bytes.len());
        root.push(Buffer { byte_length, name: None, uri: None, extensions: None, extras: None });
        self.bytes
    }
}
