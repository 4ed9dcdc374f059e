//! Rigs that nobody made: bodies of any proportions, rest poses, axes, units and names, from a seed.
//!
//! A body is laid out in metres in a T-pose that stands on the floor and looks along +Z; its rest pose turns the joints of that, then the
//! whole of it is turned, and every joint gets axes that mean nothing.

use glam::{EulerRot, Quat, Vec3, vec3};
use std::f32::consts::{FRAC_PI_2, PI};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{JOINT_COUNT, Joint, rest_positions};

/// Numbers that look drawn by lot.
pub(crate) struct Lot(u64);

impl Lot {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D)
    }

    /// 0 to 1.
    pub(crate) fn draw(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    pub(crate) fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.draw()
    }

    /// Below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.draw() * count as f32) as usize).min(count - 1)
    }

    pub(crate) fn chance(&mut self, share: f32) -> bool {
        self.draw() < share
    }

    fn turn(&mut self) -> Quat {
        let mut angle = || self.between(-PI, PI);
        let (a, b, c) = (angle(), angle(), angle());
        Quat::from_euler(EulerRot::XYZ, a, b, c)
    }
}

/// A rig with what it was made as.
pub(crate) struct Generated {
    pub(crate) rig: Rig,
    /// The joint that plays each of our parts, where there is one; the three of our spine are left open.
    pub(crate) parts: [Option<usize>; JOINT_COUNT],
    /// The spine from the joint above the pelvis to the chest.
    pub(crate) spine: Vec<usize>,
    pub(crate) fingers: Vec<usize>,
    /// The bone that carries the ground motion, where it is called so.
    pub(crate) ground: Option<usize>,
    pub(crate) units_per_m: f32,
    /// Where each joint is in the rest pose, and how what hangs on it is turned from the T-pose: what a skin is laid round.
    pub(crate) rests: Vec<(Vec3, Quat)>,
    pub(crate) flesh: Flesh,
    /// For messages.
    pub(crate) what: String,
}

/// How much there is round the joints, metres.
#[derive(Clone, Copy)]
pub(crate) struct Flesh {
    pub(crate) trunk_m: f32,
    pub(crate) limbs_m: f32,
    pub(crate) head_m: f32,
    pub(crate) hands_m: f32,
    /// How far shoes go beyond the toes.
    pub(crate) shoes_m: f32,
}

/// A body laid out joint by joint.
#[derive(Default)]
struct Layout {
    parents: Vec<Option<usize>>,
    at_m: Vec<Vec3>,
    /// How the rest pose turns each joint, in the world of the layout.
    turns: Vec<Quat>,
    parts: [Option<usize>; JOINT_COUNT],
    spine: Vec<usize>,
    fingers: Vec<usize>,
}

impl Layout {
    fn add(&mut self, parent: Option<usize>, at_m: Vec3) -> usize {
        self.parents.push(parent);
        self.at_m.push(at_m);
        self.turns.push(Quat::IDENTITY);
        self.parents.len() - 1
    }

    fn part(&mut self, joint: Joint, parent: Option<usize>, at_m: Vec3) -> usize {
        let index = self.add(parent, at_m);
        self.parts[joint as usize] = Some(index);
        index
    }

    /// A row of joints that hangs on a joint.
    fn strand(&mut self, parent: usize, from_m: Vec3, step_m: Vec3, joints: usize) -> usize {
        let mut above = parent;
        for place in 0..joints {
            above = self.add(Some(above), from_m + place as f32 * step_m);
        }
        above
    }

    /// Joints along a bone, inside it or beside it; what the end of the bone hangs on.
    fn bone(&mut self, from: usize, to_m: Vec3, joints: usize, inside: bool) -> usize {
        let (mut above, from_m) = (from, self.at_m[from]);
        for place in 1..=joints {
            let at_m = from_m.lerp(to_m, place as f32 / (joints + 1) as f32);
            let twist = self.add(Some(if inside { above } else { from }), at_m);
            if inside {
                above = twist;
            }
        }
        above
    }
}

/// How a body is built.
struct Build {
    spine: usize,
    necks: usize,
    /// Twist joints of thighs, shins, upper arms, forearms.
    twists: [usize; 4],
    inside: bool,
    collars: bool,
    /// Joints between pelvis and thighs that belong to neither.
    hip_joints: bool,
    toes: bool,
    ends: bool,
    fingers: usize,
    eyes: bool,
}

