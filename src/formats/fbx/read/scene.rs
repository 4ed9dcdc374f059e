//! Opening a scene within bounds, and its transforms as ours.

use super::super::super::error::Fault;
use glam::{Affine3A, DAffine3, DMat3, DQuat, DVec3};
use std::panic::{AssertUnwindSafe, catch_unwind};
use ufbx::{AllocatorOpts, ErrorType, FileFormat, InheritModeHandling, LoadOpts, SceneRoot, SpaceConversion};

/// Bytes that a scene may take, and as many again while it is read. A crowd of characters has a tenth of it.
const MOST_BYTES: usize = 1 << 30;
/// Pieces of memory that it may be in.
const MOST_PIECES: usize = 1 << 20;
/// Nodes that hang on each other. Skeletons have a tenth of it.
const DEEPEST: u32 = 512;

/// What is read of a scene.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Wanted {
    /// Skeleton and animations.
    Motion,
    /// Meshes and pictures too.
    All,
    /// Skeleton and animations with the transforms that the file has, below a root that brings them into our space, and the objects that they
    /// were made of.
    AsItIs,
}

/// The scene in the bytes of a file.
pub(in super::super) fn open(bytes: &[u8], wanted: Wanted) -> Result<SceneRoot, Fault> {
    let bounded = || AllocatorOpts { memory_limit: MOST_BYTES, allocation_limit: MOST_PIECES, ..AllocatorOpts::default() };
    let options = LoadOpts {
        temp_allocator: bounded(),
        result_allocator: bounded(),
        node_depth_limit: DEEPEST,
        file_format: FileFormat::Fbx,
        load_external_files: false,
        ignore_embedded: wanted != Wanted::All,
        retain_dom: wanted == Wanted::AsItIs,
        generate_missing_normals: true,
        clean_skin_weights: true,
        inherit_mode_handling: InheritModeHandling::HelperNodes,
        scale_helper_name: "scale".into(),
        space_conversion: if wanted == Wanted::AsItIs { SpaceConversion::TransformRoot } else { SpaceConversion::ModifyGeometry },
        target_axes: ufbx::axes_right_handed_y_up(),
        target_unit_meters: 1.0,
        ..LoadOpts::default()
    };
    let opened = catch_unwind(AssertUnwindSafe(|| ufbx::load_memory(bytes, options).map_err(|error| fault(&error))));
    opened.unwrap_or_else(|_| Err(Fault::damaged("an FBX file that makes no sense")))
}

fn fault(error: &ufbx::Error) -> Fault {
    let why = &*error.description;
    match error.type_ {
        ErrorType::EmptyFile | ErrorType::TruncatedFile | ErrorType::Io => Fault::cut_off(format!("an FBX file that ends early ({why})")),
        ErrorType::UnrecognizedFileFormat => Fault::damaged("no FBX"),
        ErrorType::UnsupportedVersion => Fault::new("FBX of a version that is not known", "export it as FBX 2014 to 2020"),
        ErrorType::MemoryLimit | ErrorType::AllocationLimit | ErrorType::OutOfMemory => {
            Fault::new("a scene too large", "export only the character, or one animation alone")
        }
        ErrorType::NodeDepthLimit => Fault::new("nodes that hang on each other without end", "export only the character's skeleton"),
        _ => Fault::damaged(format!("an FBX file that makes no sense ({why})")),
    }
}

pub(in super::super) fn vector(vector: ufbx::Vec3) -> DVec3 {
    DVec3::new(vector.x, vector.y, vector.z)
}

pub(in super::super) fn transform(transform: &ufbx::Transform) -> DAffine3 {
    let ufbx::Quat { x, y, z, w } = transform.rotation;
    let rotation = DQuat::from_xyzw(x, y, z, w).normalize();
    DAffine3::from_scale_rotation_translation(vector(transform.scale), rotation, vector(transform.translation))
}

pub(in super::super) fn matrix(matrix: &ufbx::Matrix) -> DAffine3 {
    let m = matrix;
    let linear = DMat3::from_cols_array(&[m.m00, m.m10, m.m20, m.m01, m.m11, m.m21, m.m02, m.m12, m.m22]);
    DAffine3::from_mat3_translation(linear, DVec3::new(m.m03, m.m13, m.m23))
}

/// In single precision.
pub(in super::super) fn single(affine: &DAffine3) -> Affine3A {
    Affine3A::from_mat3_translation(affine.matrix3.as_mat3(), affine.translation.as_vec3())
}
