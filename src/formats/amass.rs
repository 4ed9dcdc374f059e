//! AMASS `.npz` files: SMPL pose parameters, Z up.
//!
//! Written with the keys of AMASS's SMPL-X release: `root_orient`, `pose_body` and `poses` are axis-angles, one row a frame. Read from any
//! release: `root_orient` and `pose_body`, or `poses` of 52, 55 or 24 joints; and from AIST++ (`smpl_poses`, `smpl_trans` and
//! `smpl_scaling`, Y up), whose files are pickles.
//!
//! `trans` is where the origin of the body's template is, so that its pelvis lies at `trans` plus the template's rest pelvis, which hangs
//! below the origin and is not turned with the body (SMPL-X's `forward`): about 0.92 m up for a standing body. With [`NpzOrigin::Floor`],
//! and in files of Zoetrope 0.1, it is the pelvis minus that of our own rest pose instead: 0 for a body that stands on the floor. Such
//! files are told by joints that would lie far below it.

use super::archive;
use super::arrays::Arrays;
use super::error::Fault;
use super::npy::{self, Array};
use super::rate::{self, Clip};
use super::{ReadOptions, Reading, Recorded, joints};
use crate::motion::feet::rest_height_m;
use crate::motion::{JOINT_COUNT, Joint, Motion, Pose, REST_OFFSETS_M};
use glam::{Quat, Vec3, vec3};
use serde::{Deserialize, Serialize};
use std::f32::consts::FRAC_PI_2;
use zip::CompressionMethod;

/// Axis-angle numbers of the body without its root: 21 joints.
const BODY_NUMBERS: usize = 3 * (JOINT_COUNT - 1);
/// Joints of SMPL-X in `poses`: ours, jaw, two eyes and thirty of the hands.
const SMPLX_JOINTS: usize = 55;
/// AMASS body shapes have sixteen numbers; ours is the mean of nothing, so they are zero.
const BETAS: usize = 16;
/// Rest pelvis of SMPL-X's neutral template, in the file's axes.
const SMPLX_PELVIS_M: Vec3 = vec3(0.003, -0.351, 0.012);
/// The same of SMPL and SMPL-H, whose files have 24 or 52 joints.
const SMPL_PELVIS_M: Vec3 = vec3(-0.002, -0.223, 0.028);
/// A clip of which a joint lies lower than this has its origin on the floor; one that never comes nearer to it than this hovers.
const FAR_FROM_FLOOR_M: f32 = 0.5;
/// The rate of AIST++, whose files do not say it.
const AIST_FPS: f32 = 60.0;

const HELP: &str = "use an AMASS file of SMPL, SMPL-H or SMPL-X poses, or a motion of AIST++";

/// Where `trans` is measured from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NpzOrigin {
    /// The origin of SMPL-X's template, as every tool of SMPL reads it.
    #[default]
    Smplx,
    /// The floor under a body that stands in our rest pose.
    Floor,
}

/// Numbers of an AMASS file, a row a frame.
struct Parameters {
    trans: Vec<f32>,
    root: Vec<f32>,
    body: Vec<f32>,
    /// The arrays that these three came from.
    names: [&'static str; 3],
    /// None where the file does not say.
    fps: Option<f32>,
    notes: Vec<String>,
    joints: usize,
    /// The template's rest pelvis, in the file's axes.
    pelvis_m: Vec3,
    /// To our axes.
    up: Quat,
}

/// The motion of the bytes of an AMASS or AIST++ file.
pub(super) fn decode(bytes: &[u8], options: &ReadOptions) -> Result<Reading, Fault> {
    let mut arrays = Arrays::open(bytes, "npz archive or pickle", HELP)?;
    let found = arrays.names();
    let has = |name: &str| found.iter().any(|known| known == name);
    if has("posed_joints") || has("joints") {
        return joints::in_arrays(&mut arrays, options);
    }
    let parameters = if has("smpl_poses") { of_aist(&mut arrays)? } else { of_amass(&mut arrays, &found)? };
    let Parameters { trans, root, body, names, fps, mut notes, joints, pelvis_m, up } = parameters;
    let frames = trans.len() / 3;
    let no_rate = || Fault::new("no mocap_frame_rate", "give the rate with --source-fps, or add mocap_frame_rate to the file");
    if options.source_fps.is_some() {
        notes.clear();
    }
    let fps = options.source_fps.or(fps).ok_or_else(no_rate)?;
    let fps = rate::check(&Clip { frames, fps })?;
    let [of_trans, of_root, of_body] = names;
    if root.len() != frames * 3 || body.len() != frames * BODY_NUMBERS {
        let [root, body] = [root.len() / 3, body.len() / BODY_NUMBERS];
        let cause =
            format!("{frames} frames of {of_trans}, {root} of the root's rotation ({of_root}) and {body} of the body's ({of_body})");
        return Err(Fault::new(cause, "save arrays of the same clip"));
    }
    for (name, values, width) in [(of_trans, &trans, 3), (of_root, &root, 3), (of_body, &body, BODY_NUMBERS)] {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let cause = format!("{name}: a number of frame {} that is not finite", at / width);
            return Err(Fault::new(cause, "leave those frames out and save it again"));
        }
    }
    let motion = |pelvis: &dyn Fn(Vec3) -> Vec3| {
        Motion::from_poses_at(frames, fps, |frame| {
            let at = |values: &[f32], i: usize| vec3(values[i], values[i + 1], values[i + 2]);
            let local = std::array::from_fn(|joint| match joint {
                0 => (up * Quat::from_scaled_axis(at(&root, frame * 3))).normalize(),
                _ => Quat::from_scaled_axis(at(&body, frame * BODY_NUMBERS + 3 * (joint - 1))).normalize(),
            });
            Pose { root_m: pelvis(at(&trans, frame * 3)), local }
        })
    };
    let mut found = motion(&|trans| up * (trans + pelvis_m));
    if lowest_m(&found) < -FAR_FROM_FLOOR_M {
        found = motion(&|trans| up * trans + REST_OFFSETS_M[0]);
    }
    land(&mut found);
    Ok(Reading { notes, ..Reading::of(found, Recorded { frames, fps, joints }) })
}

