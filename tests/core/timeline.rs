//! The timeline: whatever is done to it, it stays one motion without gaps, and everything can be undone.

use glam::{Quat, Vec3};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use zoetrope::motion::cleanup::ContactEdit;
use zoetrope::motion::layer::PoseOffset;
use zoetrope::motion::{FPS, Joint, Motion, Pose, feet};
use zoetrope::timeline::{
    Chain, Clip, ClipId, ClipSettings, Constraints, Document, Edit, EditError, ListedTake, PathPoint, PoseKey, PoseLayer, Provenance,
    Request, Take, TakeId,
};

/// A person who walks in a wide circle, with swinging legs and arms.
fn walk(frames: usize, phase: f32) -> Motion {
    let pose = |frame: usize| {
        let secs = frame as f32 / FPS;
        let heading = 0.3 * secs;
        let step = secs * 5.0 + phase;
        let mut pose = Pose::REST;
        pose.root_m = Vec3::new(4.0 * (1.0 - heading.cos()), 0.93, 4.0 * heading.sin());
        pose.local[0] = Quat::from_rotation_y(heading);
        for (joint, angle) in [(1, 0.5 * step.sin()), (2, -0.5 * step.sin()), (16, -0.4 * step.sin()), (17, 0.4 * step.sin())] {
            pose.local[joint] = Quat::from_rotation_x(angle);
        }
        pose
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

fn take(motion: Motion) -> Take {
    let provenance = Provenance { origin: Request::new("a person walks").into(), ..Provenance::default() };
    Take { motion: Arc::new(motion), raw: None, provenance }
}

fn document(lengths: &[usize]) -> (Document, Vec<TakeId>) {
    let mut document = Document::default();
    let ids = lengths.iter().enumerate().map(|(at, frames)| document.add(take(walk(*frames, at as f32)))).collect();
    (document, ids)
}

fn chain(document: &Document) -> Chain {
    Chain::of(document.arrangement(), document.takes())
}

fn inserted(document: &mut Document, take: TakeId) -> ClipId {
    document.apply(&Edit::Insert { take, at: usize::MAX }).expect("a take");
    document.arrangement().clips.last().expect("a clip").id
}

fn set(document: &mut Document, clip: ClipId, change: impl Fn(&mut ClipSettings)) {
    let mut settings = document.arrangement().clips.iter().find(|other| other.id == clip).expect("the clip").settings.clone();
    change(&mut settings);
    document.apply(&Edit::Set { clip, settings }).expect("settings");
}

/// Largest way of a joint from frame to frame about the pelvis and of the pelvis itself, metres.
fn largest_step_m(motion: &Motion, from: usize, to: usize) -> f32 {
    let joints = feet::world_joints(motion);
    let steps =
        (from..to).flat_map(|frame| Joint::ALL.map(|joint| joints[frame][joint as usize].distance(joints[frame + 1][joint as usize])));
    steps.fold(0.0, f32::max)
}

#[test]
fn clips_follow_each_other_without_a_gap_or_a_jump() {
    let (mut document, takes) = document(&[90, 75, 120]);
    for take in &takes {
        inserted(&mut document, *take);
    }
    let chain = chain(&document);
    assert_eq!(chain.motion().len(), 285);
    let mut end = 0;
    for (clip, span) in chain.spans() {
        assert_eq!((span.start, span.len()), (end, clip.frames()));
        end = span.end;
    }
    let own = largest_step_m(&walk(90, 0.0), 0, 89);
    let all = largest_step_m(chain.motion(), 0, 284);
    assert!(all < 1.5 * own, "a joint jumps {all} m, in a take {own} m");
}

#[test]
fn a_split_shows_what_was_there() {
    let (mut document, takes) = document(&[120]);
    inserted(&mut document, takes[0]);
    let before = chain(&document).motion().clone();
    for frame in [40, 80, 41 + 2] {
        document.apply(&Edit::Split { frame }).expect("a split");
    }
    assert_eq!(document.arrangement().clips.len(), 4);
    let after = chain(&document).motion().clone();
    assert_eq!(after.len(), before.len());
    for (before, after) in before.frames.iter().zip(&after.frames) {
        let [before, after] = [before, after].map(|pose| pose.world().positions_m);
        assert!(before.iter().zip(after).all(|(before, after)| before.distance(after) < 1e-3));
    }
}

#[test]
fn a_loop_is_split_inside_a_round() {
    let (mut document, takes) = document(&[60]);
    let clip = inserted(&mut document, takes[0]);
    set(&mut document, clip, |settings| settings.loops = 4);
    document.apply(&Edit::Split { frame: 150 }).expect("a split");
    let clips: Vec<(usize, usize, u32)> =
        document.arrangement().clips.iter().map(|clip| (clip.from, clip.to, clip.settings.loops)).collect();
    assert_eq!(clips, [(0, 60, 2), (0, 30, 1), (30, 60, 1), (0, 60, 1)]);
    assert_eq!(document.arrangement().frames(), 240);
    assert_eq!(document.apply(&Edit::Split { frame: 999 }), Err(EditError::NothingThere));
}

#[test]
fn the_second_clip_goes_where_it_is_turned_and_moved() {
    let (mut document, takes) = document(&[60, 60]);
    inserted(&mut document, takes[0]);
    let second = inserted(&mut document, takes[1]);
    let straight = chain(&document).motion().clone();
    set(&mut document, second, |settings| (settings.facing_deg, settings.offset_m) = (90.0, [0.5, 0.0]));
    let turned = chain(&document).motion().clone();
    let ahead = |motion: &Motion| motion.frames[119].root_m - motion.frames[90].root_m;
    let angle = ahead(&straight).angle_between(ahead(&turned)).to_degrees();
    assert!((angle - 90.0).abs() < 1.0, "it goes {angle} degrees aside");
    assert_eq!(straight.frames[..60], turned.frames[..60]);
}

#[test]
fn settings_do_what_they_say() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    set(&mut document, clip, |settings| settings.speed = 2.0);
    assert_eq!(chain(&document).motion().len(), 45);
    set(&mut document, clip, |settings| (settings.speed, settings.in_place) = (1.0, true));
    let spot = chain(&document).motion().clone();
    assert!(spot.frames.iter().all(|pose| pose.root_m.distance(spot.frames[0].root_m) < 1e-5));
    set(&mut document, clip, |settings| (settings.in_place, settings.mirror) = (false, true));
    assert!(chain(&document).motion().frames[89].root_m.x < -0.1, "it turns the other way");
    set(&mut document, clip, |settings| (settings.speed, settings.foot_lock, settings.loops) = (f32::NAN, 7.0, 0));
    let settings = &document.arrangement().clips[0].settings;
    assert_eq!((settings.speed, settings.foot_lock, settings.loops), (1.0, 1.0, 1), "numbers stay in their bounds");
}

#[test]
fn a_take_that_arrives_survives_undo() {
    let (mut document, takes) = document(&[60]);
    inserted(&mut document, takes[0]);
    let late = document.add(take(walk(30, 0.0)));
    assert!(document.undo());
    assert!(document.arrangement().clips.is_empty());
    assert!(document.arrangement().take_list.iter().any(|listed| listed.take == late));
    assert!(document.redo());
    assert!(document.arrangement().take_list.iter().any(|listed| listed.take == late));
    assert_eq!(document.apply(&Edit::Discard(takes[0])), Err(EditError::InUse));
    document.apply(&Edit::Discard(late)).expect("nobody shows it");
    assert_eq!(document.apply(&Edit::Insert { take: late, at: 0 }), Err(EditError::NoSuchTake));
    assert!(document.undo());
    document.apply(&Edit::Insert { take: late, at: 0 }).expect("it is back");
}

#[test]
fn a_drag_is_one_change() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    let start = document.arrangement().clone();
    for to in (40..90).rev() {
        document.drag(&Edit::Trim { clip, from: 0, to }).expect("a trim");
    }
    document.release();
    let trimmed = document.arrangement().clone();
    document.drag(&Edit::Trim { clip, from: 5, to: 40 }).expect("another drag");
    document.release();
    assert!(document.undo());
    assert_eq!(*document.arrangement(), trimmed);
    assert!(document.undo());
    assert_eq!(*document.arrangement(), start);
}

