//! What no motion may hold, read or written.

use super::error::Fault;
use crate::motion::Motion;

/// No motion is farther away than this, metres; there single precision ends to hold millimetres.
const FARTHEST_M: f32 = 1e5;

/// Refuses numbers that are not finite, and roots too far away.
pub(super) fn check(motion: &Motion) -> Result<(), Fault> {
    for (frame, pose) in motion.frames.iter().enumerate() {
        if !(pose.root_m.is_finite() && pose.local.iter().all(|local| local.is_finite())) {
            return Err(Fault::new(format!("frame {frame} holds a number that is not finite"), "choose another clip"));
        }
        let away_m = pose.root_m.abs().max_element();
        if away_m > FARTHEST_M {
            let cause = format!("frame {frame} is {:.0} km away from the origin", away_m / 1000.0);
            return Err(Fault::new(cause, "check the unit and the root's position, and export it again"));
        }
    }
    Ok(())
}
