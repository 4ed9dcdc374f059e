//! Who is on the stage: the mannequin with its look, or the user's own body with its shape.
//!
//! This is a way of seeing, as the camera is: it goes with the project and with the window's settings, and undo, which is for motions,
//! leaves it alone.

use super::{Dialog, Effect, Session};
use crate::author::toast::ToastKind;
use crate::body::{BodyModel, Cast, Character, MOST_DEVIATION, MannequinLook, Wears};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shape numbers that can be changed: the first ones tell most.
pub const SHAPES: usize = 10;

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

    fn wears(&self) -> Wears {
        Wears::Smpl { path: self.path.clone(), shape: self.shape.clone() }
    }
}

impl Session {
    /// Who is to be on the stage.
    #[must_use]
    pub fn cast(&self) -> &Cast {
        &self.settings.cast
    }

    /// The user's own body, if one is worn.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// Whose mesh and bones are shown and exported; the mannequin's as it comes where there is none. Another kind of body has its arm here.
    #[must_use]
    pub fn character(&self) -> Option<Arc<Character>> {
        self.body.as_ref().map(|body| &body.character).or(self.mannequin.as_ref()).cloned()
    }

    /// Puts somebody else on the stage: of the settings at the start, of a project that was opened.
    pub fn take_on(&mut self, cast: Cast) -> Vec<Effect> {
        let cast = cast.within_bounds();
        self.look(cast.mannequin);
        let effects = match &cast.wears {
            Wears::Smpl { path, shape } if self.body.as_ref().is_none_or(|body| body.path != *path || body.shape != *shape) => {
                self.errands += 1;
                vec![Effect::LoadBody { path: path.clone(), shape: shape.clone() }]
            }
            _ => Vec::new(),
        };
        if cast.wears == Wears::Mannequin || !effects.is_empty() {
            self.body = None;
        }
        self.settings.cast = cast;
        effects
    }

    /// Gives the mannequin a look.
    pub(super) fn look(&mut self, look: MannequinLook) {
        let look = look.within_bounds();
        if look != self.settings.cast.mannequin || self.mannequin.is_none() {
            self.mannequin = (look != MannequinLook::default()).then(|| Arc::new(Character::mannequin_with(look)));
        }
        self.settings.cast.mannequin = look;
    }

    pub(super) fn load_body(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += 1;
        // Another day begins in another folder.
        let path = std::path::absolute(&path).unwrap_or(path);
        vec![Effect::LoadBody { path, shape: Vec::new() }]
    }

    /// A body has been read, or not.
    pub fn body_loaded(&mut self, outcome: Result<Body, String>) {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(body) => {
                self.settings.cast.wears = body.wears();
                self.body = Some(body);
            }
            // It stays in settings and project: its disk may be back tomorrow.
            Err(message) if self.body.is_none() && self.settings.cast.wears != Wears::Mannequin => {
                let text = format!("{message}; the mannequin stands in for your own body, which can be chosen again at the palette");
                self.toasts.add(ToastKind::Error, text);
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
    }

    pub(super) fn drop_body(&mut self) {
        self.body = None;
        self.settings.cast.wears = Wears::Mannequin;
    }

    pub(super) fn shape_body(&mut self, number: usize, deviations: f32) {
        let Some(body) = &mut self.body else { return };
        let Some(shape) = body.shape.get_mut(number).filter(|_| deviations.is_finite()) else { return };
        *shape = deviations.clamp(-MOST_DEVIATION, MOST_DEVIATION);
        body.character = Arc::new(body.model.reshaped(Character::clone(&body.character), &body.shape));
        self.settings.cast.wears = body.wears();
    }
}
