//! The key frames of a glTF animation, sampled at a steady rate.

use super::container::Container;
use super::nodes::Tree;
use crate::formats::clips::{no_animation, quoted, wanted};
use crate::formats::error::Fault;
use crate::formats::{self, ReadOptions, Recorded, rate};
use crate::motion::FPS;
use crate::motion::mapping::body_joints;
use crate::motion::rig::RigMotion;
use glam::{Quat, Vec3, Vec4};
use gltf_json::Animation;
use gltf_json::animation::{Interpolation, Property};
use gltf_json::validation::Checked::Valid;

/// Joints times frames: 15 minutes of a hundred joints at 30 fps, 80 MB.
const MAX_JOINT_FRAMES: usize = 3_000_000;

/// Key frames of one property of one joint, as vectors of four (translations have w = 0).
struct Track {
    joint: usize,
    property: Property,
    interpolation: Interpolation,
    secs: Vec<f32>,
    /// One value a key; for cubic splines in-tangent, value and out-tangent.
    values: Vec<Vec4>,
}

/// Key frames further apart than this are an animator's poses, not a recording's frames.
const SLOWEST_RECORDING_FPS: f32 = 10.0;

/// Most numbers of all key frames that are looked at, 256 MB: a file may name the same long array again and again.
const MAX_KEY_VALUES: usize = 64 << 20;

const AGAIN: &str = "export the animation again";

/// An animation at a steady rate, and what the file has beside it.
pub(super) struct Sampled {
    pub(super) clip: RigMotion,
    pub(super) recorded: Recorded,
    pub(super) animations: Vec<formats::Animation>,
    pub(super) taken: usize,
    pub(super) notes: Vec<String>,
}

/// Samples the animation that the options choose, else the first that moves a body, at 30 fps.
pub(super) fn sample(container: &Container<'_>, tree: Tree, options: &ReadOptions) -> Result<Sampled, Fault> {
    let Choice { animations, taken, tracks, mut notes } = choose(container, &tree, options)?;
    if options.clip.is_none() && animations.len() > 1 {
        let count = animations.len();
        notes.push(format!("number {} of {count} animations is taken, {}", taken + 1, quoted(&animations[taken].name)));
    }
    if tracks.is_empty() {
        let cause = format!("animation {} moves no skeleton", quoted(&animations[taken].name));
        return Err(Fault::new(cause, "choose another with --clip, or export it with its animation"));
    }
    let (from_secs, to_secs) = span(&tracks);
    let frames = ((to_secs - from_secs) * FPS + 1e-2).floor() as usize + 1;
    rate::check(&rate::Clip { frames, fps: FPS })?;
    let joints = tree.scales.len();
    if frames.saturating_mul(joints) > MAX_JOINT_FRAMES {
        return Err(Fault::new(format!("{frames} frames of {joints} joints"), "cut it into shorter clips"));
    }

    let keyed_fps = recorded_fps(&tracks);
    let fps = rate::check(&rate::Clip { frames, fps: options.source_fps.unwrap_or(keyed_fps) })?;
    let recorded = Recorded { frames: ((to_secs - from_secs) * keyed_fps + 1e-2).floor() as usize + 1, fps, joints: tree.bones };

    let mut translations = tree.rig.rest_translations().repeat(frames);
    let mut rotations = tree.still_rotations.repeat(frames);
    for track in &tracks {
        for frame in 0..frames {
            let value = track.at(from_secs + frame as f32 / FPS);
            let at = frame * joints + track.joint;
            match track.property {
                Property::Translation => translations[at] = value.truncate() * tree.scales[track.joint],
                Property::Rotation => rotations[at] = Quat::from_vec4(value).normalize(),
                Property::Scale | Property::MorphTargetWeights => {}
            }
        }
    }
    let clip = RigMotion { rig: tree.rig, fps: FPS * fps / keyed_fps, translations, rotations };
    Ok(Sampled { clip, recorded, animations, taken, notes })
}

/// One of a file's animations, and what was seen of all.
struct Choice {
    animations: Vec<formats::Animation>,
    taken: usize,
    tracks: Vec<Track>,
    notes: Vec<String>,
}

