//! How a run went: what is printed, written as CSV and drawn.

use serde::{Deserialize, Serialize};

/// One point of a learning curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Updates so far.
    pub step: u64,
    /// Seconds of training so far, over all sittings.
    pub secs: f64,
    /// Mean loss of the updates since the last point.
    pub loss: f64,
    /// Mean length of their gradients, before clipping.
    pub gradient: f64,
    /// The last one's rate.
    pub rate: f64,
    /// Loss of the averaged weights on held-out clips, where it was measured.
    pub held_out: Option<f64>,
}

/// The points as a table with a line of names.
#[must_use]
pub fn csv(points: &[Point]) -> String {
    let line = |point: &Point| {
        let Point { step, secs, loss, gradient, rate, held_out } = point;
        let held_out = held_out.map_or_else(String::new, |loss| format!("{loss:.6}"));
        format!("{step},{secs:.1},{loss:.6},{gradient:.6},{rate:e},{held_out}\n")
    };
    std::iter::once("step,secs,loss,gradient,rate,held_out\n".to_owned()).chain(points.iter().map(line)).collect()
}