/// Undoes the latest change and compares everything with what was there before it; then does it again.
fn undoes_to(document: &mut Document, before: &zoetrope::timeline::Arrangement) {
    let after = document.arrangement().clone();
    assert!(document.undo());
    assert_eq!(document.arrangement(), before);
    assert!(document.redo());
    assert_eq!(*document.arrangement(), after);
}

#[test]
fn a_drag_that_begins_where_the_clip_ends_leaves_the_edit_before_it_alone() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    document.apply(&Edit::Duplicate(vec![clip])).expect("a copy");
    let start = document.arrangement().clone();
    // The hand takes hold, and has not moved yet.
    for to in [90, 90, 80, 70, 60] {
        document.drag(&Edit::Trim { clip, from: 0, to }).expect("a trim");
    }
    document.release();
    undoes_to(&mut document, &start);
    // The same for whatever can be dragged.
    let before = document.arrangement().clone();
    let same = before.clips[1].settings.clone();
    let other = before.clips[1].id;
    for speed in [1.0, 1.5, 2.0] {
        let settings = ClipSettings { speed, ..same.clone() };
        document.drag(&Edit::All(vec![Edit::Set { clip: other, settings }])).expect("settings");
    }
    document.release();
    undoes_to(&mut document, &before);
}

#[test]
fn a_drag_that_comes_back_is_no_change_and_the_value_that_the_hand_leaves_is_part_of_it() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    let start = document.arrangement().clone();
    for to in [80, 70, 90] {
        document.drag(&Edit::Trim { clip, from: 0, to }).expect("a trim");
    }
    document.release();
    assert_eq!(*document.arrangement(), start);
    assert!(document.undo(), "the clip goes");
    assert!(document.arrangement().clips.is_empty() && document.redo());

    document.drag(&Edit::Trim { clip, from: 0, to: 80 }).expect("a trim");
    document.drag(&Edit::Trim { clip, from: 0, to: 70 }).expect("a trim");
    // Sliders say their last value when the hand lets go.
    document.apply(&Edit::Trim { clip, from: 0, to: 60 }).expect("a trim");
    undoes_to(&mut document, &start);
    let dragged = document.arrangement().clone();
    document.apply(&Edit::Trim { clip, from: 0, to: 50 }).expect("another");
    undoes_to(&mut document, &dragged);
}