/// Lengths of legs, trunk and arms, breadth, and how high the head is, as shares of ours; and the flesh round them.
type Proportions = (&'static str, [f32; 5], Flesh);

const SLIM: Flesh = Flesh { trunk_m: 0.09, limbs_m: 0.045, head_m: 0.11, hands_m: 0.09, shoes_m: 0.05 };

/// People.
const HUMAN: [Proportions; 6] = [
    ("a child", [0.62, 0.85, 0.72, 0.9, 1.3], SLIM),
    ("broad", [0.85, 1.0, 0.95, 1.55, 1.1], SLIM),
    ("a giant", [1.25, 1.1, 1.2, 1.2, 0.9], SLIM),
    ("grown up", [1.0; 5], SLIM),
    ("grown up", [1.0; 5], SLIM),
    ("grown up", [1.0; 5], SLIM),
];

/// What cartoons make of them.
const CARTOON: [Proportions; 6] = [
    ("chibi", [0.45, 0.7, 0.6, 1.2, 1.5], Flesh { trunk_m: 0.13, limbs_m: 0.06, head_m: 0.3, hands_m: 0.1, shoes_m: 0.08 }),
    ("long-armed", [0.9, 1.0, 1.7, 1.1, 1.0], SLIM),
    ("short-legged", [0.55, 1.0, 1.0, 1.15, 1.0], SLIM),
    ("with giant hands", [1.0, 1.0, 1.1, 1.1, 1.0], Flesh { hands_m: 0.3, ..SLIM }),
    ("thick", [0.8, 1.0, 0.95, 1.3, 1.0], Flesh { trunk_m: 0.2, limbs_m: 0.09, head_m: 0.14, ..SLIM }),
    ("with long shoes", [0.9, 1.0, 1.0, 1.0, 1.0], Flesh { shoes_m: 0.2, ..SLIM }),
];

/// Where the joints are, in metres: ours, of other proportions, the soles on the floor.
fn proportioned(lot: &mut Lot, [mut legs, mut trunk, mut arms, mut wide, mut head]: [f32; 5]) -> [Vec3; JOINT_COUNT] {
    for share in [&mut legs, &mut trunk, &mut arms, &mut wide, &mut head] {
        *share *= lot.between(0.92, 1.08);
    }
    let uneven = [lot.between(0.9, 1.1), lot.between(0.92, 1.08)];
    let rest_m = rest_positions();
    let hips_m = rest_m[Joint::LHip as usize].y;
    let shin_m = rest_m[Joint::LAnkle as usize].y;
    let knee_m = rest_m[Joint::LKnee as usize].y;
    let raised = |y: f32| {
        let below = |y: f32| shin_m + legs * ((y.min(knee_m) - shin_m) / uneven[0] + (y.clamp(knee_m, hips_m) - knee_m) * uneven[0]);
        if y < shin_m { y } else { below(y) + trunk * (y - hips_m).max(0.0) }
    };
    let neck_m = rest_m[Joint::Neck as usize].y;
    std::array::from_fn(|joint| {
        let at = rest_m[joint];
        let shoulder = rest_m[Joint::LShoulder as usize].x;
        let out = at.x.abs().min(shoulder) * wide + (at.x.abs() - shoulder).max(0.0) * arms;
        let bent = if at.x.abs() > shoulder + 0.3 { (at.x.abs() - shoulder - 0.265) * arms * (uneven[1] - 1.0) } else { 0.0 };
        let above = if at.y > neck_m { (at.y - neck_m) * (head - 1.0) } else { 0.0 };
        vec3(at.x.signum() * (out + bent), raised(at.y) + above, at.z)
    })
}

fn laid_out(lot: &mut Lot, build: &Build, at_m: &[Vec3; JOINT_COUNT], root: Option<usize>, body: &mut Layout) {
    use Joint::*;
    let at = |joint: Joint| at_m[joint as usize];
    let pelvis = body.part(Pelvis, root, at(Pelvis));
    let mut top = pelvis;
    for place in 1..=build.spine {
        top = body.add(Some(top), at(Pelvis).lerp(at(Spine3), place as f32 / build.spine as f32));
        body.spine.push(top);
    }
    let mut neck = top;
    for place in 0..build.necks {
        let at_m = at(Neck).lerp(at(Head), place as f32 / build.necks as f32);
        neck = if place == 0 { body.part(Neck, Some(neck), at_m) } else { body.add(Some(neck), at_m) };
    }
    let head = body.part(Head, Some(neck), at(Head));
    let skull_m = 2.0 * (at(Head).y - at(Neck).y) * vec3(0.0, 1.0, 0.1);
    if build.ends {
        body.add(Some(head), at(Head) + skull_m);
    }
    if build.eyes {
        for side in [-1.0, 1.0] {
            body.add(Some(head), at(Head) + skull_m * 0.4 + vec3(0.03 * side, 0.0, 0.08));
        }
        let jaw = body.add(Some(head), at(Head) + vec3(0.0, 0.01, 0.03));
        body.add(Some(jaw), at(Head) + vec3(0.0, -0.02, 0.09));
    }
    let limbs = [
        ([LCollar, LShoulder, LElbow, LWrist], [LHip, LKnee, LAnkle, LFoot], 1.0),
        ([RCollar, RShoulder, RElbow, RWrist], [RHip, RKnee, RAnkle, RFoot], -1.0),
    ];
    for ([collar, shoulder, elbow, wrist], [hip, knee, ankle, toe], side) in limbs {
        let above = if build.collars { body.part(collar, Some(top), at(collar)) } else { top };
        let arm = body.part(shoulder, Some(above), at(shoulder));
        let above = body.bone(arm, at(elbow), build.twists[2], build.inside);
        let forearm = body.part(elbow, Some(above), at(elbow));
        let above = body.bone(forearm, at(wrist), build.twists[3], build.inside);
        let hand = body.part(wrist, Some(above), at(wrist));
        for finger in 0..build.fingers {
            let across = vec3(0.0, 0.0, 0.035 - 0.022 * finger as f32);
            let thumb = finger == 0 && build.fingers > 1;
            let (out, step) = if thumb { (0.03, vec3(0.02 * side, -0.005, 0.02)) } else { (0.09, vec3(0.03 * side, 0.0, 0.0)) };
            let first = body.parents.len();
            body.strand(hand, at(wrist) + vec3(out * side, -0.01, 0.0) + across, step, 3);
            body.fingers.extend(first..first + 3);
        }
        if build.fingers == 0 && build.ends {
            body.add(Some(hand), at(wrist) + vec3(0.15 * side, 0.0, 0.0));
        }
        let above = if build.hip_joints { body.add(Some(pelvis), at(hip).lerp(at(Pelvis), 0.5)) } else { pelvis };
        let thigh = body.part(hip, Some(above), at(hip));
        let above = body.bone(thigh, at(knee), build.twists[0], build.inside);
        let shin = body.part(knee, Some(above), at(knee));
        let above = body.bone(shin, at(ankle), build.twists[1], build.inside);
        let foot = body.part(ankle, Some(above), at(ankle));
        if build.toes {
            let ball = body.part(toe, Some(foot), at(toe));
            if build.ends {
                body.add(Some(ball), at(toe) + vec3(0.0, -0.01, 0.07));
            }
        }
    }
    // Hair, a skirt, a tail, a weapon, a pouch.
    if lot.chance(0.3) {
        let joints = 2 + lot.below(4);
        for side in [-1.0, 0.0, 1.0] {
            body.strand(head, at(Head) + skull_m * 0.6 + vec3(0.07 * side, 0.0, -0.05), vec3(0.01 * side, -0.09, -0.02), joints);
        }
    }
    if lot.chance(0.3) {
        for strand in 0..6 {
            let out = Quat::from_rotation_y(strand as f32 * PI / 3.0) * Vec3::Z;
            body.strand(pelvis, at(Pelvis) + 0.12 * out, 0.03 * out - 0.1 * Vec3::Y, 4);
        }
    }
    if lot.chance(0.1) {
        body.strand(pelvis, at(Pelvis) - 0.1 * Vec3::Z, vec3(0.0, -0.05, -0.12), 5);
    }
    if lot.chance(0.25) {
        let hand = body.parts[RWrist as usize].expect("a hand");
        let prop = body.add(Some(hand), at(RWrist) + vec3(-0.08, -0.02, 0.0));
        if lot.chance(0.5) {
            body.strand(prop, at(RWrist) + vec3(-0.08, -0.02, 0.4), 0.4 * Vec3::Z, 2);
        }
    }
    if lot.chance(0.2) {
        body.add(Some(top), at(Spine3) + vec3(0.2, -0.2, -0.1));
    }
}

/// Turns the joints into a rest pose.
fn posed(lot: &mut Lot, body: &mut Layout) -> &'static str {
    use Joint::*;
    let (arms_down, who) = match lot.below(4) {
        0 => (0.0, "T"),
        1 => (lot.between(0.5, 1.0), "A"),
        2 => (lot.between(1.2, 1.45), "arms down"),
        _ => (lot.between(0.2, 1.2), "between T and arms down"),
    };
    let sits = lot.chance(0.15);
    let (elbows, knees) = (lot.between(0.05, 0.4), lot.between(0.06, 0.2));
    let apart = lot.between(0.0, 0.15);
    let mut turn = |joint: Joint, turn: Quat| {
        if let Some(index) = body.parts[joint as usize] {
            body.turns[index] = turn;
        }
    };
    for (shoulder, elbow, hip, knee, side) in [(LShoulder, LElbow, LHip, LKnee, 1.0), (RShoulder, RElbow, RHip, RKnee, -1.0)] {
        turn(shoulder, Quat::from_rotation_z(-side * arms_down));
        turn(elbow, Quat::from_rotation_y(-side * elbows));
        let (up, down) = if sits { (-1.45, 1.45) } else { (-0.4 * knees, knees) };
        turn(hip, Quat::from_rotation_z(side * apart) * Quat::from_rotation_x(up));
        turn(knee, Quat::from_rotation_x(down));
    }
    if sits { "sitting" } else { who }
}

