//! BlazePose's detector: where people are in a picture, by their hips, how large they are and which way is up (Bazarevsky et al.,
//! arXiv 2006.10204). The network is that of mediapipe 0.10.14's `pose_detection.tflite`; what its numbers mean is in [`super::detection`].

use candle_core::{Device, Tensor};

use super::backbone::{Backbone, BlockSize, Separable};
use super::layers::{Activation, Pointwise, depth_to_space, doubled, sum_then};
use crate::model::checkpoint::Checkpoint;
use crate::model::error::Result;
use crate::model::source::FileSource;
use crate::model::weights::Weights;

/// Height and width of the picture that it reads.
pub(super) const SIDE: usize = 224;
/// Numbers of a box: centre, size, and four points.
pub(super) const BOX: usize = 12;
const LINEAR: [Activation; 2] = [Activation::Linear; 2];

const BLOCKS: [BlockSize; 16] = [
    BlockSize::new(24, 3, 1, 16),
    BlockSize::new(64, 3, 2, 24),
    BlockSize::new(144, 3, 1, 24),
    BlockSize::new(144, 5, 2, 40),
    BlockSize::new(240, 5, 1, 40),
    BlockSize::new(240, 3, 2, 80),
    BlockSize::new(480, 3, 1, 80),
    BlockSize::new(480, 3, 1, 80),
    BlockSize::new(480, 5, 1, 112),
    BlockSize::new(672, 5, 1, 112),
    BlockSize::new(672, 5, 1, 112),
    BlockSize::new(672, 5, 2, 192),
    BlockSize::new(1152, 5, 1, 192),
    BlockSize::new(1152, 5, 1, 192),
    BlockSize::new(1152, 5, 1, 192),
    BlockSize { wide: 1152, kernel: 3, stride: 1, out: None },
];
/// The blocks whose input goes sideways: 28 × 28 and 14 × 14 places.
const SIDE_BLOCKS: [usize; 2] = [5, 11];

/// The network.
pub(super) struct PoseDetector {
    backbone: Backbone,
    /// From the largest map to the smallest.
    stages: [Stage; 2],
    heads: [Head; 3],
}

/// What comes back up at one size.
struct Stage {
    skip: Separable,
    lateral: Pointwise,
    refine: [Separable; 2],
}

struct Head {
    scores: Separable,
    boxes: Separable,
}

/// What it says of every box that it looks at.
pub(super) struct RawDetections {
    /// How sure it is that somebody is there, before the sigmoid.
    pub scores: Vec<f32>,
    /// `BOX` numbers each, in its own pixels, relative to the box's place.
    pub boxes: Vec<f32>,
}

impl PoseDetector {
    /// Reads its weights.
    ///
    /// # Errors
    /// A missing or damaged file, and tensors of another network.
    pub(super) fn load(file: &FileSource) -> Result<Self> {
        let mut weights = Weights::new(Checkpoint::open(file, "")?);
        let backbone = Backbone::load(&mut weights, &BLOCKS)?;
        let mut stage = |size: usize, [skipped, below, out]: [usize; 3]| -> Result<Stage> {
            let refine =
                |weights: &mut Weights, number: usize| Separable::load(weights, &format!("refine.{size}.{number}"), [out, out], 1, LINEAR);
            Ok(Stage {
                skip: Separable::load(&mut weights, &format!("skips.{size}"), [skipped, out], 1, [Activation::Linear, Activation::Relu6])?,
                lateral: Pointwise::load(&mut weights, &format!("lateral.{size}"), [below, out], Activation::Relu6)?,
                refine: [refine(&mut weights, 0)?, refine(&mut weights, 1)?],
            })
        };
        let stages = [stage(28, [40, 192, 96])?, stage(14, [112, 1152, 192])?];
        let mut head = |size: usize, inner: usize, boxes: usize| -> Result<Head> {
            let mut part = |name: &str, out: usize| Separable::load(&mut weights, &format!("heads.{size}.{name}"), [inner, out], 2, LINEAR);
            Ok(Head { scores: part("scores", boxes)?, boxes: part("boxes", boxes * BOX)? })
        };
        let heads = [head(28, 24, 2)?, head(14, 48, 2)?, head(7, 288, 6)?];
        weights.finish()?;
        Ok(Self { backbone, stages, heads })
    }

    /// A picture `[SIDE, SIDE, 3]` in reading order, from −1 to 1.
    ///
    /// # Errors
    /// Failed arithmetic, and pictures of another size.
    pub(super) fn forward(&self, picture: Vec<f32>) -> Result<RawDetections> {
        let picture = Tensor::from_vec(picture, (SIDE, SIDE, 3), &Device::Cpu)?;
        let (mut x, aside) = self.backbone.forward(&picture, &SIDE_BLOCKS)?;
        let mut maps = vec![depth_to_space(&x)?];
        for (stage, aside) in self.stages.iter().zip(&aside).rev() {
            x = sum_then(&stage.skip.forward(aside)?, &stage.lateral.forward(&doubled(&x)?)?, Activation::Linear)?;
            for refine in &stage.refine {
                x = refine.added(&x)?;
            }
            maps.push(depth_to_space(&x)?);
        }
        let mut raw = RawDetections { scores: Vec::new(), boxes: Vec::new() };
        for (head, map) in self.heads.iter().zip(maps.iter().rev()) {
            raw.scores.extend(head.scores.forward(map)?.flatten_all()?.to_vec1::<f32>()?);
            raw.boxes.extend(head.boxes.forward(map)?.flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(raw)
    }
}
