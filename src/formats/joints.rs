//! Motions that are stored as the places of joints alone: HumanML3D's `[frames, 22, 3]` and its 263 numbers a frame, and what Kimodo
//! makes on SMPL's joints. Rotations are made from the places: directions of bones as they are, turns along bones as small as can be.

use super::arrays::Arrays;
use super::error::Fault;
use super::npy::Array;
use super::rate::{self, Clip};
use super::{ReadOptions, Reading, Recorded};
use crate::motion::feet::rest_height_m;
use crate::motion::rotation::{frame_of, shortest_arc};
use crate::motion::{JOINT_COUNT, Joint, Motion, PARENTS, Pose, REST_OFFSETS_M, WorldPose, rest_positions};
use glam::{Quat, Vec3, vec3};

/// The rate of HumanML3D, whose files do not say it.
const HUMANML_FPS: f32 = 20.0;
/// The rate of Kimodo.
const KIMODO_FPS: f32 = 30.0;
/// Numbers of a frame of HumanML3D: turn, steps and height of the root, 21 places, 21 rotations, 22 velocities, four contacts.
pub(super) const HUMANML_ROW: usize = 4 + 21 * 3 + 21 * 6 + 22 * 3 + 4;
/// Places farther than this from the origin are none of a person's, metres.
const FARTHEST: f32 = 1e4;

type Places = [Vec3; JOINT_COUNT];

/// The motion of a file with places of joints.
pub(super) fn in_arrays(arrays: &mut Arrays<'_>, options: &ReadOptions) -> Result<Reading, Fault> {
    let (array, fps) = match arrays.array("posed_joints")? {
        Some(array) => (array, KIMODO_FPS),
        None => (arrays.array("joints")?.ok_or_else(|| Fault::new("no joints", "save an array [frames, 22, 3]"))?, HUMANML_FPS),
    };
    match array.shape[..] {
        [_, JOINT_COUNT, 3] => of_places(&array.values, fps, options),
        [frames, joints, 3] if fps == KIMODO_FPS => {
            let cause = format!("no AMASS file, but Kimodo's places of {joints} joints in {frames} frames");
            Err(Fault::new(cause, "let Kimodo write SMPL-X (AMASS) or BVH, and use that"))
        }
        _ => Err(Fault::new(format!("joints of shape {:?} instead of [frames, 22, 3]", array.shape), "save the 22 joints of SMPL's body")),
    }
}

/// The motion of an array `[frames, 22, 3]`, in metres or any other unit, Y or Z up.
pub(super) fn of_places(values: &[f32], fps: f32, options: &ReadOptions) -> Result<Reading, Fault> {
    let mut frames: Vec<Places> =
        values.chunks_exact(JOINT_COUNT * 3).map(|frame| std::array::from_fn(|joint| Vec3::from_slice(&frame[joint * 3..]))).collect();
    let fps_is_guessed = options.source_fps.is_none();
    let fps = rate::check(&Clip { frames: frames.len(), fps: options.source_fps.unwrap_or(fps) })?;
    if frames.iter().flatten().any(|place| !(place.is_finite() && place.abs().max_element() < FARTHEST)) {
        return Err(Fault::new("a place that is none of a joint's", "leave those frames out and save it again"));
    }
    let trunk: Vec3 = frames.iter().map(|places| places[Joint::Neck as usize] - places[0]).sum();
    if trunk.z > 2.0 * trunk.y.abs() {
        frames.iter_mut().flatten().for_each(|place| *place = vec3(place.x, place.z, -place.y));
    }
    let legs = [[Joint::LHip, Joint::LKnee, Joint::LAnkle], [Joint::RHip, Joint::RKnee, Joint::RAnkle]];
    let leg = |places: &Places| -> f32 {
        let bone = |from: Joint, to: Joint| places[from as usize].distance(places[to as usize]);
        legs.iter().map(|[hip, knee, ankle]| bone(*hip, *knee) + bone(*knee, *ankle)).sum()
    };
    let theirs = frames.iter().map(leg).sum::<f32>() / frames.len() as f32;
    let scale = leg(&rest_positions()) / theirs;
    if !(scale.is_finite() && scale < 1e4) {
        return Err(Fault::new("a body whose legs have no length", "save the 22 joints of SMPL's body"));
    }
    let count = frames.len();
    let mut motion = Motion::from_poses_at(count, fps, |frame| pose(&frames[frame], scale));
    let lowest = motion.frames.iter().flat_map(|pose| pose.world().positions_m.map(|place| place.y)).fold(f32::INFINITY, f32::min);
    let toe_at_rest_m = rest_height_m(Joint::LFoot);
    for pose in &mut motion.frames {
        pose.root_m.y -= lowest - toe_at_rest_m;
    }
    let mut reading = Reading::of(motion, Recorded { frames: count, fps, joints: JOINT_COUNT });
    reading.notes.push("only places of joints are stored: turns along the bones are made up".to_owned());
    if fps_is_guessed {
        reading.notes.push(format!("the file does not say its rate; {fps} frames a second are usual, --source-fps gives another"));
    }
    Ok(reading)
}

