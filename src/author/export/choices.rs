//! How exports are written: what the dialog chooses, remembered from one export to the next. Plain data that can be stored.

use super::film;
use super::names::USUAL_PATTERN;
use crate::formats::{Contents, Format, Program, Units, WriteOptions};
use crate::motion::{FPS, JOINT_COUNT, Motion, NameStyle};
use crate::timeline::Provenance;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Frames a second to choose from.
pub const RATES: [u16; 5] = [24, 25, 30, 50, 60];
/// Pictures a second to choose from. GIF cannot do more than 50.
pub const FILM_RATES: [u16; 4] = [12, 24, 30, 60];
/// Sizes of pictures to choose from, pixels.
pub const FILM_SIZES: [(u32, u32); 4] = [(640, 360), (1280, 720), (1920, 1080), (1080, 1080)];
/// The lead-in to choose, milliseconds, and the longest that is kept.
pub const LEAD_IN_MS: u16 = 500;
const LONGEST_LEAD_IN_MS: u16 = 10_000;
/// The most pictures a second of a GIF.
const FASTEST_GIF: u16 = 30;

/// What is exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportOf {
    /// The timeline or the take, whichever is shown: one file.
    #[default]
    Shown,
    /// All takes of the list, a file each.
    Takes,
    /// The favourites of the list, a file each.
    Favourites,
    /// The clips of the timeline, a file each.
    Clips,
}

/// A kind of file, by the ending of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the endings say it")]
pub enum FileKind {
    #[default]
    Glb,
    Fbx,
    Usd,
    Vrma,
    Vrm,
    Gltf,
    Bvh,
    Npz,
    Npy,
    Mp4,
    WebM,
    Gif,
    Png,
}

impl FileKind {
    /// All kinds, with their names and who reads them.
    pub const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::Glb, "GLB", "character and animation: Blender, Unreal, Unity, the web"),
        (Self::Fbx, "FBX", "character and animation: Maya, Unity, MotionBuilder, Unreal, Blender"),
        (Self::Usd, "USD", "character and animation: Houdini, Omniverse, Maya, Unreal"),
        (Self::Vrma, "VRMA", "the motion alone, for any VRM character: VTuber programs, VRChat, the web"),
        (Self::Vrm, "VRM", "your own VRM character with the animation in it"),
        (Self::Gltf, "glTF", "your own glTF file with the animation in it, as one text"),
        (Self::Bvh, "BVH", "skeleton and animation: MotionBuilder, Houdini, Blender"),
        (Self::Npz, "NPZ", "SMPL pose parameters as in AMASS: research"),
        (Self::Npy, "NPY", "272 features a frame: training and evaluation"),
        (Self::Mp4, "MP4", "the stage as you see it, without panels: a video for any player (H.264)"),
        (Self::WebM, "WebM", "the same, free of H.264's patents, for the web; needs ffmpeg"),
        (Self::Gif, "GIF", "the stage as you see it, without panels: a picture that moves"),
        (Self::Png, "PNG", "the stage as you see it, without panels: a numbered picture for each frame"),
    ];

    /// The kind that a format of motion files is.
    #[must_use]
    pub fn of_format(format: Format) -> Self {
        match format {
            Format::Glb => Self::Glb,
            Format::Fbx => Self::Fbx,
            Format::Usd => Self::Usd,
            Format::Vrma => Self::Vrma,
            Format::Bvh => Self::Bvh,
            Format::Npz => Self::Npz,
            Format::Npy => Self::Npy,
        }
    }

    /// The ending of its name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Glb => "glb",
            Self::Fbx => "fbx",
            Self::Usd => "usda",
            Self::Vrma => "vrma",
            Self::Vrm => "vrm",
            Self::Gltf => "gltf",
            Self::Bvh => "bvh",
            Self::Npz => "npz",
            Self::Npy => "npy",
            Self::Mp4 => "mp4",
            Self::WebM => "webm",
            Self::Gif => "gif",
            Self::Png => "png",
        }
    }

    /// The kind of a file by its ending.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        if ending.eq_ignore_ascii_case("usdz") {
            return Some(Self::Usd);
        }
        Self::ALL.map(|(kind, ..)| kind).into_iter().find(|kind| ending.eq_ignore_ascii_case(kind.ending()))
    }

    /// Whether it shows the stage instead of holding the motion.
    #[must_use]
    pub fn is_film(self) -> bool {
        matches!(self, Self::Mp4 | Self::WebM | Self::Gif | Self::Png)
    }

    /// Whether it is the user's own file with a motion in it, and nothing without one.
    #[must_use]
    pub fn is_own_file(self) -> bool {
        matches!(self, Self::Vrm | Self::Gltf)
    }

    /// Whether it names joints.
    #[must_use]
    pub fn has_bones(self) -> bool {
        self.has_contents() || self.is_own_file() || self == Self::Bvh
    }

    /// Whether it can hold a character beside the animation.
    #[must_use]
    pub fn has_contents(self) -> bool {
        matches!(self, Self::Glb | Self::Fbx | Self::Usd)
    }

    /// Whether it can hold several animations.
    #[must_use]
    pub fn holds_several(self) -> bool {
        self.is_own_file() || matches!(self, Self::Glb | Self::Fbx)
    }

    /// Whether it can have another rate than ours.
    #[must_use]
    pub fn has_rate(self) -> bool {
        self != Self::Npy
    }

    /// The path as one of this kind of file.
    #[must_use]
    pub fn named(self, path: &Path) -> PathBuf {
        if Self::of(path) == Some(self) {
            return path.to_owned();
        }
        if Self::of(path).is_some() { path.with_extension(self.ending()) } else { path.with_added_extension(self.ending()) }
    }
}

