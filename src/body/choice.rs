//! Who is on the stage, as settings and projects keep it.

use super::{MOST_DEVIATION, MannequinLook};
use crate::motion::mapping::{Fingers, Preset};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Who is on the stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CharacterChoice {
    /// The mannequin's look, also while another character is on the stage.
    pub mannequin: MannequinLook,
    /// Whose body it is; older files call it `wears`.
    #[serde(alias = "wears")]
    pub kind: CharacterKind,
}

/// The kinds of characters there are. Another kind plugs in here: as what it takes to make its [`super::Character`] again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum CharacterKind {
    /// The mannequin's own.
    #[default]
    Mannequin,
    /// That of a file of SMPL, SMPL-H or SMPL-X.
    Smpl {
        /// The file.
        path: PathBuf,
        /// Its shape numbers, in deviations; missing ones are 0.
        shape: Vec<f32>,
    },
    /// A rigged character as its file has it.
    Rigged {
        /// The file.
        path: PathBuf,
        /// How it holds its fingers.
        #[serde(default)]
        fingers: Fingers,
        /// Which of its joints is which, where the user decided that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mapping: Option<Preset>,
    },
}

impl CharacterKind {
    /// A rigged character as it comes.
    #[must_use]
    pub fn rigged(path: PathBuf) -> Self {
        Self::Rigged { path, fingers: Fingers::default(), mapping: None }
    }

    /// Its file, if it has one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Mannequin => None,
            Self::Smpl { path, .. } | Self::Rigged { path, .. } => Some(path),
        }
    }

    fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Mannequin => None,
            Self::Smpl { path, .. } | Self::Rigged { path, .. } => Some(path),
        }
    }
}

impl CharacterChoice {
    /// All numbers within bounds.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        self.mannequin = self.mannequin.within_bounds();
        if let CharacterKind::Smpl { shape, .. } = &mut self.kind {
            let bounded = |number: &f32| if number.is_finite() { number.clamp(-MOST_DEVIATION, MOST_DEVIATION) } else { 0.0 };
            shape.iter_mut().for_each(|number| *number = bounded(number));
        }
        self
    }

    /// As a file in this folder keeps it: files that lie in the folder or under it are named from there, so that both can move.
    #[must_use]
    pub fn with_paths_relative_to(mut self, folder: &Path) -> Self {
        if let Some(path) = self.kind.path_mut()
            && let Ok(inside) = path.strip_prefix(folder)
        {
            *path = inside.to_owned();
        }
        self
    }

    /// What a file in this folder keeps, with whole paths.
    #[must_use]
    pub fn with_paths_from(mut self, folder: &Path) -> Self {
        if let Some(path) = self.kind.path_mut() {
            *path = folder.join(&path);
        }
        self
    }
}
