//! Motions that have something to meet: constraints, the best of several, bridges between motions, with the model that is built in.

use std::sync::OnceLock;
use zoetrope::library;
use zoetrope::model::{MotionModel, Source, WishedFeature};
use zoetrope::motion::bridge::Gap;
use zoetrope::motion::measure::measure;
use zoetrope::motion::path::{Curve, travel};
use zoetrope::motion::{Joint, Motion, Pose, join};
use zoetrope::pipeline::{Batch, BatchStep, Made, PipelineError};
use zoetrope::timeline::{Constraints, Finish, Length, Request};

fn model() -> &'static MotionModel {
    static MODEL: OnceLock<MotionModel> = OnceLock::new();
    let source: Source = library::find(library::STARTER).expect("it is built in");
    MODEL.get_or_init(|| MotionModel::load(&source).expect("a model"))
}

fn all(mut batch: Batch<'_>) -> Vec<Made> {
    let (mut all, mut before) = (Vec::new(), 0);
    loop {
        match batch.step().expect("a step") {
            BatchStep::Tokens { tokens, at_most } => {
                assert!(tokens >= before && tokens <= at_most, "{before} {tokens} {at_most}");
                before = tokens;
            }
            BatchStep::Made { variation, made } => {
                assert_eq!(variation as usize, all.len());
                all.push(*made);
            }
            BatchStep::Done => return all,
        }
    }
}

fn make(request: &Request) -> Made {
    all(Batch::start(model(), request, None).expect("a start")).swap_remove(0)
}

fn constraints(json: &str) -> Constraints {
    serde_json::from_str(json).expect("constraints")
}

fn directed(prompt: &str, json: &str, length: Length) -> Request {
    Request { constraints: constraints(json), candidates: 2, length, ..Request::new(prompt) }
}

const FOUR: Length = Length::Exact { secs: 4.0 };
const TWO: Length = Length::Exact { secs: 2.0 };

