//! The session as the systems of the window share it.

use crate::author::session::Session;
use bevy::prelude::*;

/// The session.
#[derive(Resource, Deref, DerefMut)]
pub(super) struct State(pub(super) Session);
