//! Motions drawn by our own stage, and read back.

use super::{Outcome, made, mean};
use glam::Vec3;
use std::path::Path;
use std::time::Instant;
use zoetrope::capture::{Captured, Pictures, TimedPicture, Watching, pose_networks};
use zoetrope::model::MotionModel;
use zoetrope::model::blazepose::{PoseNetworks, RgbPicture};
use zoetrope::motion::cleanup::{CleanupSettings, clean};
use zoetrope::motion::features::{self, Features};
use zoetrope::motion::feet::world_joints;
use zoetrope::motion::measure::measure;
use zoetrope::motion::rotation::heading;
use zoetrope::motion::{FPS, Joint, Motion};
use zoetrope::stage::{CameraRig, Orbit};
use zoetrope::view::{CameraMove, Figure, Shown, ViewAngle};

/// What is drawn.
const PROMPTS: [&str; 20] = [
    "a person walks forward and waves",
    "someone jumps high",
    "a person kicks with the right leg",
    "somebody dances",
    "he turns around to the left",
    "a person bows politely",
    "someone runs and then stops",
    "a boxer throws two punches",
    "an old person walks slowly",
    "a person waves with the right hand",
    "a person claps their hands",
    "a person squats down and stands up",
    "a person raises both arms",
    "a person sits down",
    "a person stretches",
    "a person throws a ball",
    "a person kicks with the left leg",
    "a person points forward with the left hand",
    "a person walks in a circle",
    "a person does jumping jacks",
];
const VIEWS: [(ViewAngle, &str); 2] = [(ViewAngle::Front, "front"), (ViewAngle::ThreeQuarter, "side and front")];
const SECS: f32 = 4.0;
const SIZE: (u32, u32) = (480, 360);
const PICTURES_PER_SEC: f32 = 15.0;
/// How much farther away the camera is than the window's: the person walks about.
const FARTHER: f32 = 1.35;
/// A mean error above this is a failure, millimetres.
const BAR_MM: f32 = 90.0;
const LIMBS: [(Joint, &str); 4] =
    [(Joint::LWrist, "left hand"), (Joint::RWrist, "right hand"), (Joint::LFoot, "left foot"), (Joint::RFoot, "right foot")];
/// A limb whose way is so much longer than that of its counterpart is the one that acts.
const ACTS: f32 = 1.5;

/// What came of one video.
struct Row {
    error_mm: f32,
    raw_mm: f32,
    prior_mm: f32,
    limbs: (usize, usize),
    order: f32,
    slide_mm: [f32; 2],
    pictures: usize,
    looking_secs: f32,
}

