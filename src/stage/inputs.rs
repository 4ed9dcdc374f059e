//! What the stage is told: what to show, and how finely.

use crate::view::{Quality, Shown};
use bevy::prelude::*;

/// What the stage shows right now.
#[derive(Resource, Deref, DerefMut, Clone, Debug, Default, PartialEq)]
pub struct OnStage(pub Shown);

/// How much the graphics device is asked to do; may change at any time.
#[derive(Resource, Deref, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageQuality(pub Quality);
