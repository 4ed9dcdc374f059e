//! Programs that motion goes to: which files each opens, and how it wants them.

use super::format::Format;
use super::writing::{Units, WriteOptions};
use crate::motion::NameStyle;
use serde::{Deserialize, Serialize};

/// Seconds from standing still to the first pose that a robot's controller is given.
const ROBOT_LEAD_IN_SECS: f32 = 0.5;

/// A program that motion goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "their labels say it")]
pub enum Program {
    Blender,
    Unreal,
    Unity,
    Maya,
    MotionBuilder,
    Houdini,
    Godot,
    Three,
    Vrm,
    Robot,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Blender,
        Self::Unreal,
        Self::Unity,
        Self::Maya,
        Self::MotionBuilder,
        Self::Houdini,
        Self::Godot,
        Self::Three,
        Self::Vrm,
        Self::Robot,
    ];

    /// What people call it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Blender => "Blender",
            Self::Unreal => "Unreal Engine",
            Self::Unity => "Unity",
            Self::Maya => "Maya",
            Self::MotionBuilder => "MotionBuilder",
            Self::Houdini => "Houdini",
            Self::Godot => "Godot",
            Self::Three => "three.js",
            Self::Vrm => "VRM character",
            Self::Robot => "Robot (GMR)",
        }
    }

    /// The formats that it opens by itself, the one that does best first.
    #[must_use]
    pub fn opens(self) -> &'static [Format] {
        match self {
            Self::Blender => &[Format::Glb, Format::Fbx, Format::Usd, Format::Bvh],
            Self::Unreal => &[Format::Fbx, Format::Glb, Format::Usd],
            Self::Unity => &[Format::Fbx],
            Self::Maya => &[Format::Fbx, Format::Usd],
            Self::MotionBuilder => &[Format::Fbx, Format::Bvh],
            Self::Houdini => &[Format::Fbx, Format::Usd, Format::Glb, Format::Bvh],
            Self::Godot => &[Format::Glb, Format::Fbx],
            Self::Three => &[Format::Glb, Format::Fbx],
            Self::Vrm => &[Format::Vrma],
            Self::Robot => &[Format::Npz],
        }
    }

    /// The joint names that it knows what to do with.
    #[must_use]
    pub fn names(self) -> NameStyle {
        match self {
            Self::Unreal => NameStyle::Unreal,
            Self::Unity | Self::Maya | Self::MotionBuilder | Self::Godot => NameStyle::Mixamo,
            Self::Blender | Self::Houdini | Self::Three | Self::Vrm | Self::Robot => NameStyle::Smpl,
        }
    }

    /// Seconds from standing still to the first pose, in front.
    #[must_use]
    pub fn lead_in_secs(self) -> f32 {
        if self == Self::Robot { ROBOT_LEAD_IN_SECS } else { 0.0 }
    }

    /// How it wants its files, where nothing else is asked for.
    #[must_use]
    pub fn write_options(self) -> WriteOptions {
        WriteOptions { names: self.names(), lead_in_secs: self.lead_in_secs(), units: Units::Cm, ..WriteOptions::default() }
    }
}
