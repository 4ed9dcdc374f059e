//! The trunk that both networks of BlazePose share: inverted residuals (Sandler et al., MobileNetV2, arXiv 1801.04381) in different sizes.

use candle_core::Tensor;

use super::layers::{Activation, Depthwise, Pointwise, Stem, sum_then};
use crate::model::error::Result;
use crate::model::weights::Weights;

/// Channels behind the first convolution.
const STEM: usize = 24;

/// A block: widened, each channel by itself, made narrow again.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockSize {
    /// Channels in the middle.
    pub(super) wide: usize,
    /// Places that the middle looks at, each way.
    pub(super) kernel: usize,
    /// 2 where the map becomes half as high and wide.
    pub(super) stride: usize,
    /// Channels at the end; none where it ends in its middle.
    pub(super) out: Option<usize>,
}

impl BlockSize {
    pub(super) const fn new(wide: usize, kernel: usize, stride: usize, out: usize) -> Self {
        Self { wide, kernel, stride, out: Some(out) }
    }
}

struct Block {
    expand: Option<Pointwise>,
    depthwise: Depthwise,
    project: Option<Pointwise>,
    /// Whether what comes in is added to what goes out.
    is_residual: bool,
}

/// The trunk.
pub(super) struct Backbone {
    stem: Stem,
    blocks: Vec<Block>,
}

impl Backbone {
    /// The trunk of these blocks; the first one is not widened.
    pub(super) fn load(weights: &mut Weights, sizes: &[BlockSize]) -> Result<Self> {
        let stem = Stem::load(weights, STEM)?;
        let (mut blocks, mut channels) = (Vec::new(), STEM);
        for (number, size) in sizes.iter().enumerate() {
            let name = |part: &str| format!("blocks.{number}.{part}");
            let mut pointwise = |part: &str, inner: usize, out: usize, activation: Activation| {
                Pointwise::load(weights, &name(part), [inner, out], activation)
            };
            let expand = (number > 0).then(|| pointwise("expand", channels, size.wide, Activation::Relu6)).transpose()?;
            let project = size.out.map(|out| pointwise("project", size.wide, out, Activation::Linear)).transpose()?;
            let depthwise = Depthwise::load(weights, &name("depthwise"), [size.kernel, size.wide], size.stride, Activation::Relu6)?;
            let is_residual = size.out == Some(channels) && size.stride == 1;
            blocks.push(Block { expand, depthwise, project, is_residual });
            channels = size.out.unwrap_or(size.wide);
        }
        Ok(Self { stem, blocks })
    }

    /// A picture `[height, width, 3]` → what comes out of the last block, and what goes into the blocks of these numbers, which ascend.
    pub(super) fn forward(&self, picture: &Tensor, side: &[usize]) -> Result<(Tensor, Vec<Tensor>)> {
        let mut x = self.stem.forward(picture)?;
        let mut aside = Vec::new();
        for (number, block) in self.blocks.iter().enumerate() {
            if side.contains(&number) {
                aside.push(x.clone());
            }
            let mut y = block.expand.as_ref().map_or_else(|| Ok(x.clone()), |expand| expand.forward(&x))?;
            y = block.depthwise.forward(&y)?;
            y = block.project.as_ref().map_or_else(|| Ok(y.clone()), |project| project.forward(&y))?;
            x = if block.is_residual { sum_then(&x, &y, Activation::Linear)? } else { y };
        }
        Ok((x, aside))
    }
}

/// A depthwise convolution and a pointwise one behind it.
pub(super) struct Separable {
    depthwise: Depthwise,
    pointwise: Pointwise,
}

impl Separable {
    /// 3 × 3 places.
    pub(super) fn load(
        weights: &mut Weights,
        name: &str,
        [inner, out]: [usize; 2],
        stride: usize,
        [between, behind]: [Activation; 2],
    ) -> Result<Self> {
        Ok(Self {
            depthwise: Depthwise::load(weights, &format!("{name}.depthwise"), [3, inner], stride, between)?,
            pointwise: Pointwise::load(weights, &format!("{name}.pointwise"), [inner, out], behind)?,
        })
    }

    /// The same, which looks to the right and down alone.
    pub(super) fn looking_ahead(self) -> Self {
        Self { depthwise: self.depthwise.looking_back(0), ..self }
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.pointwise.forward(&self.depthwise.forward(x)?)
    }

    /// What comes in and what it becomes, as one.
    pub(super) fn added(&self, x: &Tensor) -> Result<Tensor> {
        sum_then(x, &self.forward(x)?, Activation::Relu6)
    }
}