/// The animation that the options name, else the first that moves a body, else the first that holds a pose of the skeleton. Each is read
/// once, and where one is named it alone; a fault is fatal in the one that is taken.
fn choose(container: &Container<'_>, tree: &Tree, options: &ReadOptions) -> Result<Choice, Fault> {
    let named: Vec<&str> = container.root.animations.iter().map(|animation| animation.name.as_deref().unwrap_or_default()).collect();
    let wanted = options.clip.as_ref().map(|clip| wanted(clip, &named)).transpose()?;
    let body = body_joints(&tree.rig);
    let (mut animations, mut notes) = (Vec::new(), Vec::new());
    let (mut best, mut first_fault) = (None, None);
    let mut left = MAX_KEY_VALUES;
    for (at, animation) in container.root.animations.iter().enumerate() {
        let mut seen = formats::Animation { name: named[at].to_owned(), secs: 0.0, moves: false, fault: None };
        let looks = wanted.is_none_or(|wanted| wanted == at);
        match looks.then(|| tracks(container, tree, animation, &mut left)) {
            None => {}
            Some(Ok(tracks)) => {
                let (from, to) = span(&tracks);
                seen.secs = (to - from).max(0.0);
                seen.moves = tracks.iter().any(|track| body.contains(&track.joint) && track.moves());
                let is_better = match &best {
                    None => wanted.is_some() || !tracks.is_empty(),
                    Some((_, moves, _)) => seen.moves && !moves,
                };
                if is_better {
                    best = Some((at, seen.moves, tracks));
                }
            }
            Some(Err(fault)) => {
                let fault = if named.len() > 1 { fault.in_member(&format!("animation {}", quoted(named[at]))) } else { fault };
                notes.push(format!("number {} of the animations cannot be read ({})", at + 1, fault.cause()));
                seen.fault = Some(fault.cause().to_owned());
                first_fault.get_or_insert(fault);
            }
        }
        animations.push(seen);
    }
    match (best, first_fault) {
        (Some((taken, _, tracks)), _) => Ok(Choice { animations, taken, tracks, notes }),
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(no_animation()),
    }
}

/// The pace of the most densely keyed track, a whole number where it is one; ours where only single poses are keyed.
fn recorded_fps(tracks: &[Track]) -> f32 {
    let secs = tracks.iter().map(|track| &track.secs).max_by_key(|secs| secs.len());
    let mut steps_secs: Vec<f32> = secs.into_iter().flat_map(|secs| secs.windows(2).map(|pair| pair[1] - pair[0])).collect();
    steps_secs.sort_by(f32::total_cmp);
    let Some(fps) = steps_secs.get(steps_secs.len() / 2).map(|secs| 1.0 / secs) else { return FPS };
    if !(SLOWEST_RECORDING_FPS..=1000.0).contains(&fps) {
        return FPS;
    }
    if (fps - fps.round()).abs() < 1e-3 * fps { fps.round() } else { fps }
}

/// First and last key of all tracks, seconds.
fn span(tracks: &[Track]) -> (f32, f32) {
    let secs = || tracks.iter().flat_map(|track| [track.secs.first(), track.secs.last()]).flatten().copied();
    (secs().fold(f32::INFINITY, f32::min), secs().fold(f32::NEG_INFINITY, f32::max))
}

/// The tracks of an animation. What they hold is taken off the numbers that are `left`.
fn tracks(container: &Container<'_>, tree: &Tree, animation: &Animation, left: &mut usize) -> Result<Vec<Track>, Fault> {
    let mut channels = Vec::new();
    for channel in &animation.channels {
        let Some(&joint) = tree.joint_of_node.get(&channel.target.node.value()) else { continue };
        let Valid(property @ (Property::Translation | Property::Rotation)) = channel.target.path else { continue };
        let sampler = animation.samplers.get(channel.sampler.value());
        channels.push((channel, joint, property, sampler.ok_or_else(|| Fault::new("a channel without its sampler", AGAIN))?));
    }
    let numbers = channels.iter().fold(0_usize, |sum, (_, _, _, sampler)| {
        sum.saturating_add(container.numbers::<1>(sampler.input)).saturating_add(container.numbers::<4>(sampler.output))
    });
    *left = left.checked_sub(numbers).ok_or_else(|| Fault::new("too many key frames", "export one animation alone"))?;
    let mut tracks = Vec::with_capacity(channels.len());
    for (channel, joint, property, sampler) in channels {
        let Valid(interpolation) = sampler.interpolation else {
            return Err(Fault::new("an unknown interpolation", "export the animation with linear key frames"));
        };
        let secs: Vec<f32> = container.floats::<1>(sampler.input)?.into_iter().map(|[secs]| secs).collect();
        let values: Vec<Vec4> = match property {
            Property::Rotation => container.floats::<4>(sampler.output)?.into_iter().map(Vec4::from_array).collect(),
            _ => container.floats::<3>(sampler.output)?.into_iter().map(|value| Vec3::from_array(value).extend(0.0)).collect(),
        };
        let values_a_key = if interpolation == Interpolation::CubicSpline { 3 } else { 1 };
        let is_rising = secs.windows(2).all(|pair| pair[0] <= pair[1]) && secs.iter().all(|secs| (-1e6..1e6).contains(secs));
        let is_usable = values.iter().all(|value| value.abs().max_element() < 1e7 && !value.is_nan());
        if secs.is_empty() || !is_rising || !is_usable || values.len() != secs.len() * values_a_key {
            let cause = format!("{:?} of node {}: key frames whose times or values make no sense", property, channel.target.node.value());
            return Err(Fault::new(cause, "export the animation again, with baked key frames"));
        }
        tracks.push(Track { joint, property, interpolation, secs, values });
    }
    Ok(tracks)
}