#[test]
fn a_walk_goes_along_its_path_and_its_take_says_what_was_asked() {
    let request = directed("a person walks forward", r#"{"path": [{"x": 1, "z": 0}, {"x": 1, "z": 2}, {"x": -1.5, "z": 3}]}"#, FOUR);
    let made = make(&request);
    let motion = &made.take.motion;
    assert_eq!(motion.len(), 120);
    let points = [[1.0, 0.0], [1.0, 2.0], [-1.5, 3.0]].map(|[x, z]| glam::Vec2::new(x, z));
    let curve = Curve::rounded(&points, 0.3).expect("a curve");
    let way_m = travel(motion);
    let off_m = way_m.iter().map(|at| curve.distance_m(*at)).sum::<f32>() / 120.0;
    assert!(off_m < 0.02, "{off_m} m off the path");
    assert!(way_m[0].distance(points[0]) < 0.06 && way_m[119].distance(points[2]) < 0.06, "{} {}", way_m[0], way_m[119]);
    let free = measure(&make(&Request { constraints: Constraints::default(), candidates: 1, ..request.clone() }).take.motion);
    let own = measure(motion);
    assert!(own.contact_slide_mm_per_frame < free.contact_slide_mm_per_frame.max(1.0) * 1.1, "{own:?} {free:?}");
    assert!(made.before_finish.is_some_and(|distance| distance.path_m.is_some_and(|path_m| path_m > 0.0)));
    let (asked, _) = made.take.provenance.origin.asked().expect("a request");
    assert_eq!(*asked, request);
}

#[test]
fn a_motion_of_free_length_is_as_long_as_its_path_needs() {
    let length = |z: f32| {
        let json = format!(r#"{{"path": [{{"x": 0, "z": 0}}, {{"x": 0, "z": {z}}}]}}"#);
        let made = make(&directed("a person walks forward", &json, Length::default()));
        assert!((made.take.motion.frames.last().expect("frames").root_m.z - z).abs() < 0.08);
        made.take.motion.len()
    };
    let (short, long) = (length(1.5), length(5.0));
    assert!(long > short + 30, "{short} {long}");
}

#[test]
fn keys_are_met_and_what_cannot_be_met_is_said() {
    let json = r#"{"keys": [{"t": 1, "joints": {"R_Wrist": [-0.3, 1.5, null]}}], "end": {"facing_deg": 40}}"#;
    let made = make(&directed("a person stands still", json, TWO));
    let at_m = made.take.motion.frames[30].world().positions_m[Joint::RWrist as usize];
    assert!((at_m.x + 0.3).abs() < 1e-3 && (at_m.y - 1.5).abs() < 1e-3, "{at_m}");
    let end = made.take.motion.frames.last().expect("frames");
    assert!((zoetrope::motion::rotation::heading(end.local[0]).to_degrees() - 40.0).abs() < 0.5);
    assert!(made.warnings.is_empty(), "{:?}", made.warnings);
    let far = make(&directed("a person stands still", r#"{"path": [{"x": 0, "z": 0}, {"x": 0, "z": 12}]}"#, TWO));
    assert!(
        far.warnings.iter().any(|warning| warning.text.contains("at (") && warning.text.contains("the path") && warning.at_m.is_some()),
        "{:?}",
        far.warnings
    );
    let tight = make(&directed("a person runs", r#"{"path": [{"x": 0, "z": 0}, {"x": 0, "z": 3}, {"x": 0.5, "z": 0}]}"#, TWO));
    assert!(tight.warnings.iter().any(|warning| warning.text.contains("turns too tightly")), "{:?}", tight.warnings);
    let high = make(&directed("a person stands still", r#"{"keys": [{"t": 1, "joints": {"Head": [null, 4, null]}}]}"#, TWO));
    assert!(high.warnings.iter().any(|warning| warning.text.contains("the key at 1 s is out of reach")), "{:?}", high.warnings);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_made() {
    let json = r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "z": 0, "t": 5}]}"#;
    let refused = |request: &Request, after: Option<&Motion>| Batch::start(model(), request, after).err().expect("refused").to_string();
    assert!(refused(&directed("walk", json, FOUR), None).contains("beyond the motion's 4 s"));
    let request = directed("walk", r#"{"end": {"x": 1, "z": 1}}"#, FOUR);
    assert!(refused(&Request { finish: Finish::Raw, ..request.clone() }, None).contains("cannot be directed"));
    assert!(refused(&request, Some(&Motion { frames: vec![Pose::REST; 8] })).contains("goes on from another"));
    assert!(matches!(Batch::start(model(), &Request { candidates: 4, ..Request::new(" ") }, None), Err(PipelineError::EmptyPrompt)));
}

#[test]
fn variations_of_a_directed_request_differ_and_come_in_order() {
    let request = Request { variations: 2, ..directed("a person walks", r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "z": 2}]}"#, TWO) };
    let made = all(Batch::start(model(), &request, None).expect("a start"));
    assert_eq!(made.len(), 2);
    assert!(made[0].take.motion != made[1].take.motion);
    assert_eq!(made[1].take.provenance.origin.seed(), Some(1));
}

/// A clip of a second and a half.
fn clip(prompt: &str, seed: u64) -> Motion {
    Motion::clone(&make(&Request { seed, length: Length::Exact { secs: 1.5 }, ..Request::new(prompt) }).take.motion)
}

fn bridge(gap: &Gap, request: &Request) -> Made {
    all(Batch::over(model(), request, gap.clone()).expect("a start")).swap_remove(0)
}

/// The largest first and second differences of a joint from frame to frame, metres.
fn most(motion: &Motion) -> [f32; 2] {
    let joints: Vec<_> = motion.frames.iter().map(|pose| pose.world().positions_m).collect();
    let largest = |each: &dyn Fn(usize) -> glam::Vec3| (0..22).map(|joint| each(joint).length()).fold(0.0, f32::max);
    [
        joints.windows(2).map(|w| largest(&|j| w[1][j] - w[0][j])).fold(0.0, f32::max),
        joints.windows(3).map(|w| largest(&|j| w[2][j] - 2.0 * w[1][j] + w[0][j])).fold(0.0, f32::max),
    ]
}

#[test]
fn a_bridge_leads_from_one_motion_to_another_without_a_seam() {
    let gap = Gap { before: clip("a person walks forward", 1), after: clip("a person waves", 2), frames: 30, is_fixed: false };
    let silent = Request { literal: true, candidates: 2, ..Request::new("") };
    let made = bridge(&gap, &silent);
    assert_eq!(made.take.motion.len(), 30);
    let place = made.goes_on.expect("it leads somewhere");
    let behind = join::placed_at(&gap.after, &gap.after.frames[0], &place);
    let whole = Motion { frames: [&gap.before.frames[..], &made.take.motion.frames, &behind.frames].concat() };
    let [clips, joined] =
        [[most(&gap.before), most(&behind)].into_iter().fold([0.0_f32; 2], |a, b| [a[0].max(b[0]), a[1].max(b[1])]), most(&whole)];
    assert!(joined[0] < 1.6 * clips[0] + 0.03 && joined[1] < 2.0 * clips[1] + 0.02, "{clips:?} {joined:?}");
    let (_, context) = made.take.provenance.origin.asked().expect("a request");
    assert!(context.before.is_some() && context.after.is_some());
    assert!(bridge(&gap, &silent).take.motion == made.take.motion, "the same again");
}

#[test]
fn a_part_made_anew_fits_between_what_stays_where_it_is() {
    let whole = Motion::clone(&make(&Request { length: FOUR, ..Request::new("a person walks forward") }).take.motion);
    let part = |range: std::ops::Range<usize>| Motion { frames: whole.frames[range].to_vec() };
    for (from, to) in [(40, 75), (0, 30), (90, 120)] {
        let gap = Gap { before: part(0..from), after: part(to..120), frames: to - from, is_fixed: true };
        let words = Request { candidates: 2, ..Request::new("a person walks forward") };
        let made = bridge(&gap, &words);
        assert_eq!(made.take.motion.len(), to - from);
        let anew = Motion { frames: [&gap.before.frames[..], &made.take.motion.frames, &gap.after.frames].concat() };
        let [own, new] = [most(&whole), most(&anew)];
        assert!(new[0] < 2.0 * own[0] + 0.03 && new[1] < 3.0 * own[1] + 0.03, "{from}..{to}: {own:?} {new:?}");
        assert!(anew != whole);
    }
}

#[test]
fn refining_brings_the_decoder_nearer_to_what_is_wished_and_leaves_the_rest_alone() {
    let made = make(&Request { length: Length::Exact { secs: 2.0 }, ..Request::new("a person walks forward") });
    let before = model().decode_motion(&made.tokens).expect("features");
    // The left hand a hand's breadth higher in frame 30.
    let element = zoetrope::motion::features::POSITIONS.start + 3 * Joint::LWrist as usize + 1;
    let at = |features: &[f32], frame: usize| features[frame * 272 + element];
    let wish = WishedFeature { frame: 30, element, value: at(&before, 30) + 0.1 };
    let mut refinement = model().refinement(&made.tokens, &[wish]).expect("a start");
    assert!(refinement.features().expect("features") == before, "as long as no step is made");
    (0..60).for_each(|_| refinement.step().expect("a step"));
    let after = refinement.features().expect("features");
    let missing_m = (at(&after, 30) - wish.value).abs();
    assert!(missing_m < 0.05, "{missing_m} m of 0.1 are missing");
    assert!((0..60).all(|frame| (at(&after, frame) - at(&before, frame)).abs() < 0.15));
    assert!((at(&after, 0) - at(&before, 0)).abs() < 0.05, "long before it hardly moves");
    assert!(model().refinement(&made.tokens, &[WishedFeature { frame: 60, ..wish }]).is_err());
}