/// Our skeleton with its bones along the lines between the places.
fn pose(places: &Places, scale: f32) -> Pose {
    use Joint::*;
    let at = |joint: Joint| places[joint as usize];
    let rest = rest_positions();
    let rest_at = |joint: Joint| rest[joint as usize];
    // How a frame of two directions was turned away from how it rests.
    let turned = |lateral: Vec3, up: Vec3, rest_lateral: Vec3, rest_up: Vec3| {
        Some(frame_of(lateral, up)? * frame_of(rest_lateral, rest_up)?.inverse())
    };
    let pelvis = turned(at(LHip) - at(RHip), at(Spine1) - at(Pelvis), rest_at(LHip) - rest_at(RHip), rest_at(Spine1) - rest_at(Pelvis));
    let chest = turned(
        at(LShoulder) - at(RShoulder),
        at(Neck) - at(Spine2),
        rest_at(LShoulder) - rest_at(RShoulder),
        rest_at(Neck) - rest_at(Spine2),
    );
    let mut world = WorldPose { positions_m: [at(Pelvis) * scale; JOINT_COUNT], rotations: [pelvis.unwrap_or_default(); JOINT_COUNT] };
    for joint in Joint::ALL.into_iter().skip(1) {
        let parent = PARENTS[joint as usize].unwrap_or_default();
        let above = world.rotations[parent];
        let only_child = (1..JOINT_COUNT).filter(|child| PARENTS[*child] == Some(joint as usize)).collect::<Vec<_>>();
        world.rotations[joint as usize] = match (joint, &only_child[..]) {
            (Spine3, _) => chest.unwrap_or(above),
            (_, [child]) => (shortest_arc(above * REST_OFFSETS_M[*child], places[*child] - places[joint as usize]) * above).normalize(),
            _ => above,
        };
    }
    world.to_pose()
}

/// The motion of HumanML3D's 263 numbers a frame. The heading is the sum of its steps, the path that of its steps in the heading.
pub(super) fn of_humanml(array: &Array, options: &ReadOptions) -> Result<Reading, Fault> {
    let rows = || array.values.chunks_exact(HUMANML_ROW);
    // Contacts are 0 or 1 and rotations are made of unit rows, unless all was divided by its deviation.
    let contacts = rows().flat_map(|row| &row[HUMANML_ROW - 4..]);
    let (mut odd, mut all) = (0, 0);
    for contact in contacts {
        all += 1;
        odd += usize::from(contact.abs() > 0.02 && (contact - 1.0).abs() > 0.02);
    }
    if odd * 20 > all {
        return Err(Fault::new("normalised features of HumanML3D", "multiply them by its Std.npy, add its Mean.npy, and save them again"));
    }
    let (mut half_turn_rad, mut path) = (0.0_f32, Vec3::ZERO);
    let mut values = Vec::with_capacity(rows().len() * JOINT_COUNT * 3);
    let mut step = Vec3::ZERO;
    for row in rows() {
        // A heading step is half the angle, as in the quaternion that it was taken from.
        let world_from_heading = Quat::from_rotation_y(-2.0 * half_turn_rad);
        path += world_from_heading * step;
        values.extend((path + Vec3::Y * row[3]).to_array());
        values.extend(row[4..67].chunks_exact(3).flat_map(|place| (world_from_heading * Vec3::from_slice(place) + path).to_array()));
        half_turn_rad += row[0];
        step = vec3(row[1], 0.0, row[2]);
    }
    of_places(&values, HUMANML_FPS, options)
}