fn of_amass(arrays: &mut Arrays<'_>, found: &[String]) -> Result<Parameters, Fault> {
    let trans = rows("trans", arrays.array("trans")?.ok_or_else(|| elsewhere(found))?, 3)?;
    let fps = arrays.first(&["mocap_frame_rate", "mocap_framerate"])?.and_then(|fps| fps.values.first().copied());
    // One row a frame: 3 numbers of the root, then 3 of each joint of the body.
    let (names, (root, body, joints)) = match (arrays.array("root_orient")?, arrays.array("pose_body")?) {
        (Some(root), Some(body)) => {
            (["root_orient", "pose_body"], (rows("root_orient", root, 3)?, rows("pose_body", body, BODY_NUMBERS)?, JOINT_COUNT))
        }
        _ => {
            let poses = arrays.array("poses")?.ok_or_else(|| missing("root_orient and pose_body, nor any poses"))?;
            (["poses"; 2], split("poses", poses)?)
        }
    };
    let pelvis_m = if matches!(joints, 24 | 52) { SMPL_PELVIS_M } else { SMPLX_PELVIS_M };
    let names = ["trans", names[0], names[1]];
    Ok(Parameters { trans, root, body, names, fps, notes: Vec::new(), joints, pelvis_m, up: y_up_from_z_up() })
}

/// AIST++'s: the body is `smpl_scaling` times as large as SMPL's, `smpl_trans` is where it then is, and Y is up (as the data set's own
/// loader hands them to SMPL).
fn of_aist(arrays: &mut Arrays<'_>) -> Result<Parameters, Fault> {
    let mut array = |name: &str| arrays.array(name)?.ok_or_else(|| missing(name));
    let scaling = match array("smpl_scaling")?.values[..] {
        [scaling] if scaling.is_finite() && scaling > 0.0 => scaling,
        _ => return Err(Fault::new("a smpl_scaling that is no size of a body", HELP)),
    };
    let trans = rows("smpl_trans", array("smpl_trans")?, 3)?.into_iter().map(|value| value / scaling).collect();
    let (root, body, joints) = split("smpl_poses", array("smpl_poses")?)?;
    let names = ["smpl_trans", "smpl_poses", "smpl_poses"];
    let notes = vec![format!("the file does not say its rate; AIST++ has {AIST_FPS} frames a second, --source-fps gives another")];
    Ok(Parameters { trans, root, body, names, fps: Some(AIST_FPS), notes, joints, pelvis_m: SMPL_PELVIS_M, up: Quat::IDENTITY })
}

/// Rotations of the root and of the body from an array of all joints, and how many joints that are.
fn split(name: &str, mut poses: Array) -> Result<(Vec<f32>, Vec<f32>, usize), Fault> {
    // Three numbers a joint, in a row or in one more dimension.
    if let [frames, joints, 3] = poses.shape[..] {
        poses.shape = vec![frames, joints * 3];
    }
    let joints = poses.shape.last().map_or(0, |columns| columns / 3);
    let poses = rows(name, poses, 3 + BODY_NUMBERS)?;
    let rows = poses.chunks_exact(3 + BODY_NUMBERS);
    Ok((rows.clone().flat_map(|row| &row[..3]).copied().collect(), rows.flat_map(|row| &row[3..]).copied().collect(), joints))
}

