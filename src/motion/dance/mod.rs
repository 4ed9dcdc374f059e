//! A dance to music: stretches of dance takes one after another, each chosen and warped in time so that its own beats – moments at which hands
//! and feet are slow – fall on the music's.
//!
//! Not here: where the beats of a song come from (`capture`), how takes are made (`pipeline`).

mod choice;
mod limbs;
mod part;
mod phrase;
mod warp;

pub use limbs::{alignment, beats_secs, fastest_m_per_sec};
pub use part::{Part, performed};
pub use phrase::{MusicBeat, take_secs};

use super::{FPS, Motion};
use choice::Stage;
use limbs::Limbs;
use phrase::phrases;

/// The parts of a dance of so many seconds to these beats, made of takes of dances; none without beats, or where no take has any.
#[must_use]
pub fn choreographed(takes: &[Motion], music: &[MusicBeat], duration_secs: f32) -> Vec<Part> {
    let frames = (duration_secs * FPS).round() as usize;
    let limbs: Vec<Limbs> = takes.iter().map(Limbs::of).collect();
    let phrases = phrases(music, frames);
    Stage::new(takes, &limbs).danced(&phrases)
}
