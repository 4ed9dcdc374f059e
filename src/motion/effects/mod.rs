//! Does a motion do what was asked? For 28 actions, measured effects with bounds that real motion capture of the action keeps and
//! other motion capture does not.
//!
//! The bounds were set on the archives of CMU, Bandai Namco, HDM05 and Mesh2Motion, read and retargeted by this program, by the
//! clips' captions; `tests/core/archives.rs` measures the shares again where the archives are. They say whether an action can be
//! recognised, not whether it looks good.

mod captions;
mod postures;
mod table;
mod tracks;

use super::{Joint, Motion};
use tracks::{Hand, Tracks};

/// Declares the actions: each with its name in words.
macro_rules! actions {
    ($($action:ident $name:literal,)*) => {
        /// An action with a measured effect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum MeasuredAction {
            $($action,)*
        }

        impl MeasuredAction {
            /// All actions, in the order of tables.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$action),*];

            /// The action in words, for tables.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    Walk "walk",
    Run "run",
    Jump "jump",
    TurnLeft "turn left",
    TurnRight "turn right",
    Wave "wave",
    Bow "bow",
    Kick "kick",
    Punch "punch",
    Dance "dance",
    RaiseBothHands "raise both hands",
    WalkBackwards "walk backwards",
    StandStill "stand still",
    OldWalk "old person's walk",
    HappyWalk "happy walk",
    Crouch "crouch",
    WalkSlowly "walk slowly",
    StepLeft "step to the left",
    StepRight "step to the right",
    RunAndTurnLeft "run and turn left",
    RunAndTurnRight "run and turn right",
    WaveLeftHand "wave the left hand",
    WaveRightHand "wave the right hand",
    RaiseLeftHand "raise the left hand",
    RaiseRightHand "raise the right hand",
    TiredWalk "tired walk",
    WalkAndWave "walk and wave",
    JumpingJacks "jumping jacks",
}

/// Bounds on a measured effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// What is measured.
    pub effect: Effect,
    /// Lowest value, inclusive.
    pub from: f32,
    /// Highest value, inclusive.
    pub to: f32,
}

impl Ask {
    /// Bounds as lists of prompts have them, `effect from..to` with commas between, either end left out; `None` where one is not understood.
    #[must_use]
    pub fn list(text: &str) -> Option<Vec<Self>> {
        let bound = |text: &str, open: f32| if text.is_empty() { Some(open) } else { text.parse().ok() };
        text.split(',')
            .map(|ask| {
                let (effect, range) = ask.trim().rsplit_once(' ')?;
                let (from, to) = range.split_once("..")?;
                Some(Self { effect: Effect::named(effect)?, from: bound(from, -f32::INFINITY)?, to: bound(to, f32::INFINITY)? })
            })
            .collect()
    }

    /// Whether a motion keeps all of some bounds.
    #[must_use]
    pub fn all_kept(asks: &[Self], motion: &Motion) -> bool {
        let tracks = Tracks::of(motion);
        asks.iter().all(|ask| (ask.from..=ask.to).contains(&ask.effect.of(&tracks)))
    }
}

