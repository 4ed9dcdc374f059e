//! BlazePose's landmark network: 33 landmarks of one person, in the picture and in metres (Bazarevsky et al., arXiv 2006.10204; the metric
//! ones: Grishchenko et al., arXiv 2206.11678). The network is that of mediapipe 0.10.14's `pose_landmark_full.tflite` without the
//! segmentation.

use candle_core::{Device, Tensor};

use super::backbone::{Backbone, BlockSize, Separable};
use super::layers::{Activation, Pointwise, doubled, max_pool, sum_then};
use crate::model::checkpoint::Checkpoint;
use crate::model::error::Result;
use crate::model::source::FileSource;
use crate::model::weights::Weights;

/// Height and width of the picture that it reads.
pub(super) const SIDE: usize = 256;
/// Height and width of a heat map.
pub(super) const HEATMAP_SIDE: usize = 64;
/// Landmarks that it knows: 33 of the body, and six that say where to look next.
pub(super) const LANDMARKS: usize = 39;
/// Numbers of a landmark: x, y, z in its own pixels, visibility and presence before the sigmoid.
pub(super) const NUMBERS: usize = 5;

const RELU6: [Activation; 2] = [Activation::Relu6; 2];
const RESIDUAL: [Activation; 2] = [Activation::Relu6, Activation::Linear];
const TRUNK: usize = 288;
const SKIP: usize = 48;

const BLOCKS: [BlockSize; 16] = [
    BlockSize::new(24, 3, 1, 16),
    BlockSize::new(64, 3, 2, 24),
    BlockSize::new(144, 3, 1, 24),
    BlockSize::new(144, 5, 2, 32),
    BlockSize::new(192, 5, 1, 32),
    BlockSize::new(192, 3, 2, 64),
    BlockSize::new(384, 3, 1, 64),
    BlockSize::new(384, 3, 1, 64),
    BlockSize::new(384, 5, 1, 88),
    BlockSize::new(528, 5, 1, 88),
    BlockSize::new(528, 5, 1, 88),
    BlockSize::new(528, 5, 2, 144),
    BlockSize::new(864, 5, 1, 144),
    BlockSize::new(864, 5, 1, 144),
    BlockSize::new(864, 5, 1, 144),
    BlockSize { wide: 864, kernel: 3, stride: 1, out: None },
];
/// The blocks whose input goes sideways, with the size of their maps and their channels.
const SKIPS: [(usize, usize, usize); 3] = [(3, 64, 24), (5, 32, 32), (11, 16, 88)];
/// Where the trunk behind the backbone becomes half as high and wide.
const DOWN: [usize; 2] = [1, 6];

/// The network.
pub(super) struct LandmarkNetwork {
    backbone: Backbone,
    skips: Vec<Separable>,
    top: Separable,
    heatmaps: Pointwise,
    trunk: Vec<Separable>,
    landmarks: Pointwise,
    world: Pointwise,
    presence: Pointwise,
}

/// What it says of a picture.
pub(super) struct RawLandmarks {
    /// `NUMBERS` of each of `LANDMARKS`.
    pub landmarks: Vec<f32>,
    /// Three of each, metres from between the hips: right in the picture, down, away from the camera.
    pub world_m: Vec<f32>,
    /// How sure it is that somebody is there, before the sigmoid.
    pub presence: f32,
    /// `[HEATMAP_SIDE, HEATMAP_SIDE, LANDMARKS]`: where each may be, before the sigmoid.
    pub heatmaps: Vec<f32>,
}

impl LandmarkNetwork {
    /// Reads its weights.
    ///
    /// # Errors
    /// A missing or damaged file, and tensors of another network.
    pub(super) fn load(file: &FileSource) -> Result<Self> {
        let mut weights = Weights::new(Checkpoint::open(file, "")?);
        let backbone = Backbone::load(&mut weights, &BLOCKS)?;
        let skip = |(_, size, channels): &(usize, usize, usize)| {
            Separable::load(&mut weights, &format!("skips.{size}"), [*channels, SKIP], 1, RELU6)
        };
        let skips = SKIPS.iter().map(skip).collect::<Result<_>>()?;
        let wide = BLOCKS[BLOCKS.len() - 1].wide;
        let top = Separable::load(&mut weights, "top", [wide, SKIP], 1, RELU6)?;
        let mut trunk = vec![Separable::load(&mut weights, "trunk.0", [wide, TRUNK], 1, RELU6)?];
        for number in 1..12 {
            let is_down = DOWN.contains(&number);
            let part = Separable::load(&mut weights, &format!("trunk.{number}"), [TRUNK; 2], if is_down { 2 } else { 1 }, RESIDUAL)?;
            trunk.push(if is_down { part.looking_ahead() } else { part });
        }
        let mut linear = |name: &str, inner: usize, out: usize| Pointwise::load(&mut weights, name, [inner, out], Activation::Linear);
        let heatmaps = linear("heatmaps", SKIP, LANDMARKS)?;
        let landmarks = linear("landmarks", 4 * TRUNK, LANDMARKS * NUMBERS)?;
        let world = linear("world", 4 * TRUNK, LANDMARKS * 3)?;
        let presence = linear("presence", 4 * TRUNK, 1)?;
        weights.finish()?;
        Ok(Self { backbone, skips, top, heatmaps, trunk, landmarks, world, presence })
    }

    /// A picture `[SIDE, SIDE, 3]` in reading order, from 0 to 1.
    ///
    /// # Errors
    /// Failed arithmetic, and pictures of another size.
    pub(super) fn forward(&self, picture: Vec<f32>) -> Result<RawLandmarks> {
        let picture = Tensor::from_vec(picture, (SIDE, SIDE, 3), &Device::Cpu)?;
        let (top, aside) = self.backbone.forward(&picture, &SKIPS.map(|(block, ..)| block))?;

        let mut map = self.top.forward(&top)?;
        for (skip, aside) in self.skips.iter().zip(&aside).rev() {
            map = sum_then(&doubled(&map)?, &skip.forward(aside)?, Activation::Linear)?;
        }
        let heatmaps = self.heatmaps.forward(&map)?.flatten_all()?.to_vec1()?;

        let mut x = top;
        for (number, part) in self.trunk.iter().enumerate() {
            x = match number {
                0 => part.forward(&x)?,
                _ if DOWN.contains(&number) => sum_then(&max_pool(&x)?, &part.forward(&x)?, Activation::Relu6)?,
                _ => part.added(&x)?,
            };
        }
        // The last convolutions cover the whole map, 2 × 2 places.
        let whole = x.reshape((1, 1, 4 * TRUNK))?;
        let of = |head: &Pointwise| -> Result<Vec<f32>> { Ok(head.forward(&whole)?.flatten_all()?.to_vec1()?) };
        let presence = of(&self.presence)?[0];
        Ok(RawLandmarks { landmarks: of(&self.landmarks)?, world_m: of(&self.world)?, presence, heatmaps })
    }
}