/// How exports are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoices {
    /// The program that it is for, which chose the rest; any part may have been chosen anew.
    pub program: Option<Program>,
    /// The kind of file.
    pub kind: FileKind,
    /// Where files go.
    pub folder: PathBuf,
    /// What goes out beside the animation (GLB, FBX, USD).
    pub contents: Contents,
    /// Names of the joints (GLB, FBX, USD, BVH).
    pub names: NameStyle,
    /// Whether a bone `root` carries the ground motion (GLB, FBX, USD, BVH).
    pub root_bone: bool,
    /// The unit of lengths (BVH).
    pub units: Units,
    /// Frames a second.
    pub fps: u16,
    /// Whether the root stays on the spot.
    pub in_place: bool,
    /// From standing still to the first pose, in front, milliseconds.
    pub lead_in_ms: u16,
    /// Whether all of the timeline goes out although a range is set.
    pub whole: bool,
    /// Width and height of pictures, pixels.
    pub film_size: (u32, u32),
    /// Pictures a second.
    pub film_fps: u16,
    /// How files are called of which there are several; see [`super::names`].
    pub pattern: String,
    /// Whether several takes become animations of one file, where its kind can hold them.
    pub together: bool,
}

impl Default for ExportChoices {
    fn default() -> Self {
        Self {
            program: None,
            kind: FileKind::default(),
            folder: PathBuf::new(),
            contents: Contents::default(),
            names: NameStyle::default(),
            root_bone: false,
            units: Units::default(),
            fps: FPS as u16,
            in_place: false,
            lead_in_ms: 0,
            whole: false,
            film_size: FILM_SIZES[1],
            film_fps: FILM_RATES[1],
            pattern: USUAL_PATTERN.to_owned(),
            together: false,
        }
    }
}

impl ExportChoices {
    /// The choices with a rate that can be written.
    #[must_use]
    pub fn within_bounds(self) -> Self {
        let fps = if RATES.contains(&self.fps) { self.fps } else { FPS as u16 };
        let film_fps = if FILM_RATES.contains(&self.film_fps) { self.film_fps } else { FILM_RATES[1] };
        let lead_in_ms = self.lead_in_ms.min(LONGEST_LEAD_IN_MS);
        let (width, height) = self.film_size;
        let film_size = (width.clamp(64, 4096), height.clamp(64, 4096));
        Self { fps, film_fps, film_size, lead_in_ms, ..self }
    }