pub(super) fn report(model: &MotionModel) -> Outcome<()> {
    println!("## Videos\n");
    println!(
        "Twenty motions of {SECS} s, made by the built-in model, drawn by our own stage with a camera that stands still, {PICTURES_PER_SEC} pictures of {} × {} \
         a second, from two sides, read back. *Error*: mean distance of the 22 joints about the pelvis, the camera's \
         direction being known, before clean-up, after it (what `capture` answers), and after it has gone through the built-in model's motion tokenizer. \
         *Limbs*: of hands and feet that go {ACTS} times as far as their counterparts, how many do so in what was read back. *Order*: how the speeds \
         of hands and feet over time agree (correlation). *Slide*: contact slide, mm a frame, of the motion and of what was read back.\n",
        SIZE.0, SIZE.1
    );
    println!("| motion | from | error mm: before, after, tokenizer | limbs | order | slide |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let networks = pose_networks()?;
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for (at, prompt) in PROMPTS.into_iter().enumerate() {
        let motion = made(model, prompt, at as u64, 1, SECS)?.remove(0);
        let motion = in_the_middle(&motion);
        for (angle, side) in VIEWS {
            match watched(&motion, angle, model, &networks) {
                Ok(row) => {
                    println!(
                        "| {prompt} | {side} | {:.0}, {:.0}, {:.0} | {} of {} | {:.2} | {:.2}, {:.2} |",
                        row.raw_mm, row.error_mm, row.prior_mm, row.limbs.0, row.limbs.1, row.order, row.slide_mm[0], row.slide_mm[1]
                    );
                    if row.error_mm > BAR_MM {
                        failures.push(format!("{prompt}, from {side}: {:.0} mm", row.error_mm));
                    }
                    rows.push(row);
                }
                Err(error) => failures.push(format!("{prompt}, from {side}: {error}")),
            }
        }
    }
    summary(&rows, &failures);
    Ok(())
}

fn summary(rows: &[Row], failures: &[String]) {
    let of = |value: fn(&Row) -> f32| mean(rows.iter().map(value));
    let mut errors: Vec<f32> = rows.iter().map(|row| row.error_mm).collect();
    errors.sort_by(f32::total_cmp);
    let (right, all) = rows.iter().fold((0, 0), |(right, all), row| (right + row.limbs.0, all + row.limbs.1));
    let (pictures, secs) = rows.iter().fold((0, 0.0), |(pictures, secs), row| (pictures + row.pictures, secs + row.looking_secs));
    println!(
        "\nMean error {:.0} mm (median {:.0}); before clean-up {:.0} mm, through the tokenizer {:.0} mm. {right} of {all} limbs. Order {:.2} on the mean. \
         Contact slide {:.2} mm a frame, of the motions themselves {:.2}. {:.1} pictures looked at a second, on {} cores that may have had other \
         work.\n",
        of(|row| row.error_mm),
        errors.get(errors.len() / 2).copied().unwrap_or_default(),
        of(|row| row.raw_mm),
        of(|row| row.prior_mm),
        of(|row| row.order),
        of(|row| row.slide_mm[1]),
        of(|row| row.slide_mm[0]),
        pictures as f32 / secs.max(1e-3),
        std::thread::available_parallelism().map_or(1, usize::from),
    );
    println!("Above {BAR_MM} mm, or nothing: {}\n", if failures.is_empty() { "none." } else { "" });
    failures.iter().for_each(|failure| println!("- {failure}"));
    println!();
}

/// The middle of the way above the origin.
fn in_the_middle(motion: &Motion) -> Motion {
    let ends = motion.frames.iter().fold((Vec3::MAX, Vec3::MIN), |(low, high), pose| (low.min(pose.root_m), high.max(pose.root_m)));
    motion.placed(0.0, -((ends.0 + ends.1) / 2.0).with_y(0.0))
}

fn watched(motion: &Motion, angle: ViewAngle, model: &MotionModel, networks: &PoseNetworks) -> Outcome<Row> {
    let mut rig = CameraRig::new(angle);
    rig.apply(CameraMove::Zoom(FARTHER));
    rig.follow = false;
    let count = (motion.duration_secs() * PICTURES_PER_SEC) as usize;
    let scenes: Vec<Shown> = (0..count).map(|at| Shown::alone(motion.pose_at(at as f32 / PICTURES_PER_SEC), Figure::Mannequin)).collect();
    let drawn: Vec<RgbPicture> = zoetrope::stage::Pictures::of(scenes.into_iter(), rig, SIZE)?
        .map(|picture| {
            let pixels = image::DynamicImage::ImageRgba8(picture?.pixels).into_rgb8();
            RgbPicture::new(SIZE.0 as usize, SIZE.1 as usize, pixels.into_raw()).ok_or_else(|| "a picture of another size".into())
        })
        .collect::<Outcome<_>>()?;
    let timed = drawn.into_iter().enumerate().map(|(at, picture)| Ok(TimedPicture { secs: at as f32 / PICTURES_PER_SEC, picture }));
    let pictures: Pictures = Box::new(timed);
    let begun = Instant::now();
    let mut watching = Watching::begin(Path::new("the stage"), pictures, networks);
    while watching.step()?.is_some() {}
    let looking_secs = begun.elapsed().as_secs_f32();
    let Captured { motion: seen, raw, .. } = watching.finish()?;
    let yaw_rad = Orbit::new(angle).yaw_rad;
    let error_mm = |seen: &Motion| 1e3 * error_m(motion, seen, yaw_rad);
    Ok(Row {
        error_mm: error_mm(&seen),
        raw_mm: error_mm(&raw),
        prior_mm: error_mm(&through_tokenizer(&raw, model)?),
        limbs: limbs(motion, &seen),
        order: order(motion, &seen),
        slide_mm: [measure(motion), measure(&seen)].map(|quality| quality.contact_slide_mm_per_frame),
        pictures: count,
        looking_secs,
    })
}

/// The mean distance of the joints about the pelvis.
fn error_m(motion: &Motion, seen: &Motion, yaw_rad: f32) -> f32 {
    // What faces the camera has heading 0 in what was read back.
    let turned = motion.placed(-yaw_rad, Vec3::ZERO);
    let pairs = world_joints(&turned).into_iter().zip(world_joints(seen));
    mean(pairs.flat_map(|(one, other)| {
        let about = move |joints: [Vec3; 22], joint: usize| joints[joint] - joints[0];
        (1..22).map(move |joint| about(one, joint).distance(about(other, joint))).collect::<Vec<_>>()
    }))
}

/// Of the limbs that act, how many do so in what was read back, and how many there are.
fn limbs(motion: &Motion, seen: &Motion) -> (usize, usize) {
    let ways = |motion: &Motion| {
        let joints = world_joints(motion);
        LIMBS.map(|(limb, _)| {
            joints.windows(2).map(|pair| (pair[1][limb as usize] - pair[1][0]).distance(pair[0][limb as usize] - pair[0][0])).sum::<f32>()
        })
    };
    let (truth, found) = (ways(motion), ways(seen));
    let acting = (0..LIMBS.len()).filter(|limb| truth[*limb] > ACTS * truth[limb ^ 1]);
    let (mut right, mut all) = (0, 0);
    for limb in acting {
        all += 1;
        right += usize::from(found[limb] > found[limb ^ 1]);
    }
    (right, all)
}

/// How far the speeds of hands and feet over time agree.
fn order(motion: &Motion, seen: &Motion) -> f32 {
    let speeds = |motion: &Motion, limb: Joint| -> Vec<f32> {
        let joints = world_joints(motion);
        let about = |joints: &[Vec3; 22]| joints[limb as usize] - joints[0];
        let speeds: Vec<f32> = joints.windows(2).map(|pair| about(&pair[0]).distance(about(&pair[1])) * FPS).collect();
        (0..speeds.len()).map(|at| mean(speeds[at.saturating_sub(4)..(at + 5).min(speeds.len())].iter().copied())).collect()
    };
    let of_limb = |limb: Joint| correlation(&speeds(motion, limb), &speeds(seen, limb));
    // A limb that hardly moves has no order.
    let moves = |limb: Joint| mean(speeds(motion, limb)) > 0.15;
    mean(LIMBS.iter().filter(|(limb, _)| moves(*limb)).map(|(limb, _)| of_limb(*limb)))
}

fn correlation(one: &[f32], other: &[f32]) -> f32 {
    let count = one.len().min(other.len());
    let [one, other] = [one, other].map(|values| {
        let middle = mean(values[..count].iter().copied());
        values[..count].iter().map(|value| value - middle).collect::<Vec<_>>()
    });
    let product = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
    product(&one, &other) / (product(&one, &one) * product(&other, &other)).sqrt().max(1e-9)
}

/// Encoded and decoded by the motion tokenizer, cleaned up, as it faced.
fn through_tokenizer(motion: &Motion, model: &MotionModel) -> Outcome<Motion> {
    let Some(first) = motion.frames.first() else { return Ok(Motion::default()) };
    let mut values = features::encode(motion).values().to_vec();
    model.statistics.normalise(&mut values);
    let mut values = model.tokenizer.decode(&model.tokenizer.encode_frames(&values)?)?;
    model.statistics.denormalise(&mut values);
    let decoded = features::decode(&Features::new(values)?).placed(heading(first.local[0]), Vec3::ZERO);
    Ok(clean(&decoded, &CleanupSettings::default()))
}