#[test]
fn a_discarded_take_is_freed_when_no_undo_brings_it_back() {
    let (mut document, takes) = document(&[30, 30]);
    let weak = Arc::downgrade(&document.takes()[&takes[0]]);
    document.apply(&Edit::Discard(takes[0])).expect("nobody shows it");
    assert!(document.undo() && document.redo(), "it can come back");
    assert!(weak.upgrade().is_some());
    for number in 0..1000 {
        document.apply(&Edit::Favourite { take: takes[1], favourite: number % 2 == 0 }).expect("a take");
    }
    assert!(weak.upgrade().is_none(), "undo has forgotten it");
    while document.undo() {}
    assert_eq!(document.fault(), None);
    // A take that somebody still undoes to stays, also where it waits to be done again.
    assert!(document.takes().contains_key(&takes[1]));
    let late = document.add(take(walk(30, 0.0)));
    assert!(late.0 > takes[1].0, "numbers are not given twice");
}

/// An edit of a random kind. Every kind of [`Edit`] has its line, which the match below makes sure of.
fn random_edit(document: &Document, rng: &mut StdRng) -> Edit {
    let arrangement = document.arrangement();
    let takes: Vec<TakeId> = document.takes().keys().copied().collect();
    let take = takes[rng.random_range(0..takes.len())];
    let clip = |rng: &mut StdRng| match arrangement.clips.len() {
        0 => ClipId(rng.random_range(0..9)),
        clips => arrangement.clips[rng.random_range(0..clips)].id,
    };
    let some = |rng: &mut StdRng| (0..rng.random_range(0..4)).map(|_| clip(rng)).collect::<Vec<_>>();
    let frame = |rng: &mut StdRng| rng.random_range(0..arrangement.frames() + 20);
    let kinds = [
        Edit::Insert { take, at: rng.random_range(0..12) },
        Edit::Remove(some(rng)),
        Edit::Duplicate(some(rng)),
        Edit::Move { clips: some(rng), to: rng.random_range(0..12) },
        Edit::Split { frame: frame(rng) },
        Edit::Trim { clip: clip(rng), from: rng.random_range(0..200), to: rng.random_range(0..200) },
        Edit::Set {
            clip: clip(rng),
            settings: ClipSettings {
                speed: rng.random_range(-1.0..6.0),
                mirror: rng.random(),
                in_place: rng.random(),
                loops: rng.random_range(0..4),
                returns: rng.random(),
                foot_lock: 0.0,
                smoothing: 0.0,
                facing_deg: rng.random_range(-400.0..400.0),
                offset_m: [rng.random_range(-2.0..2.0), 0.0],
                blend_frames: rng.random_range(0..90),
                contacts: vec![ContactEdit { foot: rng.random_range(0..3), frames: 4..rng.random_range(0..9), touches: true }],
                layer: {
                    let mut layer = PoseLayer::default();
                    layer.is_muted = rng.random();
                    layer.set(PoseKey { ease_in: rng.random_range(0..999), ..raised_arm(rng.random_range(0..200), 0.3) });
                    layer
                },
            },
        },
        Edit::Range(rng.random::<bool>().then(|| frame(rng)..frame(rng))),
        Edit::Favourite { take, favourite: rng.random() },
        Edit::Discard(take),
        Edit::Constrain(Constraints {
            path: (0..rng.random_range(0..4)).map(|_| PathPoint { x: rng.random_range(-2.0..2.0), z: 0.0, t: None }).collect(),
            ..Constraints::default()
        }),
        Edit::All(vec![Edit::Remove(some(rng)), Edit::Insert { take, at: rng.random_range(0..12) }]),
    ];
    for edit in &kinds {
        match edit {
            Edit::Insert { .. }
            | Edit::Remove(_)
            | Edit::Duplicate(_)
            | Edit::Move { .. }
            | Edit::Split { .. }
            | Edit::Trim { .. }
            | Edit::Set { .. }
            | Edit::Range(_)
            | Edit::Favourite { .. }
            | Edit::Discard(_)
            | Edit::Constrain(_)
            | Edit::All(_) => {}
        }
    }
    let kind = rng.random_range(0..kinds.len());
    kinds[kind].clone()
}