/// A name from no table.
fn name(lot: &mut Lot, style: usize, joint: usize) -> String {
    const SYLLABLES: [&str; 12] = ["ka", "zu", "mei", "tor", "qui", "bra", "oxo", "wem", "dju", "fiz", "gav", "ny"];
    match style {
        0 => format!("node_{joint}"),
        1 => format!("骨{joint}"),
        2 => joint.to_string(),
        3 => format!("Bone.{joint:03}"),
        4 => format!("関節_{joint}"),
        _ => (0..3).map(|_| SYLLABLES[lot.below(SYLLABLES.len())]).chain([joint.to_string().as_str()]).collect(),
    }
}

/// A humanoid.
pub(crate) fn human(seed: u64) -> Generated {
    made(seed, &HUMAN)
}

/// A humanoid of a cartoon's proportions.
pub(crate) fn cartoon(seed: u64) -> Generated {
    made(seed, &CARTOON)
}

fn made(seed: u64, kinds: &[Proportions]) -> Generated {
    let mut lot = Lot::new(seed);
    let (kind, proportions, flesh) = kinds[lot.below(kinds.len())];
    let at_m = proportioned(&mut lot, proportions);
    let twisted = lot.chance(0.5);
    let build = Build {
        spine: 1 + lot.below(6),
        necks: lot.below(3),
        twists: std::array::from_fn(|_| if twisted { lot.below(3) } else { 0 }),
        inside: lot.chance(0.5),
        collars: lot.chance(0.85),
        hip_joints: lot.chance(0.1),
        toes: lot.chance(0.85),
        ends: lot.chance(0.5),
        fingers: [0, 0, 2, 4, 5][lot.below(5)],
        eyes: lot.chance(0.3),
    };
    let mut body = Layout::default();
    let armature = lot.chance(0.4).then(|| body.add(None, Vec3::ZERO));
    let ground = lot.chance(0.4).then(|| body.add(armature, Vec3::ZERO));
    let root = ground.or(armature);
    laid_out(&mut lot, &build, &at_m, root, &mut body);
    if let Some(root) = root.filter(|_| lot.chance(0.5)) {
        // Targets and poles, which hang on the root.
        for joint in [Joint::LAnkle, Joint::RAnkle, Joint::LWrist, Joint::RWrist, Joint::LKnee, Joint::RKnee] {
            let ahead = if matches!(joint, Joint::LKnee | Joint::RKnee) { 0.5 } else { 0.0 };
            body.add(Some(root), at_m[joint as usize] + ahead * Vec3::Z);
        }
    }
    let pose = posed(&mut lot, &mut body);
    let (up, lies) = match lot.below(8) {
        0 => (Quat::from_rotation_x(FRAC_PI_2), "along Z"),
        1 => (Quat::from_rotation_x(-FRAC_PI_2), "along -Z"),
        2 => (Quat::from_rotation_z(FRAC_PI_2), "along X"),
        3 => (Quat::from_rotation_x(PI), "head down"),
        _ => (Quat::IDENTITY, "upright"),
    };
    let faces = [0.0, PI, lot.between(-PI, PI)][lot.below(3)];
    let rest_from_body = up * Quat::from_rotation_y(faces);
    let units_per_m = [1.0, 100.0, 39.37, 0.01, 10.0][lot.below(5)];
    let style = lot.below(6);
    let what = format!(
        "{seed}: {kind}, {pose}, {lies}, spine {}, necks {}, twists {:?} {}, fingers {}, collars {}, toes {}, ends {}, eyes {}, hip joints {}, unit {units_per_m}",
        build.spine,
        build.necks,
        build.twists,
        if build.inside { "inside" } else { "beside" },
        build.fingers,
        build.collars,
        build.toes,
        build.ends,
        build.eyes,
        build.hip_joints
    );
    let ground = ground.filter(|_| lot.chance(0.5));
    let (rig, rests) = rigged(&mut lot, &body, rest_from_body, units_per_m, |lot, joint| {
        if Some(joint) == ground { "Root".to_owned() } else { name(lot, style, joint) }
    });
    let Layout { parts, spine, fingers, .. } = body;
    Generated { rig, parts, spine, fingers, ground, units_per_m, rests, flesh, what }
}

