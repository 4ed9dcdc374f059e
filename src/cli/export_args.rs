//! What commands that write motion files accept.

use super::values::{build, color, fingers, frames_a_second, seconds, seconds_or_zero};
use crate::motion::mapping::Fingers;
use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use std::path::{Path, PathBuf};

/// How motion files are written.
#[derive(Clone, Debug, clap::Args)]
pub struct ExportArgs {
    /// The program that it is for, which sets what is not said otherwise: names, ground bone, unit, rate, lead-in
    #[arg(long = "for", value_enum, value_name = "PROGRAM")]
    pub program: Option<Program>,
    /// Frames a second [default: 30]
    #[arg(long, value_name = "FPS", value_parser = ["24", "25", "30", "50", "60"])]
    pub fps: Option<String>,
    /// Joint names (BVH, GLB, FBX, USD) [default: smpl]
    #[arg(long, value_enum)]
    pub names: Option<Names>,
    /// The unit of lengths (BVH only) [default: cm]
    #[arg(long, value_enum)]
    pub units: Option<UnitsArg>,
    /// The root keeps its place on the floor
    #[arg(long)]
    pub in_place: bool,
    /// So many seconds from standing still to the first pose, in front: for robots and physics
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub lead_in: Option<f32>,
    /// Where the translation is measured from: smplx as all tools of SMPL read it, or floor (npz only)
    #[arg(long, value_enum, default_value_t = NpzOriginArg::Smplx)]
    pub npz_origin: NpzOriginArg,
    /// The skeleton without the character (GLB, FBX, USD)
    #[arg(long)]
    pub skeleton_only: bool,
    /// No more than the animation, on nodes of the joints' names (GLB, FBX, USD)
    #[arg(long, conflicts_with = "skeleton_only")]
    pub animation_only: bool,
    /// A bone under the pelvis that carries the ground motion (BVH, GLB, FBX, USD) [default: yes with unreal names, else no]
    #[arg(long, value_name = "yes|no", value_parser = BoolishValueParser::new())]
    pub root_bone: Option<bool>,
    /// Who moves
    #[command(flatten)]
    pub who: CharacterArgs,
}

/// Who moves: the mannequin, or a character of the user's.
#[derive(Clone, Debug, clap::Args)]
pub struct CharacterArgs {
    /// Your own character instead of the mannequin: a rigged .glb .gltf .vrm or .fbx, or the .npz or .pkl file of SMPL, SMPL-H or SMPL-X
    #[arg(long, value_name = "FILE")]
    pub character: Option<PathBuf>,
    /// The shape numbers of a body of SMPL, the first ones first
    #[arg(long, value_name = "B0,B1,…", value_delimiter = ',', allow_hyphen_values = true, requires = "character")]
    pub shape: Vec<f32>,
    /// How your character holds its fingers, where it has some [default: rest]
    #[arg(long, value_name = "rest|relaxed|fist|flat", value_parser = fingers, requires = "character")]
    pub fingers: Option<Fingers>,
    /// The mannequin's colour (not in BVH, npz, npy)
    #[arg(long, value_name = "RRGGBB", value_parser = color, conflicts_with = "character")]
    pub color: Option<[u8; 3]>,
    /// The mannequin's build, from -1 (slim) to 1 (sturdy) (not in BVH, npz, npy)
    #[arg(long, value_name = "B", value_parser = build, default_value_t = 0.0, allow_negative_numbers = true, conflicts_with = "character")]
    pub build: f32,
    /// A mapping preset that says which joint of a skeleton is which, for the file that is read or for your character; may be given for both
    #[arg(long, value_name = "FILE.json")]
    pub map: Vec<PathBuf>,
}

/// `zoetrope convert`
#[derive(Debug, clap::Args)]
pub struct ConvertArgs {
    /// The file to read; a project (.zoetrope) gives its timeline
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// The file to write; with -o, more files to read: each becomes an animation of one .glb or .fbx
    #[arg(value_name = "OUT", required_unless_present = "output")]
    pub more: Vec<PathBuf>,
    /// The file to write, where several are read
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// How it is written
    #[command(flatten)]
    pub export: ExportArgs,
    /// Of several animations, the one of this name or number; `inspect` lists them [default: the first that moves a body]
    #[arg(long, value_name = "NAME|N")]
    pub clip: Option<String>,
    /// The file's frames a second, where it says a wrong number
    #[arg(long, value_name = "F", value_parser = frames_a_second)]
    pub source_fps: Option<f32>,
    /// Clean up: a calm body on its floor, feet that stay; `--cleanup=published` removes sliding as the published scripts do
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "ours")]
    pub cleanup: Option<Cleanup>,
    /// Only what follows this time
    #[arg(long, value_name = "S", value_parser = seconds_or_zero)]
    pub from: Option<f32>,
    /// Only what comes before this time
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub to: Option<f32>,
    /// Of a project, the takes with these numbers in the list of takes [default: the timeline]
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub take: Vec<u32>,
}

impl ConvertArgs {
    /// The files to read and the one to write; none where it is not said which of several that is.
    #[must_use]
    pub fn files(&self) -> Option<(Vec<&Path>, &Path)> {
        let input = self.input.as_path();
        match (&self.output, &self.more[..]) {
            (Some(output), more) => Some((std::iter::once(input).chain(more.iter().map(PathBuf::as_path)).collect(), output)),
            (None, [output]) => Some((vec![input], output)),
            (None, _) => None,
        }
    }
}

/// Programs that motion goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// GLB in metres
    Blender,
    /// FBX with mannequin names below a bone root
    Unreal,
    /// FBX with Mixamo's names, for a Humanoid avatar
    Unity,
    /// FBX with Mixamo's names, for HumanIK
    Maya,
    /// FBX with Mixamo's names, for HumanIK
    #[value(name = "motionbuilder")]
    MotionBuilder,
    /// FBX
    Houdini,
    /// GLB with Mixamo's names, for its humanoid profile
    Godot,
    /// GLB
    Three,
    /// VRMA, for any VRM character
    Vrm,
    /// AMASS npz as General Motion Retargeting reads it, half a second from standing in front
    Robot,
}

/// Joint names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Names {
    /// Pelvis, L_Hip, R_Hip …
    Smpl,
    /// mixamorig:Hips, mixamorig:LeftUpLeg …
    Mixamo,
    /// root, pelvis, thigh_l …
    Unreal,
}

/// Where the translation of npz files is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NpzOriginArg {
    /// SMPL-X's template: a standing body has 0.92 m
    Smplx,
    /// The floor under a standing body, as Zoetrope 0.1 wrote it
    Floor,
}

/// How a motion is cleaned up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cleanup {
    /// Tremble smoothed, the body on the floor, feet pinned where they touch
    Ours,
    /// The published remove-sliding, faults included; slow
    Published,
}

/// Units of a BVH file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnitsArg {
    /// Centimetres
    Cm,
    /// Metres
    M,
}