#[test]
fn two_thousand_random_edits_keep_it_sound_and_are_undone_to_the_letter() {
    // No more than can be undone at once.
    [4, 5].into_iter().for_each(a_thousand_random_edits);
}

fn a_thousand_random_edits(seed: u64) {
    let (mut document, _) = document(&[40, 60, 90, 3, 1]);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut start = document.arrangement().clone();
    let mut incremental = Chain::default();
    let mut done = 0;
    for number in 0..1000 {
        if number % 25 == 0 {
            // Takes are discarded all the time; new ones come, and are no edits.
            let id = document.add(take(walk(30 + number / 10, 0.0)));
            start.take_list.push(ListedTake { take: id, favourite: false });
        }
        let edit = random_edit(&document, &mut rng);
        let before = document.arrangement().clone();
        match document.apply(&edit) {
            Ok(()) => done += usize::from(*document.arrangement() != before),
            Err(_) => assert_eq!(*document.arrangement(), before, "a refused edit changes nothing: {edit:?}"),
        }
        assert_eq!(document.fault(), None, "after {edit:?}");
        if document.arrangement().clips.len() > 30 {
            let ids = document.arrangement().clips.iter().skip(5).map(|clip| clip.id).collect();
            document.apply(&Edit::Remove(ids)).expect("clips");
            done += 1;
        }
        if number % 40 == 0 {
            incremental.update(document.arrangement(), document.takes());
            let whole = chain(&document);
            assert_eq!(incremental.motion().len(), document.arrangement().frames());
            assert!(incremental.motion() == whole.motion(), "what is kept is not what would be made");
            assert!(whole.motion().frames.iter().all(|pose| pose.root_m.is_finite() && pose.local.iter().all(|turn| turn.is_finite())));
        }
    }
    assert!(done > 350, "{done}");
    let end = document.arrangement().clone();
    let undone = std::iter::repeat_with(|| document.undo()).take_while(|undone| *undone).count();
    assert_eq!(undone, done);
    assert_eq!(*document.arrangement(), start);
    while document.redo() {}
    assert_eq!(*document.arrangement(), end);
}

#[test]
fn two_hundred_clips_are_brought_up_to_date_at_once() {
    let (mut document, takes) = document(&[120]);
    for _ in 0..200 {
        inserted(&mut document, takes[0]);
    }
    let mut chain = chain(&document);
    let made_anew = |chain: &Chain, before: &Chain| {
        let same = chain.all_frames().zip(before.all_frames()).map(|(now, then)| Arc::ptr_eq(now, then));
        same.enumerate().filter(|(_, same)| !same).map(|(place, _)| place).collect::<Vec<_>>()
    };
    let clip = document.arrangement().clips[100].id;
    for (edit, anew) in [
        // The clip behind it goes on from another pose.
        (Edit::Trim { clip, from: 10, to: 100 }, vec![100, 101]),
        (Edit::Set { clip, settings: ClipSettings { facing_deg: 30.0, ..ClipSettings::default() } }, vec![100]),
    ] {
        let before = chain.clone();
        document.apply(&edit).expect("an edit");
        chain.update(document.arrangement(), document.takes());
        assert_eq!(made_anew(&chain, &before), anew, "{edit:?}");
        assert!(chain.motion() == Chain::of(document.arrangement(), document.takes()).motion());
    }
    assert_eq!(chain.motion().len(), 200 * 120 - 30);
}