impl Track {
    /// Whether its values differ from the first by more than what rounding leaves: half a degree, or 2 % of the distance.
    fn moves(&self) -> bool {
        let keys = if self.interpolation == Interpolation::CubicSpline { 3 } else { 1 };
        let mut values = self.values.iter().skip(keys / 2).step_by(keys);
        let Some(first) = values.next() else { return false };
        values.any(|value| match self.property {
            Property::Rotation => first.normalize_or_zero().dot(value.normalize_or_zero()).abs() < 1.0 - 1e-5,
            _ => first.distance(*value) > 0.02 * first.length(),
        })
    }

    fn at(&self, secs: f32) -> Vec4 {
        let after = self.secs.partition_point(|&key| key <= secs);
        // A key that rounding put just behind the time asked for.
        let after = if self.secs.get(after).is_some_and(|&key| key - secs < 1e-5) { after + 1 } else { after };
        let is_spline = self.interpolation == Interpolation::CubicSpline;
        let value = |key: usize| self.values[if is_spline { 3 * key + 1 } else { key }];
        let Some(before) = after.checked_sub(1) else { return value(0) };
        if after == self.secs.len() || self.interpolation == Interpolation::Step {
            return value(before);
        }
        let step_secs = self.secs[after] - self.secs[before];
        let t = ((secs - self.secs[before]) / step_secs).clamp(0.0, 1.0);
        if !t.is_finite() || t < 1e-4 {
            return value(before);
        }
        let (from, to) = (value(before), value(after));
        if is_spline {
            let (leaving, arriving) = (self.values[3 * before + 2] * step_secs, self.values[3 * after] * step_secs);
            let (t2, t3) = (t * t, t * t * t);
            return from * (2.0 * t3 - 3.0 * t2 + 1.0) + leaving * (t3 - 2.0 * t2 + t) + to * (3.0 * t2 - 2.0 * t3) + arriving * (t3 - t2);
        }
        match self.property {
            Property::Rotation => Quat::from_vec4(from).normalize().slerp(Quat::from_vec4(to).normalize(), t).into(),
            _ => from.lerp(to, t),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(interpolation: Interpolation, values: &[f32]) -> Track {
        let values = values.iter().map(|&x| Vec4::new(x, 0.0, 0.0, 0.0)).collect();
        Track { joint: 0, property: Property::Translation, interpolation, secs: vec![1.0, 2.0], values }
    }

    #[test]
    fn steps_hold_lines_go_straight_and_splines_follow_their_tangents() {
        let step = track(Interpolation::Step, &[5.0, 7.0]);
        assert_eq!([0.0, 1.9, 2.5].map(|secs| step.at(secs).x), [5.0, 5.0, 7.0]);
        let line = track(Interpolation::Linear, &[5.0, 7.0]);
        assert_eq!([0.0, 1.5, 2.5].map(|secs| line.at(secs).x), [5.0, 6.0, 7.0]);
        // Level tangents: a quarter of the way in time is 5/32 of the way (smoothstep).
        let spline = track(Interpolation::CubicSpline, &[0.0, 5.0, 0.0, 0.0, 7.0, 0.0]);
        assert!((spline.at(1.25).x - (5.0 + 2.0 * 5.0 / 32.0)).abs() < 1e-5);
    }
}