/// The bytes of an AMASS file of poses at `fps`.
pub(super) fn encode(poses: &[Pose], fps: f32, origin: NpzOrigin) -> Result<Vec<u8>, Fault> {
    let down = y_up_from_z_up().inverse();
    let frames = poses.len();
    let (mut trans, mut root, mut body, mut all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pose in poses {
        let trans_m = match origin {
            NpzOrigin::Smplx => down * pose.root_m - SMPLX_PELVIS_M,
            NpzOrigin::Floor => down * (pose.root_m - REST_OFFSETS_M[0]),
        };
        trans.extend(trans_m.to_array());
        root.extend(axis_angle(down * pose.local[0]).to_array());
        body.extend(pose.local[1..].iter().flat_map(|&local| axis_angle(local).to_array()));
    }
    for (root, body) in root.chunks_exact(3).zip(body.chunks_exact(BODY_NUMBERS)) {
        all.extend_from_slice(root);
        all.extend_from_slice(body);
        all.resize(all.len().next_multiple_of(3 * SMPLX_JOINTS), 0.0);
    }
    let arrays = [
        ("trans", npy::floats(&[frames, 3], &trans)),
        ("root_orient", npy::floats(&[frames, 3], &root)),
        ("pose_body", npy::floats(&[frames, BODY_NUMBERS], &body)),
        ("poses", npy::floats(&[frames, 3 * SMPLX_JOINTS], &all)),
        ("betas", npy::floats(&[BETAS], &[0.0; BETAS])),
        ("num_betas", npy::integers(&[], &[BETAS as i32])),
        ("gender", npy::text("neutral")),
        ("surface_model_type", npy::text("smplx")),
        ("mocap_frame_rate", npy::double(f64::from(fps))),
        ("mocap_time_length", npy::double(f64::from(frames as f32 / fps))),
    ];
    archive::packed(&arrays.map(|(name, bytes)| (format!("{name}.npy"), bytes)), CompressionMethod::Deflated)
}

/// The quarter turn that takes AMASS's (x, y, z) to our (x, z, -y) (`docs/representation.md`, Encoding).
fn y_up_from_z_up() -> Quat {
    Quat::from_rotation_x(-FRAC_PI_2)
}

/// The shorter of the two axis-angles of a rotation.
fn axis_angle(rotation: Quat) -> Vec3 {
    if rotation.w < 0.0 { (-rotation).to_scaled_axis() } else { rotation.to_scaled_axis() }
}

/// The height of the lowest joint of all frames.
fn lowest_m(motion: &Motion) -> f32 {
    let heights = motion.frames.iter().flat_map(|pose| pose.world().positions_m.map(|position_m| position_m.y));
    heights.fold(f32::INFINITY, f32::min)
}

/// Puts a clip that hovers on the floor: of an origin that is none of the two.
fn land(motion: &mut Motion) {
    let lowest_m = lowest_m(motion);
    if lowest_m > FAR_FROM_FLOOR_M {
        let toe_at_rest_m = rest_height_m(Joint::LFoot);
        for pose in &mut motion.frames {
            pose.root_m.y -= lowest_m - toe_at_rest_m;
        }
    }
}

/// What a file without `trans` is.
fn elsewhere(names: &[String]) -> Fault {
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("keypoints3d") || has("keypoints2d") {
        return Fault::new("key points of AIST++, not a motion", "use the file of the same name among its motions");
    }
    if has("v_template") || has("bind_vertices") || has("lbs_weights") {
        return Fault::new("a body model, not a motion", "use it with --character where it is SMPL's, and convert a motion file");
    }
    if has("trans") || has("poses") || has("pose_body") {
        return missing("trans");
    }
    let some: Vec<&str> = names.iter().map(String::as_str).take(5).collect();
    Fault::new(format!("no AMASS file (its arrays are {})", some.join(", ")), HELP)
}

fn missing(key: &str) -> Fault {
    Fault::new(format!("no {key}"), HELP)
}

/// The first `width` numbers of each row of a two-dimensional array.
fn rows(name: &str, array: Array, width: usize) -> Result<Vec<f32>, Fault> {
    match *array.shape {
        [_, columns] if columns == width => Ok(array.values),
        [_, columns] if columns > width && name.ends_with("poses") => {
            Ok(array.values.chunks_exact(columns).flat_map(|row| &row[..width]).copied().collect())
        }
        _ => Err(Fault::new(format!("{name} of shape {:?} instead of [frames, {width}]", array.shape), HELP)),
    }
}
