//! Who is on the stage: the mannequin with its look, or the user's own body with its shape.
//!
//! This is a way of seeing, as the camera is: it goes with the project and with the window's settings, and undo, which is for motions,
//! leaves it alone.

use super::desk::Desk;
use super::dialog::{Dialog, Purpose};
use crate::author::settings::Settings;
use crate::body::{BodyModel, Character, CharacterChoice, CharacterKind, MOST_DEVIATION, MannequinLook};
use crate::formats;
use crate::tasks::{Task, TaskKind, outcome};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shape numbers that can be changed: the first ones tell most.
pub const SHAPES: usize = 10;

/// What can be done with the character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CharacterAction {
    /// Open the dialog for an own body.
    OpenBody,
    /// Read a body of SMPL, SMPL-H or SMPL-X; it takes the mannequin's place on the stage and in exports.
    LoadBody(PathBuf),
    /// Give the body one of its shape numbers, from 0, in deviations.
    BodyShape(usize, f32),
    /// The mannequin again.
    DropBody,
    /// Choose the mannequin's colour: red, green, blue of sRGB.
    MannequinColor([u8; 3]),
    /// Choose the mannequin's build, from -1 (slim) over 0 to 1 (sturdy).
    MannequinBuild(f32),
}

/// A body that was read from a file.
#[derive(Clone, Debug)]
pub struct Body {
    path: PathBuf,
    model: Arc<BodyModel>,
    shape: Vec<f32>,
    character: Arc<Character>,
}

impl Body {
    /// The body of this model with a shape, in deviations; missing numbers are 0.
    #[must_use]
    pub fn new(path: PathBuf, model: BodyModel, shape: &[f32]) -> Self {
        let number = |place: usize| shape.get(place).map_or(0.0, |number| number.clamp(-MOST_DEVIATION, MOST_DEVIATION));
        let shape: Vec<f32> = (0..model.shapes_m.len().min(SHAPES)).map(number).collect();
        let character = Arc::new(model.character(&shape));
        Self { path, model: Arc::new(model), shape, character }
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its shape, in deviations.
    #[must_use]
    pub fn shape(&self) -> &[f32] {
        &self.shape
    }

    /// It with its shape.
    #[must_use]
    pub fn character(&self) -> &Arc<Character> {
        &self.character
    }

    fn kind(&self) -> CharacterKind {
        CharacterKind::Smpl { path: self.path.clone(), shape: self.shape.clone() }
    }
}

/// Who is on the stage.
#[derive(Debug, Default)]
pub struct CharacterAssets {
    /// The user's own body, where one is on the stage.
    body: Option<Body>,
    /// The mannequin, where it does not look as it comes.
    mannequin: Option<Arc<Character>>,
    /// The body that is being read: of several the latest.
    reading: Option<Task<Body>>,
}

impl CharacterAssets {
    /// The user's own body, if one is on the stage.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// Whose mesh and bones are shown and exported; the mannequin's as it comes where there is none. Another kind of body has its arm here.
    #[must_use]
    pub fn character(&self) -> Option<Arc<Character>> {
        self.body.as_ref().map(|body| &body.character).or(self.mannequin.as_ref()).cloned()
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: CharacterAction, desk: &mut Desk) {
        let look = desk.settings.character.mannequin;
        match action {
            CharacterAction::OpenBody => {
                let path = self.body().map(|body| body.path.clone()).unwrap_or_default();
                desk.dialog = Dialog::to_read(Purpose::Body, path);
            }
            CharacterAction::LoadBody(path) => {
                desk.dialog = Dialog::None;
                // Another day begins in another folder.
                self.load(std::path::absolute(&path).unwrap_or(path), Vec::new(), desk);
            }
            CharacterAction::BodyShape(number, deviations) => self.shape(number, deviations, &mut desk.settings),
            CharacterAction::DropBody => {
                self.body = None;
                desk.settings.character.kind = CharacterKind::Mannequin;
            }
            CharacterAction::MannequinColor(color) => self.look(MannequinLook { color, ..look }, &mut desk.settings),
            CharacterAction::MannequinBuild(build) => self.look(MannequinLook { build, ..look }, &mut desk.settings),
        }
    }

    /// Puts somebody else on the stage: of the settings at the start, of a project that was opened.
    pub(super) fn take_on(&mut self, character: CharacterChoice, desk: &mut Desk) {
        let character = character.within_bounds();
        self.look(character.mannequin, &mut desk.settings);
        let coming = match &character.kind {
            CharacterKind::Smpl { path, shape } if self.body.as_ref().is_none_or(|body| body.path != *path || body.shape != *shape) => {
                self.load(path.clone(), shape.clone(), desk);
                true
            }
            _ => false,
        };
        if character.kind == CharacterKind::Mannequin || coming {
            self.body = None;
        }
        desk.settings.character = character;
    }

    /// Gives the mannequin a look.
    fn look(&mut self, look: MannequinLook, settings: &mut Settings) {
        let look = look.within_bounds();
        if look != settings.character.mannequin || self.mannequin.is_none() {
            self.mannequin = (look != MannequinLook::default()).then(|| Arc::new(Character::mannequin_with(look)));
        }
        settings.character.mannequin = look;
    }

    /// Reads a body, and gives it a shape.
    fn load(&mut self, path: PathBuf, shape: Vec<f32>, desk: &mut Desk) {
        let read = move || formats::read_body_model(&path).map(|model| Body::new(path, model, &shape)).map_err(|error| error.to_string());
        self.reading = Some(desk.tasks.run(TaskKind::READ, read));
    }

    /// Takes in the body that has been read.
    pub(super) fn update(&mut self, desk: &mut Desk) {
        if let Some(body) = outcome(&mut self.reading) {
            self.loaded(body, desk);
        }
    }

    /// As it is now, while the session goes on.
    pub(super) fn snapshot(&self) -> Self {
        Self { body: self.body.clone(), mannequin: self.mannequin.clone(), reading: None }
    }

    /// A body has been read, or not.
    pub(super) fn loaded(&mut self, outcome: Result<Body, String>, desk: &mut Desk) {
        match outcome {
            Ok(body) => {
                desk.settings.character.kind = body.kind();
                self.body = Some(body);
            }
            // It stays in settings and project: its disk may be back tomorrow.
            Err(message) if self.body.is_none() && desk.settings.character.kind != CharacterKind::Mannequin => {
                desk.fail(format!("{message}; the mannequin stands in for your own body, which can be chosen again at the palette"));
            }
            Err(message) => desk.fail(message),
        }
    }

    fn shape(&mut self, number: usize, deviations: f32, settings: &mut Settings) {
        let Some(body) = &mut self.body else { return };
        let Some(shape) = body.shape.get_mut(number).filter(|_| deviations.is_finite()) else { return };
        *shape = deviations.clamp(-MOST_DEVIATION, MOST_DEVIATION);
        body.character = Arc::new(body.model.reshaped(Character::clone(&body.character), &body.shape));
        settings.character.kind = body.kind();
    }
}
