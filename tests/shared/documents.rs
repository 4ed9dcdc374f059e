//! Documents to save.
#![allow(dead_code, reason = "no binary needs all of it")]

use glam::{Quat, Vec3};
use std::sync::Arc;
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Context, Document, Edit, Origin, Provenance, Request, Take};

pub(crate) fn take(number: usize) -> Take {
    let frame = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m = Vec3::new(0.01 * frame as f32, 0.93, 0.1 * number as f32);
        pose.local[16] = Quat::from_rotation_x(0.1 * frame as f32 + number as f32).normalize();
        pose
    };
    let request = Request { seed: u64::MAX - 1, ..Request::new(format!("a person walks → größer {number}")) };
    let end = Motion { frames: vec![Pose { root_m: Vec3::splat(number as f32), ..Pose::REST }; 8] };
    let context = if number.is_multiple_of(3) { Context::after_end_of(&end) } else { Context::default() };
    let origin = Origin::Prompt { request, canonical_prompt: Some("walk".to_owned()), context };
    let provenance = Provenance { origin, model: "starter".to_owned(), ..Provenance::default() };
    let motion = Motion { frames: (0..20 + number).map(frame).collect() };
    let raw = number.is_multiple_of(2).then(|| Arc::new(motion.mirrored()));
    Take { motion: Arc::new(motion), raw, provenance }
}

/// One step of a fixed course of edits: a take, a clip of it, a range.
pub(crate) fn step(document: &mut Document, step: usize) {
    let id = document.add(take(step % 7));
    document.apply(&Edit::Insert { take: id, at: step / 2 }).expect("a take");
    let clips = &document.arrangement().clips;
    let (clip, frames) = (clips[step / 2].id, document.arrangement().frames());
    document.apply(&Edit::Trim { clip, from: 1 + step % 3, to: 18 }).expect("a trim");
    document.apply(&Edit::Range(Some(0..frames / 2))).expect("a range");
}

/// A document after so many of them.
pub(crate) fn after_steps(steps: usize) -> Document {
    let mut document = Document::default();
    (0..=steps).for_each(|number| step(&mut document, number));
    document
}

pub(crate) fn same(one: &Document, other: &Document) -> bool {
    one.arrangement() == other.arrangement() && one.takes() == other.takes()
}
