//! Does a motion do what was asked? For 28 actions, measured effects with bounds that real motion capture of the action keeps and
//! other motion capture does not.
//!
//! The bounds were set on the archives of CMU, Bandai Namco, HDM05 and Mesh2Motion, read and retargeted by this program, by the
//! clips' captions; `tests/core/archives.rs` measures the shares again where the archives are. They say whether an action can be
//! recognised, not whether it looks good.

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
        pub enum Action {
            $($action,)*
        }

        impl Action {
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

impl Action {
    /// What must hold of a motion that does it: every one of these.
    #[must_use]
    pub fn asks(self) -> &'static [Ask] {
        table::asks(self)
    }

    /// Whether a motion does it.
    #[must_use]
    pub fn is_done_by(self, motion: &Motion) -> bool {
        let tracks = Tracks::of(motion);
        self.asks().iter().all(|ask| (ask.from..=ask.to).contains(&ask.effect.of(&tracks)))
    }
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

/// A number measured on a whole motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Mean speed of the pelvis along its heading, m/s; negative backwards.
    ForwardSpeed,
    /// Mean speed of the pelvis to the body's left, m/s; negative to the right.
    SideSpeed,
    /// Change of heading from the first to the last frame, degrees; positive to the left.
    Turn,
    /// Height of the lowest foot joint when it is highest, m.
    Flight,
    /// Lowest height of the pelvis, m.
    PelvisLow,
    /// Most forward pitch of the trunk while the pelvis is above 0.7 m, degrees.
    Bow,
    /// Mean forward pitch of the trunk, degrees.
    Stoop,
    /// How often the tip of a hand changes direction by 3 cm or more without the wrist going down to the hip.
    HandSwings,
    /// The same of the left hand alone.
    LeftHandSwings,
    /// The same of the right hand alone.
    RightHandSwings,
    /// Height above the head joint that the left wrist reaches for a while, m.
    LeftHandUp,
    /// The same of the right wrist.
    RightHandUp,
    /// Height above the head joint that both wrists reach together for a while, m.
    HandsUp,
    /// Angle of an outstretched leg from straight down at its highest, degrees.
    LegRaise,
    /// Greatest speed at which a wrist leaves its shoulder at about shoulder height, m/s.
    Punch,
    /// Mean speed of elbows and wrists about the pelvis, m/s.
    ArmSpeed,
    /// How often the feet change between coming together and parting sideways by 10 cm or more.
    Straddles,
    /// Mean speed of knees and ankles about the pelvis, m/s.
    LegSpeed,
    /// How much the pelvis goes up and down within half a second, the median, m.
    Bounce,
    /// How far one wrist is ahead of the other in the widest tenth of the frames, m.
    ArmSwing,
    /// Speed of the fastest joint, exceeded in a tenth of the frames, m/s.
    FastestJoint,
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
        }
    }
}