    /// The choices as a program wants them.
    #[must_use]
    pub fn for_program(self, program: Program) -> Self {
        let best = program.opens().first().copied().map_or(self.kind, FileKind::of_format);
        let lead_in_ms = (program.lead_in_secs() * 1000.0) as u16;
        Self { program: Some(program), kind: best, units: Units::Cm, fps: FPS as u16, lead_in_ms, ..self.with_names(program.names()) }
    }

    /// The choices with other names, and a ground bone if skeletons of these usually have one.
    #[must_use]
    pub fn with_names(self, names: NameStyle) -> Self {
        Self { names, root_bone: names.has_root_bone(), ..self }
    }

    /// Frames a second of a kind of file.
    #[must_use]
    pub fn fps_of(&self, kind: FileKind) -> f32 {
        match kind {
            FileKind::Npy => FPS,
            FileKind::Gif => f32::from(self.film_fps.min(FASTEST_GIF)),
            FileKind::Mp4 | FileKind::WebM | FileKind::Png => f32::from(self.film_fps),
            FileKind::Glb
            | FileKind::Fbx
            | FileKind::Usd
            | FileKind::Vrma
            | FileKind::Vrm
            | FileKind::Gltf
            | FileKind::Bvh
            | FileKind::Npz => f32::from(self.fps),
        }
    }

    /// What the writers are told for a kind of file.
    #[must_use]
    pub fn write_options(&self, kind: FileKind, provenance: Provenance) -> WriteOptions {
        WriteOptions {
            fps: self.fps_of(kind),
            names: self.names,
            units: self.units,
            in_place: self.in_place,
            lead_in_secs: f32::from(self.lead_in_ms) / 1000.0,
            root_bone: Some(self.root_bone),
            contents: if kind.is_own_file() { Contents::Character } else { self.contents },
            provenance: Some(provenance),
            ..WriteOptions::default()
        }
    }

    /// Whether several motions become animations of this one file.
    #[must_use]
    pub fn is_together(&self, of: ExportOf, path: &Path) -> bool {
        of != ExportOf::Shown && self.together && FileKind::of(path).is_some_and(FileKind::holds_several)
    }

    /// What a file of a motion of so many frames at 30 a second will hold, in a line. `own_bones` is how many bones the user's character has.
    #[must_use]
    pub fn summary(&self, path: &Path, frames: usize, own_bones: Option<usize>) -> String {
        let name = path.file_name().map_or_else(|| "…".into(), |name| name.to_string_lossy());
        let kind = FileKind::of(path).unwrap_or(self.kind);
        let fps = self.fps_of(kind);
        let lead_in = if kind.is_film() { 0 } else { usize::from(self.lead_in_ms) * FPS as usize / 1000 };
        let frames = frames + lead_in;
        let secs = frames as f32 / FPS;
        if kind.is_film() {
            let name = if kind == FileKind::Png {
                film::page(path, 1).file_name().map_or(name, |name| name.to_owned().to_string_lossy().into_owned().into())
            } else {
                name
            };
            let (pictures, (width, height)) = (film::count(secs, fps), self.film_size);
            return format!("{name}  ·  {secs:.2} s  ·  {pictures} pictures at {fps} a second  ·  {width} × {height}");
        }
        let bones = match (kind, own_bones) {
            (FileKind::Npz, _) => format!("{JOINT_COUNT} joints"),
            (FileKind::Npy, _) => "272 numbers a frame".to_owned(),
            (FileKind::Vrma, _) => format!("{JOINT_COUNT} bones"),
            (_, Some(bones)) => format!("{bones} bones"),
            (_, None) => format!("{} bones", JOINT_COUNT + usize::from(self.root_bone && kind.has_bones())),
        };
        format!("{name}  ·  {secs:.2} s  ·  {} frames at {fps} fps  ·  {bones}", Motion::frames_at(frames, fps))
    }
}