/// The rig of a layout in its rest pose, with axes that mean nothing; and where each joint is, with how what hangs on it is turned.
fn rigged(
    lot: &mut Lot,
    body: &Layout,
    rest_from_body: Quat,
    units_per_m: f32,
    mut name: impl FnMut(&mut Lot, usize) -> String,
) -> (Rig, Vec<(Vec3, Quat)>) {
    let mut rig = Rig::default();
    // Where each joint is in its rest pose, how what hangs on it is turned by that, and its axes.
    let mut rests: Vec<(Vec3, Quat, Quat)> = Vec::new();
    for joint in 0..body.parents.len() {
        let axes = lot.turn();
        let (at, turn, above) = match body.parents[joint] {
            None => (rest_from_body * body.at_m[joint] * units_per_m, rest_from_body * body.turns[joint], None),
            Some(parent) => {
                let (at, turn, axes) = rests[parent];
                (at + turn * (body.at_m[joint] - body.at_m[parent]) * units_per_m, turn * body.turns[joint], Some((at, axes)))
            }
        };
        let (from, parent_from_rest) = above.map_or((Vec3::ZERO, Quat::IDENTITY), |(at, axes)| (at, axes.inverse()));
        rests.push((at, turn, axes));
        let name = name(lot, joint);
        rig.push(&name, body.parents[joint], parent_from_rest * (at - from), parent_from_rest * axes);
    }
    (rig, rests.into_iter().map(|(at, turn, _)| (at, turn)).collect())
}

