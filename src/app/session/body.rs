//! The user's own body: an SMPL file, and the shape it is given.

use super::{Dialog, Effect, Session};
use crate::app::toast::ToastKind;
use crate::body::{BodyModel, Character, MOST_DEVIATION};
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
}

impl Session {
    /// The user's own body, if one is worn.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// Whose mesh and bones are shown and exported; the mannequin's where there is none.
    #[must_use]
    pub fn character(&self) -> Option<Arc<Character>> {
        self.body.as_ref().map(|body| Arc::clone(&body.character))
    }

    pub(super) fn load_body(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += 1;
        vec![Effect::LoadBody(path)]
    }

    /// A body has been read, or not.
    pub fn body_loaded(&mut self, outcome: Result<(PathBuf, BodyModel, Character), String>) {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok((path, model, character)) => {
                let shape = vec![0.0; model.shapes_m.len().min(SHAPES)];
                self.body = Some(Body { path, model: Arc::new(model), shape, character: Arc::new(character) });
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
    }

    pub(super) fn shape_body(&mut self, number: usize, deviations: f32) {
        let Some(body) = &mut self.body else { return };
        let Some(shape) = body.shape.get_mut(number).filter(|_| deviations.is_finite()) else { return };
        *shape = deviations.clamp(-MOST_DEVIATION, MOST_DEVIATION);
        body.character = Arc::new(body.model.reshaped(Character::clone(&body.character), &body.shape));
    }
}
