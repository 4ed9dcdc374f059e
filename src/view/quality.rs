//! How finely the stage is drawn.

use serde::{Deserialize, Serialize};

/// How much the graphics device is asked to do; may change at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// How many of the window's pixels the stage has.
    pub resolution: Resolution,
    /// The shadow map.
    pub shadows: Shadows,
    /// Whether edges are smoothed (four samples a pixel).
    pub smooth_edges: bool,
}

/// The share of the window's width and height that the stage is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// Every pixel.
    Full,
    /// 75 %.
    ThreeQuarters,
    /// 50 %.
    Half,
}

/// The key light's shadow. Without it only the places near feet are dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shadows {
    /// None.
    Off,
    /// 1024 × 1024, hard edges on the character.
    Small,
    /// 2048 × 2048, soft edges; and materials with their normals, metal and roughness.
    Large,
}

impl Quality {
    /// For the weakest devices.
    pub const LOW: Self = Self { resolution: Resolution::Half, shadows: Shadows::Off, smooth_edges: false };
    /// What a software adapter can do.
    pub const MEDIUM: Self = Self { resolution: Resolution::Full, shadows: Shadows::Small, smooth_edges: false };
    /// All of it: for graphics cards, and for pictures that may take their time.
    pub const HIGH: Self = Self { resolution: Resolution::Full, shadows: Shadows::Large, smooth_edges: true };

    /// Whether all of a character's materials is drawn, normals, metal and roughness too: what can draw soft shadows can do that.
    #[must_use]
    pub fn has_fine_materials(self) -> bool {
        self.shadows == Shadows::Large
    }
}

impl Resolution {
    /// The share of width and height.
    #[must_use]
    pub fn share(self) -> f32 {
        match self {
            Self::Full => 1.0,
            Self::ThreeQuarters => 0.75,
            Self::Half => 0.5,
        }
    }
}
