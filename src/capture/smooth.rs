//! Tremble taken off what moves: the 1€ filter (Casiez et al., CHI 2012), whose cutoff rises with the speed so that quick hands stay quick,
//! run from both ends and halved, so that nothing lags behind.

use crate::motion::FPS;
use glam::Vec3;

/// Cutoff of the speed's own low pass.
const SPEED_HZ: f32 = 2.0;

/// Places at 30 frames a second; the cutoff is `still_hz` at rest and `hz_per_speed` more for each metre a second.
pub(super) fn smoothed(places: &[Vec3], still_hz: f32, hz_per_speed: f32) -> Vec<Vec3> {
    let forward = one_way(places.iter().copied(), still_hz, hz_per_speed);
    let backward = one_way(places.iter().rev().copied(), still_hz, hz_per_speed);
    forward.iter().zip(backward.iter().rev()).map(|(one, other)| (*one + *other) / 2.0).collect()
}

fn one_way(places: impl Iterator<Item = Vec3>, still_hz: f32, hz_per_speed: f32) -> Vec<Vec3> {
    let share = |cutoff_hz: f32| 1.0 / (1.0 + FPS / (std::f32::consts::TAU * cutoff_hz));
    let mut state: Option<(Vec3, Vec3, Vec3)> = None;
    places
        .map(|place| {
            let (before, calm, speed) = state.unwrap_or((place, place, Vec3::ZERO));
            let speed = speed.lerp((place - before) * FPS, share(SPEED_HZ));
            let calm = calm.lerp(place, share(still_hz + hz_per_speed * speed.length()));
            state = Some((place, calm, speed));
            calm
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tremble_goes_and_a_quick_stroke_stays_where_it_is() {
        let tremble = |frame: usize| Vec3::Y * if frame.is_multiple_of(2) { 0.01 } else { -0.01 };
        let still: Vec<Vec3> = (0..60).map(tremble).collect();
        let calm = smoothed(&still, 1.5, 4.0);
        assert!(calm[20..40].iter().all(|place| place.y.abs() < 0.004), "{calm:?}");
        // Half a metre there and back in a third of a second.
        let stroke = |frame: usize| {
            let turn = ((frame as f32 - 25.0) / 10.0).clamp(0.0, 1.0) * std::f32::consts::TAU;
            Vec3::X * 0.25 * (1.0 - turn.cos())
        };
        let quick: Vec<Vec3> = (0..60).map(stroke).collect();
        let kept = smoothed(&quick, 1.5, 4.0);
        let peak = (0..60).max_by(|one, other| kept[*one].x.total_cmp(&kept[*other].x)).unwrap_or_default();
        assert!((29..=31).contains(&peak) && kept[peak].x > 0.42, "frame {peak}: {}", kept[peak].x);
    }
}
