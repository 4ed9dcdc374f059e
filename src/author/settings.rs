//! What the window remembers from one day to the next.

use super::export::ExportChoices;
use super::overlays::Overlays;
use crate::body::CharacterChoice;
use crate::library::STARTER;
use crate::view::Quality;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most projects to open again.
const MOST_RECENT: usize = 8;
/// How large the window's text and buttons may be.
pub const SCALES: std::ops::RangeInclusive<f32> = 0.75..=2.0;

/// The user's choices. What an older program did not know of is as usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Projects to open again, the latest first.
    pub recent: Vec<PathBuf>,
    /// How large text and buttons are; 1 is as designed.
    pub scale: f32,
    /// How exports are written.
    pub export: ExportChoices,
    /// What is seen beside the character.
    pub overlays: Overlays,
    /// How finely the stage is drawn; nothing is what suits the device.
    pub quality: Option<Quality>,
    /// The folder of the study that was rated last, and by whom.
    pub rated: (PathBuf, String),
    /// Dark or light.
    pub appearance: Appearance,
    /// Who is on the stage. Older files call it `cast`.
    #[serde(alias = "cast")]
    pub character: CharacterChoice,
    /// The graphics driver whose fault was told last.
    pub told_driver: Option<String>,
    /// The model that is loaded at the start: a name or a folder.
    pub model: String,
    /// How fast models were the last time.
    pub speeds: BTreeMap<String, ModelSpeed>,
    /// The user's own language model, which says prompts in other words.
    pub rewriter: Option<PathBuf>,
}

/// How fast a model was the last time, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpeed {
    /// The device's name.
    pub device: String,
    /// Tokens a second; 15 are real time.
    pub tokens_per_sec: f32,
}

/// Whether the window and its stage are dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Appearance {
    /// As the system's other windows; dark where the system does not say.
    #[default]
    System,
    /// Graphite.
    Dark,
    /// Paper.
    Light,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            scale: 1.0,
            export: ExportChoices::default(),
            overlays: Overlays::default(),
            quality: None,
            rated: Default::default(),
            appearance: Appearance::System,
            character: CharacterChoice::default(),
            told_driver: None,
            model: STARTER.to_owned(),
            speeds: BTreeMap::new(),
            rewriter: None,
        }
    }
}

impl Settings {
    /// Where they are kept: a file in the user's configuration.
    #[must_use]
    pub fn file() -> Option<PathBuf> {
        Some(directories::ProjectDirs::from("", "", "zoetrope")?.config_dir().join("settings.ron"))
    }

    /// What a file says; the usual ones where there is none. Choices come back with every click: an unreadable file only costs these.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let Ok(text) = std::fs::read_to_string(path) else { return Self::default() };
        let settings: Self = ron::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!("settings that cannot be read are left out ({error}): {}", path.display());
            Self::default()
        });
        settings.within_bounds()
    }

    /// Writes them.
    ///
    /// # Errors
    /// The folder or file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let fail = |error: &dyn std::fmt::Display| format!("could not keep the settings ({error}): {}", path.display());
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).map_err(|error| fail(&error))?;
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| fail(&error))?;
        crate::formats::write_text(path, &text).map_err(|error| error.to_string())
    }

    /// Whether the window and its stage are light, where the system's other windows are or not.
    #[must_use]
    pub fn is_light(&self, system_is_light: bool) -> bool {
        match self.appearance {
            Appearance::System => system_is_light,
            Appearance::Dark => false,
            Appearance::Light => true,
        }
    }

    /// Chooses how large text and buttons are.
    pub(super) fn set_scale(&mut self, scale: f32) {
        self.scale = scale;
        *self = std::mem::take(self).within_bounds();
    }

    /// A project was opened or saved.
    pub(super) fn remember(&mut self, project: &Path) {
        // Another day begins in another folder.
        let project = std::path::absolute(project).unwrap_or_else(|_| project.to_owned());
        self.recent.retain(|other| *other != project);
        self.recent.insert(0, project);
        self.recent.truncate(MOST_RECENT);
    }

    fn within_bounds(mut self) -> Self {
        self.scale = if self.scale.is_finite() { self.scale.clamp(*SCALES.start(), *SCALES.end()) } else { 1.0 };
        self.recent.truncate(MOST_RECENT);
        self.character = self.character.within_bounds();
        self.export = self.export.within_bounds();
        self.overlays.set_onion_frames(self.overlays.onion_frames);
        self
    }
}
