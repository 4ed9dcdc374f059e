//! Poses set by hand on a clip: keys over its take, on a layer that can be muted.

use crate::motion::Motion;
use crate::motion::layer::with_keys;
pub use crate::motion::layer::{EASE_FRAMES, LayerKey as PoseKey};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The most frames.
pub const MOST_EASE_FRAMES: usize = 300;
/// The most keys of a clip.
const MOST_KEYS: usize = 1000;
/// Farther than this no key moves the body, metres.
const FARTHEST_M: f32 = 100.0;

/// The keys of a clip, in time order, at most one at a frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoseLayer {
    /// Whether the clip is shown and exported without them.
    pub is_muted: bool,
    keys: Vec<PoseKey>,
}

impl PoseLayer {
    /// The keys, in time order.
    #[must_use]
    pub fn keys(&self) -> &[PoseKey] {
        &self.keys
    }

    /// The key at a frame of the take.
    #[must_use]
    pub fn key_at(&self, frame: usize) -> Option<&PoseKey> {
        self.keys.iter().find(|key| key.frame == frame)
    }

    /// Whether there is nothing on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.is_muted
    }

    /// Sets a key; one that was at its frame goes.
    pub fn set(&mut self, key: PoseKey) {
        self.remove(key.frame);
        let at = self.keys.partition_point(|other| other.frame < key.frame);
        self.keys.insert(at, key);
    }

    /// Takes the key at a frame away; whether there was one.
    pub fn remove(&mut self, frame: usize) -> bool {
        let count = self.keys.len();
        self.keys.retain(|key| key.frame != frame);
        self.keys.len() < count
    }

    /// Moves the key at a frame to another one, where it takes the place of what is there; whether there was one.
    pub fn move_key(&mut self, from: usize, to: usize) -> bool {
        let Some(key) = self.key_at(from).copied() else { return false };
        self.remove(from);
        self.set(PoseKey { frame: to, ..key });
        true
    }

    /// Copies the key at a frame to another one; whether there was one.
    pub fn copy_key(&mut self, from: usize, to: usize) -> bool {
        let Some(key) = self.key_at(from).copied() else { return false };
        self.set(PoseKey { frame: to, ..key });
        true
    }

    /// The take with the keys over it; itself where there are none, or they are muted.
    #[must_use]
    pub fn over<'a>(&self, take: &'a Motion) -> Cow<'a, Motion> {
        if self.is_muted || self.keys.is_empty() {
            return Cow::Borrowed(take);
        }
        Cow::Owned(with_keys(take, &self.keys))
    }

    /// The layer within what is allowed: in order, one key a frame, numbers that are some.
    #[must_use]
    pub fn within_bounds(self) -> Self {
        let mut layer = Self { is_muted: self.is_muted, keys: Vec::new() };
        let is_sound = |key: &PoseKey| key.offset.is_finite() && key.offset.root_m.length() <= FARTHEST_M;
        for key in self.keys.into_iter().filter(is_sound).take(MOST_KEYS) {
            let [ease_in, ease_out] = [key.ease_in, key.ease_out].map(|frames| frames.min(MOST_EASE_FRAMES));
            layer.set(PoseKey { ease_in, ease_out, ..key });
        }
        layer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;
    use crate::motion::layer::PoseOffset;
    use glam::Vec3;

    fn raised(frame: usize, by_m: f32) -> PoseKey {
        PoseKey::new(frame, PoseOffset { root_m: Vec3::Y * by_m, ..PoseOffset::default() })
    }

    fn frames(layer: &PoseLayer) -> Vec<usize> {
        layer.keys().iter().map(|key| key.frame).collect()
    }

    #[test]
    fn keys_are_set_moved_copied_and_removed_one_at_a_frame() {
        let mut layer = PoseLayer::default();
        [raised(20, 0.1), raised(5, 0.2), raised(20, 0.3)].into_iter().for_each(|key| layer.set(key));
        assert_eq!(frames(&layer), [5, 20]);
        assert_eq!(layer.key_at(20).map(|key| key.offset.root_m.y), Some(0.3));
        assert!(layer.move_key(20, 2) && layer.copy_key(5, 9) && !layer.move_key(99, 1) && !layer.copy_key(99, 1));
        assert_eq!(frames(&layer), [2, 5, 9]);
        assert!(layer.remove(5) && !layer.remove(5));
        assert_eq!(frames(&layer), [2, 9]);
    }

    #[test]
    fn a_muted_layer_changes_nothing_and_another_is_exact_at_its_keys() {
        let take = Motion { frames: vec![Pose::REST; 60] };
        let mut layer = PoseLayer::default();
        layer.set(raised(30, 0.1));
        let over = layer.over(&take).into_owned();
        assert!((over.frames[30].root_m.y - Pose::REST.root_m.y - 0.1).abs() < 1e-6);
        assert_eq!((&over.frames[..20], &over.frames[41..]), (&take.frames[..20], &take.frames[41..]));
        layer.is_muted = true;
        assert_eq!(*layer.over(&take), take);
    }

    #[test]
    fn what_a_file_says_is_brought_within_bounds() {
        let json = serde_json::json!({ "keys": [
            raised(20, 0.1), PoseKey { ease_in: 9999, ..raised(3, 0.1) }, raised(20, 0.2), raised(4, 1e9),
        ]});
        let layer = serde_json::from_value::<PoseLayer>(json).expect("a layer").within_bounds();
        assert_eq!((frames(&layer), layer.keys()[0].ease_in), (vec![3, 20], MOST_EASE_FRAMES));
        assert_eq!(layer.clone().within_bounds(), layer);
        let again: PoseLayer = serde_json::from_str(&serde_json::to_string(&layer).expect("data")).expect("a layer");
        assert_eq!(again, layer);
    }
}
