//! A user's own body model: an `.npz` or `.pkl` file of SMPL, SMPL-H or SMPL-X, as their makers give it out. Only its arrays are read;
//! nothing in it is run.

use super::arrays::Arrays;
use super::error::Fault;
use super::npy::Array;
use super::{FormatError, file};
use crate::body::{BodyModel, POSE_SHAPES, PoseShapes};
use crate::motion::JOINT_COUNT;
use glam::Vec3;
use std::path::Path;
use std::sync::Arc;

/// Shape numbers that are read; the first ones tell most.
const SHAPES: usize = 16;
const HELP: &str = "use the .npz or .pkl file of SMPL, SMPL-H or SMPL-X from its makers";

/// The body model in a file.
///
/// # Errors
/// The file cannot be read, or is no body model.
pub fn read_body_model(path: &Path) -> Result<BodyModel, FormatError> {
    let bytes = file::load(path)?;
    parse(&bytes).map_err(|fault| fault.while_reading(path))
}

fn parse(bytes: &[u8]) -> Result<BodyModel, Fault> {
    let mut arrays = Arrays::open(bytes, "body model", HELP)?;
    let mut array = |name: &str, dimensions: usize| table(&mut arrays, name, dimensions);
    let template = array("v_template", 2)?;
    let shapes = array("shapedirs", 3)?;
    let regressor = array("J_regressor", 2)?;
    let weights = array("weights", 2)?;
    let triangles = array("f", 2)?;
    let tree = array("kintree_table", 2)?;
    let pose_shapes = arrays.array("posedirs")?;
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
    if vertices == 0 {
        return Err(Fault::new("a body without vertices (v_template is empty)", HELP));
    }
    let numbers = [
        ("v_template", &template),
        ("shapedirs", &shapes),
        ("J_regressor", &regressor),
        ("weights", &weights),
        ("f", &triangles),
        ("kintree_table", &tree),
    ];
    if let Some((name, _)) = numbers.iter().find(|(_, array)| array.values.iter().any(|value| !value.is_finite())) {
        return Err(Fault::new(format!("{name} holds a number that is not finite"), HELP));
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
        pose_shapes: Arc::new(pose_shapes.map_or_else(|| Ok(PoseShapes::default()), |array| shapes_of_poses(&array, vertices))?),
        triangles: triangles.values.chunks_exact(3).map(|corners| [0, 1, 2].map(|corner| corners[corner].max(0.0) as u32)).collect(),
    };
    model.check().map_err(|error| Fault::new(error.to_string(), HELP)).map(|()| model)
}

/// The pose shapes of our joints, which come first; of hands and faces there are more.
fn shapes_of_poses(array: &Array, vertices: usize) -> Result<PoseShapes, Fault> {
    let [found, 3, numbers @ (POSE_SHAPES..)] = array.shape[..] else {
        return Err(Fault::new(format!("posedirs of shape {:?} instead of [{vertices}, 3, at least {POSE_SHAPES}]", array.shape), HELP));
    };
    if found != vertices || array.values.iter().any(|value| !value.is_finite()) {
        return Err(Fault::new(format!("posedirs for {found} vertices of {vertices}, or not finite"), HELP));
    }
    let at = |number: usize, vertex: usize, axis: usize| array.values[(vertex * 3 + axis) * numbers + number];
    Ok(PoseShapes::of(vertices, |number, vertex| Vec3::from_array([0, 1, 2].map(|axis| at(number, vertex, axis)))))
}

/// An array that has to be there, of so many dimensions.
fn table(arrays: &mut Arrays<'_>, name: &str, dimensions: usize) -> Result<Array, Fault> {
    let array = arrays.array(name)?.ok_or_else(|| Fault::new(format!("no {name}, which a body model has"), HELP))?;
    if array.shape.len() != dimensions {
        return Err(Fault::new(format!("{name} of shape {:?}, where {dimensions} dimensions belong", array.shape), HELP));
    }
    Ok(array)
}
