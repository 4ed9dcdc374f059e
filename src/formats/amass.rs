//! AMASS `.npz` files: SMPL pose parameters, Z up.
//!
//! Written with the keys of AMASS's SMPL-X release: `trans` is the pelvis minus our rest pelvis, `root_orient`, `pose_body` and
//! `poses` are axis-angles, one row a frame. Read from any release: `root_orient` and `pose_body`, or `poses` of 52, 55 or 24 joints.
//!
//! So `trans` is 0 for a body that stands at rest on the floor at the origin, whatever body a tool draws. Tools of SMPL place the
//! pelvis at `trans` plus the rest pelvis of *their* template, which hangs about its own origin instead of standing on it: to stand,
//! they must add to `trans`'s z how far the soles of their template lie below its origin (minus its lowest y; about 1.2 m for the
//! neutral SMPL body, whose rest pelvis is 0.22 m below the origin), or load the template with its soles at the origin.

use super::Recorded;
use super::archive::{self, Archive};
use super::error::Fault;
use super::npy::{self, Array, MAX_VALUES};
use super::rate::{self, Clip};
use crate::motion::{JOINT_COUNT, Joint, Motion, Pose, REST_OFFSETS_M, rest_positions};
use glam::{Quat, Vec3, vec3};
use std::f32::consts::FRAC_PI_2;
use zip::CompressionMethod;

/// Axis-angle numbers of the body without its root: 21 joints.
const BODY_NUMBERS: usize = 3 * (JOINT_COUNT - 1);
/// Joints of SMPL-X in `poses`: ours, jaw, two eyes and thirty of the hands.
const SMPLX_JOINTS: usize = 55;
/// AMASS body shapes have sixteen numbers; ours is the mean of nothing, so they are zero.
const BETAS: usize = 16;
/// A clip whose lowest joint never comes this near to the floor counts its pelvis height twice.
const HOVERING_M: f32 = 0.5;

/// The motion of an AMASS file's bytes.
pub(super) fn parse(bytes: &[u8]) -> Result<(Motion, Recorded), Fault> {
    let mut archive = archive::open(bytes, "npz archive")?;
    let mut array = |names: &[&'static str]| read_array(&mut archive, names);

    let trans = rows("trans", array(&["trans"])?.ok_or_else(|| missing("trans"))?, 3)?;
    let fps = array(&["mocap_frame_rate", "mocap_framerate"])?.ok_or_else(|| missing("mocap_frame_rate"))?;
    let frames = trans.len() / 3;
    let fps = fps.values.first().copied().ok_or_else(|| Fault::damaged("an empty mocap_frame_rate"))?;
    let fps = rate::check(&Clip { frames, fps })?;

    // One row a frame: 3 numbers of the root, then 3 of each joint of the body.
    let (root, body, joints) = match (array(&["root_orient"])?, array(&["pose_body"])?) {
        (Some(root), Some(body)) => (rows("root_orient", root, 3)?, rows("pose_body", body, BODY_NUMBERS)?, JOINT_COUNT),
        _ => {
            let poses = array(&["poses"])?.ok_or_else(|| missing("root_orient and pose_body, nor any poses"))?;
            let joints = poses.shape.last().map_or(0, |columns| columns / 3);
            let poses = rows("poses", poses, 3 + BODY_NUMBERS)?;
            let rows = poses.chunks_exact(3 + BODY_NUMBERS);
            (rows.clone().flat_map(|row| &row[..3]).copied().collect(), rows.flat_map(|row| &row[3..]).copied().collect(), joints)
        }
    };
    if root.len() != frames * 3 || body.len() != frames * BODY_NUMBERS {
        let [root, body] = [root.len() / 3, body.len() / BODY_NUMBERS];
        return Err(Fault::damaged(format!("{frames} frames of trans, {root} of the root's rotation and {body} of the body's")));
    }
    if trans.iter().chain(&root).chain(&body).any(|value| !value.is_finite()) {
        return Err(Fault::damaged("a number that is not finite"));
    }

    let up = y_up_from_z_up();
    let mut motion = Motion::from_poses_at(frames, fps, |frame| {
        let at = |values: &[f32], i: usize| vec3(values[i], values[i + 1], values[i + 2]);
        let local = std::array::from_fn(|joint| match joint {
            0 => (up * Quat::from_scaled_axis(at(&root, frame * 3))).normalize(),
            _ => Quat::from_scaled_axis(at(&body, frame * BODY_NUMBERS + 3 * (joint - 1))).normalize(),
        });
        Pose { root_m: up * at(&trans, frame * 3) + REST_OFFSETS_M[0], local }
    });
    land(&mut motion);
    Ok((motion, Recorded { frames, fps, joints }))
}

/// The bytes of an AMASS file of poses at `fps`.
pub(super) fn encode(poses: &[Pose], fps: f32) -> Result<Vec<u8>, Fault> {
    let down = y_up_from_z_up().inverse();
    let frames = poses.len();
    let (mut trans, mut root, mut body, mut all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pose in poses {
        trans.extend((down * (pose.root_m - REST_OFFSETS_M[0])).to_array());
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

/// The quarter turn that takes AMASS's (x, y, z) to our (x, z, -y) (spec 1.3).
fn y_up_from_z_up() -> Quat {
    Quat::from_rotation_x(-FRAC_PI_2)
}

/// The shorter of the two axis-angles of a rotation.
fn axis_angle(rotation: Quat) -> Vec3 {
    if rotation.w < 0.0 { (-rotation).to_scaled_axis() } else { rotation.to_scaled_axis() }
}

/// Our `trans` is zero where a body stands at rest. In AMASS's own files it already holds the height of the pelvis, because SMPL's
/// template hangs about its origin; such a clip would hover by a pelvis height, and is put on the floor instead.
fn land(motion: &mut Motion) {
    let lowest = |pose: &Pose| {
        let positions_m = pose.world().positions_m;
        positions_m.iter().map(|position_m| position_m.y).fold(f32::INFINITY, f32::min)
    };
    let lowest_m = motion.frames.iter().map(lowest).fold(f32::INFINITY, f32::min);
    if lowest_m > HOVERING_M {
        let toe_at_rest_m = rest_positions()[Joint::LFoot as usize].y;
        for pose in &mut motion.frames {
            pose.root_m.y -= lowest_m - toe_at_rest_m;
        }
    }
}

fn missing(key: &str) -> Fault {
    Fault::new(format!("no {key}"), "use an AMASS file of SMPL, SMPL-H or SMPL-X poses")
}

/// The first `width` numbers of each row of a two-dimensional array.
fn rows(name: &str, array: Array, width: usize) -> Result<Vec<f32>, Fault> {
    match *array.shape {
        [_, columns] if columns == width => Ok(array.values),
        [_, columns] if columns > width && name == "poses" => {
            Ok(array.values.chunks_exact(columns).flat_map(|row| &row[..width]).copied().collect())
        }
        _ => Err(Fault::new(
            format!("{name} of shape {:?} instead of [frames, {width}]", array.shape),
            "use an AMASS file of SMPL, SMPL-H or SMPL-X poses",
        )),
    }
}

/// The first array of the archive that has one of these names.
fn read_array(archive: &mut Archive<'_>, names: &[&'static str]) -> Result<Option<Array>, Fault> {
    for name in names {
        if let Some(bytes) = archive::unpacked(archive, &format!("{name}.npy"), (MAX_VALUES * 8) as u64)? {
            return npy::parse(&bytes).map(Some);
        }
    }
    Ok(None)
}
