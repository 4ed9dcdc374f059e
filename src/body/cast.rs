//! Who is on the stage, as settings and projects keep it.

use super::{MOST_DEVIATION, MannequinLook};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Who is on the stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cast {
    /// The mannequin's look, also while another body is worn.
    pub mannequin: MannequinLook,
    /// Whose body it is.
    pub wears: Wears,
}

/// The kinds of bodies there are. Another kind plugs in here: as what it takes to make its [`super::Character`] again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Wears {
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
}

impl Cast {
    /// All numbers within bounds.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        self.mannequin = self.mannequin.within_bounds();
        if let Wears::Smpl { shape, .. } = &mut self.wears {
            let bounded = |number: &f32| if number.is_finite() { number.clamp(-MOST_DEVIATION, MOST_DEVIATION) } else { 0.0 };
            shape.iter_mut().for_each(|number| *number = bounded(number));
        }
        self
    }

    /// As a file in this folder keeps it: files that lie in the folder or under it are named from there, so that both can move.
    #[must_use]
    pub fn seen_from(mut self, folder: &Path) -> Self {
        if let Wears::Smpl { path, .. } = &mut self.wears
            && let Ok(inside) = path.strip_prefix(folder)
        {
            *path = inside.to_owned();
        }
        self
    }

    /// What a file in this folder keeps, with whole paths.
    #[must_use]
    pub fn kept_in(mut self, folder: &Path) -> Self {
        if let Wears::Smpl { path, .. } = &mut self.wears {
            *path = folder.join(&path);
        }
        self
    }
}