#[test]
fn a_stored_document_that_does_not_fit_together_is_refused() {
    let (mut document, takes) = document(&[60]);
    inserted(&mut document, takes[0]);
    let mut arrangement = document.arrangement().clone();
    assert!(Document::restored(document.takes().clone(), arrangement.clone()).is_ok());
    arrangement.clips[0] = Clip { to: 61, ..arrangement.clips[0].clone() };
    let error = Document::restored(document.takes().clone(), arrangement).expect_err("61 frames of 60");
    assert!(error.contains("0..61"), "{error}");
}

#[test]
fn a_foot_that_is_said_to_stand_stays_where_it_is_in_every_round() {
    // A foot that glides all the time: nothing would hold it by itself.
    let frame = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.0, 0.02, 0.03 * frame as f32);
        pose
    };
    let take = Take { motion: Arc::new(Motion { frames: (0..60).map(frame).collect() }), raw: None, provenance: Provenance::default() };
    let mut document = Document::default();
    let take = document.add(take);
    document.apply(&Edit::Insert { take, at: 0 }).expect("a take");
    let clip = document.arrangement().clips[0].id;
    let mut settings = ClipSettings { mirror: true, loops: 2, ..ClipSettings::default() };
    settings.set_contact(ContactEdit { foot: 0, frames: 20..30, touches: true });
    document.apply(&Edit::Set { clip, settings }).expect("settings");
    let chain = Chain::of(document.arrangement(), document.takes());
    let toe_m = |frame: usize, joint: Joint| chain.motion().frames[frame].world().positions_m[joint as usize];
    for begin in [0, 60] {
        // The clip is mirrored: what is said of the take's left foot holds for the right one.
        let held_m = toe_m(begin + 21, Joint::RFoot).distance(toe_m(begin + 28, Joint::RFoot));
        let free_m = toe_m(begin + 41, Joint::RFoot).distance(toe_m(begin + 48, Joint::RFoot));
        assert!(held_m < 0.01 && free_m > 0.1, "loop from {begin}: {held_m} m while it stands, {free_m} m else");
    }
}

/// A key that turns the left upper arm.
fn raised_arm(frame: usize, rad: f32) -> PoseKey {
    let mut offset = PoseOffset::default();
    offset.turns[Joint::LShoulder as usize] = Vec3::Z * rad;
    PoseKey::new(frame, offset)
}

#[test]
fn a_pose_key_changes_its_frames_alone_and_goes_with_undo_and_with_the_mute() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    let before = chain(&document).motion().clone();
    set(&mut document, clip, |settings| settings.layer.set(raised_arm(40, 0.8)));
    let posed = chain(&document).motion().clone();
    let turned = |motion: &Motion, frame: usize| motion.frames[frame].local[16].angle_between(before.frames[frame].local[16]);
    assert!((turned(&posed, 40) - 0.8).abs() < 1e-3, "exact at the key");
    assert!((0..90).filter(|frame| !(31..=49).contains(frame)).all(|frame| posed.frames[frame] == before.frames[frame]));
    set(&mut document, clip, |settings| settings.layer.is_muted = true);
    assert!(*chain(&document).motion() == before, "muted");
    document.undo();
    assert!(*chain(&document).motion() == posed);
    document.undo();
    assert!(*chain(&document).motion() == before);
    document.redo();
    assert!(*chain(&document).motion() == posed);
    assert_eq!(document.fault(), None);
}

#[test]
fn a_pose_key_stays_with_its_take_through_mirror_speed_and_split() {
    let (mut document, takes) = document(&[90]);
    let clip = inserted(&mut document, takes[0]);
    set(&mut document, clip, |settings| settings.layer.set(raised_arm(40, 0.8)));
    let posed = chain(&document).motion().clone();
    document.apply(&Edit::Split { frame: 36 }).expect("two");
    let cut = chain(&document).motion().clone();
    let apart_m =
        |frame: usize, joint: usize| cut.frames[frame].world().positions_m[joint].distance(posed.frames[frame].world().positions_m[joint]);
    assert!((0..90).all(|frame| (0..22).all(|joint| apart_m(frame, joint) < 1e-3)), "a cut through its ease is none to see");
    document.undo();
    set(&mut document, clip, |settings| settings.mirror = true);
    let (_, plain) = (chain(&document), posed.mirrored());
    let apart = |joint: usize| chain(&document).motion().frames[40].local[joint].angle_between(plain.frames[40].local[joint]);
    assert!(apart(17) < 1e-3 && apart(16) < 1e-3, "the other arm is raised");
    set(&mut document, clip, |settings| (settings.mirror, settings.speed) = (false, 2.0));
    let fast = chain(&document).motion().clone();
    assert!(fast.frames[20].local[16].angle_between(posed.frames[40].local[16]) < 1e-3, "half as late");
}