/// An animal on its four feet.
pub(crate) fn quadruped(seed: u64) -> Rig {
    let mut lot = Lot::new(seed);
    let mut body = Layout::default();
    let (high, long) = (lot.between(0.3, 1.2), lot.between(0.5, 1.6));
    let hips = body.add(None, vec3(0.0, high, 0.0));
    let spine = 1 + lot.below(5);
    let chest = body.strand(hips, vec3(0.0, high, long / spine as f32), Vec3::Z * long / spine as f32, spine);
    let necks = 1 + lot.below(3);
    let neck = body.strand(chest, vec3(0.0, high + 0.1, long + 0.1), vec3(0.0, 0.12, 0.1), necks);
    let neck_m = body.at_m[neck];
    body.strand(neck, neck_m + vec3(0.0, 0.05, 0.15), 0.15 * Vec3::Z, 2);
    body.strand(hips, vec3(0.0, high, -0.1), vec3(0.0, -0.05, -0.12), lot.below(6));
    let wide = lot.between(0.06, 0.15) * (high + long);
    let scapula = lot.chance(0.5);
    for side in [-1.0, 1.0] {
        for (above, z) in [(hips, 0.0), (chest, long)] {
            let above = if scapula && z > 0.0 { body.add(Some(above), vec3(0.5 * wide * side, high, z)) } else { above };
            let bend = 0.1 * high;
            let mut at_m = vec3(wide * side, high, z);
            let mut joint = body.add(Some(above), at_m);
            for step in [vec3(0.0, -0.4 * high, bend), vec3(0.0, -0.4 * high, -bend), vec3(0.0, -0.17 * high, 0.05), vec3(0.0, 0.0, 0.06)] {
                at_m += step;
                joint = body.add(Some(joint), at_m);
            }
        }
    }
    let up = [Quat::IDENTITY, Quat::from_rotation_x(FRAC_PI_2)][lot.below(2)];
    let facing = Quat::from_rotation_y(lot.between(-PI, PI));
    let units_per_m = [1.0, 100.0, 0.01][lot.below(3)];
    rigged(&mut lot, &body, up * facing, units_per_m, |_, joint| format!("node_{joint}")).0
}
