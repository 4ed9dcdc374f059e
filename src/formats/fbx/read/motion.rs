//! The animation stacks of a scene, sampled at the scene's own rate.

use super::super::super::clips::{no_animation, quoted, wanted};
use super::super::super::error::Fault;
use super::super::super::rate;
use super::super::super::reading::{Animation, ReadOptions, Recorded};
use super::super::super::rigged::skeleton as posed;
use super::scene::{single, transform};
use super::skeleton::Skeleton;
use crate::motion::FPS;
use crate::motion::mapping::body_joints;
use crate::motion::rig::RigMotion;
use glam::{Affine3A, DAffine3, Quat};
use ufbx::{AnimStack, Node, Scene};

/// Joints times frames: 15 minutes of a hundred joints at 30 fps, 80 MB.
const MAX_JOINT_FRAMES: usize = 3_000_000;
/// Frames at which it is looked whether a stack moves a body.
const LOOKS: usize = 12;
/// Stacks that are looked at.
const MOST_STACKS: usize = 1000;
/// A turn that rounding does not make, radians.
const TURNS_RAD: f32 = 0.01;

/// An animation at a steady rate, and what the file has beside it.
pub(super) struct Sampled {
    pub(super) clip: RigMotion,
    pub(super) recorded: Recorded,
    pub(super) animations: Vec<Animation>,
    pub(super) taken: usize,
    pub(super) notes: Vec<String>,
}

/// Samples the stack that the options choose, else the first that moves a body.
pub(super) fn sample(scene: &Scene, skeleton: Skeleton, options: &ReadOptions) -> Result<Sampled, Fault> {
    let stacks: Vec<&AnimStack> = scene.anim_stacks.iter().map(|stack| &**stack).take(MOST_STACKS).collect();
    let names: Vec<&str> = stacks.iter().map(|stack| &*stack.element.name).collect();
    let asked = options.clip.as_ref().map(|clip| wanted(clip, &names)).transpose()?;
    let animation = |(at, stack): (usize, &&AnimStack)| Animation {
        name: names[at].to_owned(),
        secs: secs_of(stack) as f32,
        moves: asked.is_none_or(|asked| asked == at) && moves(scene, &skeleton, stack),
        fault: None,
    };
    let animations: Vec<Animation> = stacks.iter().enumerate().map(animation).collect();
    let taken = asked.or_else(|| animations.iter().position(|animation| animation.moves)).unwrap_or(0);
    let stack = *stacks.get(taken).ok_or_else(no_animation)?;
    let mut notes = Vec::new();
    if asked.is_none() && animations.len() > 1 {
        notes.push(format!("number {} of {} animations is taken, {}", taken + 1, animations.len(), quoted(names[taken])));
    }

    let own_fps =
        if (1.0..=1000.0).contains(&scene.settings.frames_per_second) { scene.settings.frames_per_second } else { f64::from(FPS) };
    let secs = f64::from(animations[taken].secs);
    let frames = (secs * own_fps + 1e-2).floor() as usize + 1;
    let fps = rate::check(&rate::Clip { frames, fps: options.source_fps.unwrap_or(own_fps as f32) })?;
    let joints = skeleton.rig.len();
    if frames.saturating_mul(joints) > MAX_JOINT_FRAMES {
        return Err(Fault::new(format!("{frames} frames of {joints} joints"), "cut it into shorter clips"));
    }
    let recorded = Recorded { frames, fps, joints: skeleton.bones };
    let (mut translations, mut rotations) = (Vec::with_capacity(frames * joints), Vec::with_capacity(frames * joints));
    let nodes = nodes(scene, &skeleton);
    let mut local = Vec::new();
    for frame in 0..frames {
        let world = world(stack, &nodes, &skeleton, span(stack).0 + frame as f64 / own_fps);
        posed::locals(&skeleton.rig, &world, &mut local);
        translations.extend(local.iter().map(|(translation, _)| *translation));
        rotations.extend(local.iter().map(|(_, rotation)| *rotation));
    }
    let clip = RigMotion { rig: skeleton.rig, fps, translations, rotations };
    Ok(Sampled { clip, recorded, animations, taken, notes })
}

/// When a stack begins and ends, seconds: as it says, else from its first key to its last.
fn span(stack: &AnimStack) -> (f64, f64) {
    if stack.time_end > stack.time_begin {
        return (stack.time_begin, stack.time_end);
    }
    let values = stack.layers.iter().flat_map(|layer| layer.anim_values.iter());
    let curves = values.flat_map(|value| value.curves.iter().flatten());
    let ends = curves.filter_map(|curve| Some((curve.keyframes.first()?.time, curve.keyframes.last()?.time)));
    ends.reduce(|(begin, end), (first, last)| (begin.min(first), end.max(last))).unwrap_or((stack.time_begin, stack.time_begin))
}

fn secs_of(stack: &AnimStack) -> f64 {
    let (begin, end) = span(stack);
    (end - begin).clamp(0.0, 1e6)
}

fn nodes<'a>(scene: &'a Scene, skeleton: &Skeleton) -> Vec<&'a Node> {
    skeleton.nodes.iter().map(|node| &scene.nodes[*node]).collect()
}

/// `world_from_joint` of each joint at a time.
fn world(stack: &AnimStack, nodes: &[&Node], skeleton: &Skeleton, secs: f64) -> Vec<Affine3A> {
    let mut world: Vec<DAffine3> = Vec::with_capacity(nodes.len());
    for (joint, node) in nodes.iter().enumerate() {
        let above = skeleton.rig.parents()[joint].map_or(skeleton.above, |parent| world[parent]);
        world.push(above * transform(&ufbx::evaluate_transform(&stack.anim, node, secs)));
    }
    world.iter().map(single).collect()
}

/// Whether a joint of the body turns or goes in a stack, as a few looks see it.
fn moves(scene: &Scene, skeleton: &Skeleton, stack: &AnimStack) -> bool {
    let body = body_joints(&skeleton.rig);
    let nodes = nodes(scene, skeleton);
    let (begin, secs) = (span(stack).0, secs_of(stack));
    let look = |look: usize| world(stack, &nodes, skeleton, begin + secs * look as f64 / (LOOKS - 1) as f64);
    let first = look(0);
    let turns: Vec<Quat> = first.iter().map(|matrix| posed::turn(*matrix)).collect();
    (1..LOOKS).map(look).any(|now| {
        body.iter().any(|&joint| {
            let goes = now[joint].translation.distance(first[joint].translation) > 0.02 * (0.05 + first[joint].translation.length());
            goes || turns[joint].angle_between(posed::turn(now[joint])) > TURNS_RAD
        })
    })
}
