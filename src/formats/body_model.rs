//! A user's own body model: an `.npz` file of SMPL, SMPL-H or SMPL-X, as their makers give it out. Only its arrays are read; nothing in
//! it is run.

use super::archive::{self, Archive};
use super::error::Fault;
use super::npy::{self, Array, MAX_VALUES};
use super::{FormatError, file};
use crate::body::BodyModel;
use crate::motion::JOINT_COUNT;
use glam::Vec3;
use std::path::Path;

/// Shape numbers that are read; the first ones tell most.
const SHAPES: usize = 16;
const HELP: &str = "use the .npz file of SMPL, SMPL-H or SMPL-X from its makers";

/// The body model in a file.
///
/// # Errors
/// The file cannot be read, or is no body model.
pub fn read_body_model(path: &Path) -> Result<BodyModel, FormatError> {
    let bytes = file::load(path)?;
    parse(&bytes).map_err(|fault| fault.while_reading(path))
}

fn parse(bytes: &[u8]) -> Result<BodyModel, Fault> {
    let mut archive = archive::open(bytes, "body model").map_err(|_| Fault::new("no body model", HELP))?;
    let mut array = |name: &str, dimensions: usize| table(&mut archive, name, dimensions);
    let template = array("v_template", 2)?;
    let shapes = array("shapedirs", 3)?;
    let regressor = array("J_regressor", 2)?;
    let weights = array("weights", 2)?;
    let triangles = array("f", 2)?;
    let tree = array("kintree_table", 2)?;
    let vertices = template.shape[0];
    for (name, found, expected) in [
        ("v_template", &template.shape, vec![vertices, 3]),
        ("shapedirs", &shapes.shape, vec![vertices, 3, shapes.shape[2]]),
        ("J_regressor", &regressor.shape, vec![regressor.shape[0], vertices]),
        ("weights", &weights.shape, vec![vertices, regressor.shape[0]]),
        ("f", &triangles.shape, vec![triangles.shape[0], 3]),
        ("kintree_table", &tree.shape, vec![2, regressor.shape[0]]),
    ] {
        if *found != expected {
            return Err(Fault::new(format!("{name} of shape {found:?} instead of {expected:?}"), HELP));
        }
    }
    let numbers = [&template, &shapes, &regressor, &weights, &triangles];
    if vertices == 0 || numbers.iter().any(|array| array.values.iter().any(|value| !value.is_finite())) {
        return Err(Fault::damaged("no vertices, or a number that is not finite"));
    }
    let all_shapes = shapes.shape[2];
    let shape = |number: usize| {
        let at = |vertex: usize, axis: usize| shapes.values[(vertex * 3 + axis) * all_shapes + number];
        (0..vertices).map(|vertex| Vec3::new(at(vertex, 0), at(vertex, 1), at(vertex, 2))).collect()
    };
    let shares = |row: &[f32]| (0..).zip(row).filter(|(_, share)| **share != 0.0).map(|(vertex, share)| (vertex, *share)).collect();
    let joints = regressor.shape[0];
    let model = BodyModel {
        template_m: template.values.chunks_exact(3).map(Vec3::from_slice).collect(),
        shapes_m: (0..all_shapes.min(SHAPES)).map(shape).collect(),
        joint_of_vertices: regressor.values.chunks_exact(vertices).take(JOINT_COUNT).map(shares).collect(),
        weights: weights.values.chunks_exact(joints.max(1)).map(<[f32]>::to_vec).collect(),
        // The root's parent is a number beyond all joints.
        parents: tree.values[..joints].iter().map(|parent| if *parent < joints as f32 { parent.max(0.0) as usize } else { 0 }).collect(),
        triangles: triangles.values.chunks_exact(3).map(|corners| [0, 1, 2].map(|corner| corners[corner].max(0.0) as u32)).collect(),
    };
    model.check().map_err(|error| Fault::new(error.to_string(), HELP)).map(|()| model)
}

fn table(archive: &mut Archive<'_>, name: &str, dimensions: usize) -> Result<Array, Fault> {
    let bytes = archive::unpacked(archive, &format!("{name}.npy"), (MAX_VALUES * 8) as u64 + (1 << 10))?;
    let array = npy::parse(&bytes.ok_or_else(|| Fault::new(format!("no {name}, which a body model has"), HELP))?)?;
    if array.shape.len() != dimensions {
        return Err(Fault::new(format!("{name} of shape {:?}, where {dimensions} dimensions belong", array.shape), HELP));
    }
    Ok(array)
}
