//! The skeleton of a file in its rest pose: from matrices of any kind to joints that are turned and placed.

use crate::motion::rig::Rig;
use glam::{Affine3A, Mat3, Quat, Vec3};

/// How far joints may stand from the bind pose and still be taken for it, radians.
const IN_BIND_POSE_RAD: f32 = 0.05;

/// Takes the pose in which the skin was bound for rest, where the joints stand in another (many exporters leave them in a frame of the
/// animation). `binds` are world rotations in a space common to the skin `[joints]`. Only turns are taken: lengths of a bind pose may be
/// in another unit.
pub(in crate::formats) fn rest_in_bind_pose(rig: &mut Rig, binds: &[Option<Quat>]) {
    let rests: Vec<(usize, Quat)> = (0..binds.len())
        .filter_map(|joint| {
            let bind = binds[joint]?;
            let still = rig.rest_rotations()[joint];
            let rest = match rig.parents()[joint].map(|parent| (parent, binds[parent])) {
                Some((_, Some(parent_bind))) => parent_bind.inverse() * bind,
                // A topmost joint: its bind pose is in the world or in the space of the mesh, which exporters see differently.
                // The right one is nearer to how the joint stands.
                above => {
                    let above = above.map_or(Quat::IDENTITY, |(parent, _)| world_rotation(rig, parent));
                    let spaces = [Quat::IDENTITY, above];
                    let rests = spaces.map(|space| (above.inverse() * space * bind).normalize());
                    rests.into_iter().min_by(|a, b| a.angle_between(still).total_cmp(&b.angle_between(still)))?
                }
            };
            Some((joint, rest.normalize()))
        })
        .collect();
    if rests.iter().any(|&(joint, rest)| rest.angle_between(rig.rest_rotations()[joint]) > IN_BIND_POSE_RAD) {
        for (joint, rest) in rests {
            rig.set_rest_rotation(joint, rest);
        }
    }
}

fn world_rotation(rig: &Rig, joint: usize) -> Quat {
    let path = std::iter::successors(Some(joint), |&joint| rig.parents()[joint]);
    path.fold(Quat::IDENTITY, |rotation, joint| rig.rest_rotations()[joint] * rotation)
}

/// Parent-relative places and turns of joints whose `world_from_joint` matrices are these, whatever scales and shears they hold.
pub(in crate::formats) fn locals(rig: &Rig, world: &[Affine3A], locals: &mut Vec<(Vec3, Quat)>) {
    let turned: Vec<Quat> = world.iter().map(|matrix| turn(*matrix)).collect();
    let place = |joint: usize| Vec3::from(world[joint].translation);
    locals.clear();
    locals.extend(rig.parents().iter().enumerate().map(|(joint, parent)| {
        let (above, from) = parent.map_or((Quat::IDENTITY, Vec3::ZERO), |parent| (turned[parent].inverse(), place(parent)));
        (above * (place(joint) - from), (above * turned[joint]).normalize())
    }));
}

/// The same joints, resting where their `world_from_joint` matrices have them.
pub(in crate::formats) fn placed(rig: &Rig, world: &[Affine3A]) -> Rig {
    let mut placed = Rig::default();
    let mut rests = Vec::new();
    locals(rig, world, &mut rests);
    for (joint, (translation, rotation)) in rests.into_iter().enumerate() {
        placed.push(&rig.names()[joint], rig.parents()[joint], translation, rotation);
    }
    for (part, joint) in rig.told() {
        placed.tell(*part, *joint);
    }
    for decision in rig.decided() {
        placed.decide(decision.part, decision.joint, decision.over_file);
    }
    placed
}

/// The rotation of a matrix; the identity where it has none.
pub(in crate::formats) fn turn(matrix: Affine3A) -> Quat {
    let (_, rotation, _) = matrix.to_scale_rotation_translation();
    if rotation.is_finite() && rotation.length_squared() > 0.5 { rotation.normalize() } else { Quat::IDENTITY }
}

/// What turns normals as a matrix turns a surface.
pub(in crate::formats) fn of_normals(matrix: Affine3A) -> Mat3 {
    let linear = Mat3::from(matrix.matrix3);
    if linear.determinant().abs() > 1e-20 { linear.inverse().transpose() } else { Mat3::IDENTITY }
}