/// Declares the effects: each with what it is and its name in lists.
macro_rules! effects {
    ($($(#[$what:meta])* $effect:ident $name:literal,)*) => {
        /// A number measured on a whole motion.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Effect {
            $($(#[$what])* $effect,)*
        }

        impl Effect {
            /// The effect of a name, as lists of prompts have it.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$effect),)*
                    _ => None,
                }
            }
        }
    };
}

effects! {
    /// Mean speed of the pelvis along its heading, m/s; negative backwards.
    ForwardSpeed "forward speed",
    /// Mean speed of the pelvis to the body's left, m/s; negative to the right.
    SideSpeed "side speed",
    /// Change of heading from the first to the last frame, degrees; positive to the left.
    Turn "turn",
    /// Height of the lowest foot joint when it is highest, m.
    Flight "flight",
    /// Lowest height of the pelvis, m.
    PelvisLow "pelvis low",
    /// Most forward pitch of the trunk while the pelvis is above 0.7 m, degrees.
    Bow "bow",
    /// Mean forward pitch of the trunk, degrees.
    Stoop "stoop",
    /// How often the tip of a hand changes direction by 3 cm or more without the wrist going down to the hip.
    HandSwings "hand swings",
    /// The same of the left hand alone.
    LeftHandSwings "left hand swings",
    /// The same of the right hand alone.
    RightHandSwings "right hand swings",
    /// Height above the head joint that the left wrist reaches for a while, m.
    LeftHandUp "left hand up",
    /// The same of the right wrist.
    RightHandUp "right hand up",
    /// Height above the head joint that both wrists reach together for a while, m.
    HandsUp "hands up",
    /// Angle of an outstretched leg from straight down at its highest, degrees.
    LegRaise "leg raise",
    /// Greatest speed at which a wrist leaves its shoulder at about shoulder height, m/s.
    Punch "punch",
    /// Mean speed of elbows and wrists about the pelvis, m/s.
    ArmSpeed "arm speed",
    /// How often the feet change between coming together and parting sideways by 10 cm or more.
    Straddles "straddles",
    /// Mean speed of knees and ankles about the pelvis, m/s.
    LegSpeed "leg speed",
    /// How much the pelvis goes up and down within half a second, the median, m.
    Bounce "bounce",
    /// How far one wrist is ahead of the other in the widest tenth of the frames, m.
    ArmSwing "arm swing",
    /// Speed of the fastest joint, exceeded in a tenth of the frames, m/s.
    FastestJoint "fastest joint",
    /// Height of the pelvis in the last frame, m.
    PelvisEnd "pelvis at the end",
    /// Lowest height of the head joint, m.
    HeadLow "head low",
    /// Height of the head joint in the last frame, m.
    HeadEnd "head at the end",
    /// Angle of the trunk from upright that half of the frames reach, degrees.
    Tilt "tilt",
    /// Greatest angle of the trunk from upright, degrees.
    MostTilt "most tilt",
    /// Height to which a wrist goes down for a while, m.
    HandLow "hand low",
    /// Distance to which the wrists come together for a while, m.
    HandsTogether "hands together",
    /// Distance to which the wrists part for a while, m.
    HandsApart "hands apart",
    /// How often the wrists change between coming together and parting by 4 cm or more.
    Claps "claps",
    /// Distance to which a wrist comes near the head joint for a while, m.
    HandAtHead "hand at head",
    /// Distance to which both wrists come near the sides of the waist at once for a while, m.
    HandsAtHips "hands at hips",
    /// How far a wrist is ahead of its shoulder for a while, m.
    HandAhead "hand ahead",
    /// Greatest speed of a wrist about the pelvis, m/s.
    HandSpeed "hand speed",
    /// How often a wrist changes between rising and sinking by 12 cm or more.
    HandStrokes "hand strokes",
    /// How often the head changes between rising and sinking by 8 cm or more.
    HeadSwings "head swings",
    /// Sum of all changes of heading, to whichever side, degrees.
    Turned "turned",
    /// Length of the way of the pelvis over the floor, m.
    Way "way",
    /// Greatest turn of the head against the pelvis for a while, degrees; positive to the left.
    HeadTurn "head turn",
    /// Greatest pitch of the head for a while, degrees; positive down.
    HeadPitch "head pitch",
    /// Greatest turn of the shoulders against the pelvis for a while, to whichever side, degrees.
    TrunkTwist "trunk twist",
    /// Height of the higher ankle that half of the frames reach, m.
    FootLifted "foot lifted",
}

impl Effect {
    /// Measures a motion; 0 where it is too short.
    #[must_use]
    pub fn measure(self, motion: &Motion) -> f32 {
        self.of(&Tracks::of(motion))
    }

    fn of(self, tracks: &Tracks) -> f32 {
        match self {
            Self::ForwardSpeed => tracks.velocity().z,
            Self::SideSpeed => tracks.velocity().x,
            Self::Turn => tracks.turn(),
            Self::Flight => tracks.flight(),
            Self::PelvisLow => tracks.pelvis_low(),
            Self::Bow => tracks.bow(),
            Self::Stoop => tracks.stoop(),
            Self::HandSwings => tracks.hand_swings(Hand::Left).max(tracks.hand_swings(Hand::Right)),
            Self::LeftHandSwings => tracks.hand_swings(Hand::Left),
            Self::RightHandSwings => tracks.hand_swings(Hand::Right),
            Self::LeftHandUp => tracks.hands_up(&[Joint::LWrist]),
            Self::RightHandUp => tracks.hands_up(&[Joint::RWrist]),
            Self::HandsUp => tracks.hands_up(&[Joint::LWrist, Joint::RWrist]),
            Self::Straddles => tracks.straddles(),
            Self::LegRaise => tracks.leg_raise(),
            Self::Punch => tracks.punch(),
            Self::ArmSpeed => tracks.speed_about_pelvis(&tracks::ARMS),
            Self::LegSpeed => tracks.speed_about_pelvis(&tracks::LEGS),
            Self::Bounce => tracks.bounce(),
            Self::ArmSwing => tracks.arm_swing(),
            Self::FastestJoint => tracks.fastest_joint(),
            Self::PelvisEnd => tracks.height_at_end(Joint::Pelvis),
            Self::HeadLow => tracks.lowest(Joint::Head),
            Self::HeadEnd => tracks.height_at_end(Joint::Head),
            Self::Tilt => tracks.tilt(),
            Self::MostTilt => tracks.most_tilt(),
            Self::HandLow => tracks.hand_low(),
            Self::HandsTogether => -tracks.hands_apart(-1.0),
            Self::HandsApart => tracks.hands_apart(1.0),
            Self::Claps => tracks.claps(),
            Self::HandAtHead => tracks.hand_at_head(),
            Self::HandsAtHips => tracks.hands_at_hips(),
            Self::HandAhead => tracks.hand_ahead(),
            Self::HandSpeed => tracks.hand_speed(),
            Self::HandStrokes => tracks.strokes(&[Joint::LWrist, Joint::RWrist], 0.12),
            Self::HeadSwings => tracks.strokes(&[Joint::Head], 0.08),
            Self::Turned => tracks.turned(),
            Self::Way => tracks.way(),
            Self::HeadTurn => tracks.head_turn(),
            Self::HeadPitch => tracks.head_pitch(),
            Self::TrunkTwist => tracks.trunk_twist(),
            Self::FootLifted => tracks.foot_lifted(),
        }
    }
}
