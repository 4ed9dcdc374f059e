//! Which stretches a dance is made of: those whose beats fall on the music's with the least warping, as energetic among all as the music is
//! there, each beginning much as the one before ends (Viterbi).

use super::limbs::Limbs;
use super::part::Part;
use super::phrase::{Phrase, rank};
use super::warp::{Stretch, stretches};
use crate::motion::rotation::heading;
use crate::motion::{FPS, Joint, Motion, Pose};
use glam::{Quat, Vec3};

/// The most stretches of a phrase that are looked at together.
const MOST_STRETCHES: usize = 96;
/// What it costs to be as calm as possible where the music is as loud as possible.
const ENERGY_COST: f32 = 3.0;
/// What it costs that the body is elsewhere, a metre, and that it is under way elsewhere, a metre a second.
const PLACE_COST: f32 = 6.0;
const SPEED_COST: f32 = 0.6;
/// What it costs to do the same twice in a row.
const REPEAT_COST: f32 = 3.0;
/// What a transition looks at.
const SEEN: [Joint; 9] =
    [Joint::Head, Joint::LElbow, Joint::RElbow, Joint::LWrist, Joint::RWrist, Joint::LKnee, Joint::RKnee, Joint::LFoot, Joint::RFoot];

/// Takes to choose from.
pub(super) struct Stage<'a> {
    takes: &'a [Motion],
    limbs: &'a [Limbs],
    fastest: [f32; 4],
}

/// A stretch that a phrase may get.
struct Choice {
    part: Part,
    cost: f32,
    energy_m_per_sec: f32,
    begin: Bearing,
    end: Bearing,
}

impl<'a> Stage<'a> {
    pub(super) fn new(takes: &'a [Motion], limbs: &'a [Limbs]) -> Self {
        let most = |most: [f32; 4], limbs: &Limbs| std::array::from_fn(|limb| f32::max(most[limb], limbs.fastest()[limb]));
        Self { takes, limbs, fastest: limbs.iter().fold([0.0; 4], most) }
    }

    /// A part for each phrase; none where there are no takes.
    pub(super) fn danced(&self, phrases: &[Phrase]) -> Vec<Part> {
        let choices: Vec<Vec<Choice>> = phrases.iter().map(|phrase| self.choices(phrase)).collect();
        if choices.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        let Some(first) = choices.first() else { return Vec::new() };
        let mut best: Vec<f32> = first.iter().map(|choice| choice.cost).collect();
        let mut came_from: Vec<Vec<usize>> = Vec::new();
        for pair in choices.windows(2) {
            let reached = pair[1].iter().map(|choice| {
                let costs = pair[0].iter().zip(&best).map(|(before, cost)| cost + transition(before, choice));
                costs.enumerate().min_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or_default()
            });
            let (from, costs): (Vec<usize>, Vec<f32>) = reached.unzip();
            best = costs.iter().zip(&pair[1]).map(|(cost, choice)| cost + choice.cost).collect();
            came_from.push(from);
        }
        let mut at = (0..best.len()).min_by(|one, other| best[*one].total_cmp(&best[*other])).unwrap_or_default();
        let mut row = vec![at];
        for from in came_from.iter().rev() {
            at = from[at];
            row.push(at);
        }
        row.into_iter().rev().zip(&choices).map(|(at, choices)| choices[at].part.clone()).collect()
    }

    /// What a phrase may get, with what each costs by itself.
    fn choices(&self, phrase: &Phrase) -> Vec<Choice> {
        let of_take = |take: usize| {
            let found = stretches(&self.limbs[take], self.fastest, phrase);
            found.into_iter().map(move |stretch| self.choice(take, stretch))
        };
        let mut choices: Vec<Choice> = (0..self.takes.len()).flat_map(of_take).collect();
        if choices.is_empty() {
            // Nothing fits, in a rest at the end perhaps: the longest take as it is.
            let longest = (0..self.takes.len()).max_by_key(|take| self.takes[*take].len());
            let plain = Stretch { source_frames: (0..phrase.frames).map(|frame| frame as f32).collect(), cost: 0.0 };
            choices.extend(longest.filter(|take| !self.takes[*take].is_empty()).map(|take| self.choice(take, plain)));
        }
        let energies: Vec<f32> = choices.iter().map(|choice| choice.energy_m_per_sec).collect();
        for choice in &mut choices {
            choice.cost += ENERGY_COST * (rank(&energies, choice.energy_m_per_sec) - phrase.energy).powi(2);
        }
        choices.sort_by(|one, other| one.cost.total_cmp(&other.cost));
        choices.truncate(MOST_STRETCHES);
        choices
    }

    fn choice(&self, take: usize, stretch: Stretch) -> Choice {
        let Stretch { source_frames, cost } = stretch;
        let part = Part { take, source_frames };
        let (from, to) = part.span();
        let bearing = |frame: f32| Bearing::of(&self.takes[take], frame);
        Choice {
            cost,
            energy_m_per_sec: self.limbs[take].mean(from as usize, to.ceil() as usize),
            begin: bearing(from),
            end: bearing(to + 1.0),
            part,
        }
    }
}

/// What it costs to go on with one after another.
fn transition(before: &Choice, after: &Choice) -> f32 {
    let repeats = if before.part.take == after.part.take { before.part.shared(&after.part) } else { 0.0 };
    before.end.apart(&after.begin) + REPEAT_COST * repeats
}

/// How a body holds itself, and how it moves, as seen from itself.
struct Bearing {
    places_m: [Vec3; SEEN.len()],
    speeds_m_per_sec: [Vec3; SEEN.len()],
    height_m: f32,
}

impl Bearing {
    fn of(take: &Motion, frame: f32) -> Self {
        let at = |frame: f32| take.pose_at(frame / FPS);
        let here = at(frame);
        let own_from_world = Quat::from_rotation_y(-heading(here.local[0]));
        let places = |pose: &Pose| SEEN.map(|joint| own_from_world * (pose.world().positions_m[joint as usize] - here.root_m));
        let [before, now, after] = [places(&at(frame - 1.0)), places(&here), places(&at(frame + 1.0))];
        Self {
            places_m: now,
            speeds_m_per_sec: std::array::from_fn(|joint| (after[joint] - before[joint]) * FPS / 2.0),
            height_m: here.root_m.y,
        }
    }

    fn apart(&self, other: &Self) -> f32 {
        let mean =
            |one: &[Vec3], other: &[Vec3]| one.iter().zip(other).map(|(one, other)| one.distance(*other)).sum::<f32>() / SEEN.len() as f32;
        let places_m = mean(&self.places_m, &other.places_m) + (self.height_m - other.height_m).abs();
        PLACE_COST * places_m + SPEED_COST * mean(&self.speeds_m_per_sec, &other.speeds_m_per_sec)
    }
}
