//! What BlazePose is made of: convolutions over feature maps `[height, width, channels]`, float32, on the processor. A pointwise convolution
//! is a product of matrices; candle's depthwise one would run one product for each channel, so that is an operation of our own.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Shape, Tensor};
use rayon::prelude::*;

use crate::model::error::Result;
use crate::model::weights::Weights;

/// What follows a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    /// The numbers as they are.
    Linear,
    /// Kept within 0 and 6.
    Relu6,
}

impl Activation {
    fn of(self, value: f32) -> f32 {
        match self {
            Self::Linear => value,
            Self::Relu6 => value.clamp(0.0, 6.0),
        }
    }
}

/// A convolution that looks at one place alone: `[height, width, in]` → `[height, width, out]`.
pub(super) struct Pointwise {
    /// `[in, out]`.
    weight: Tensor,
    bias: Tensor,
    activation: Activation,
}

impl Pointwise {
    pub(super) fn load(weights: &mut Weights, name: &str, [inner, out]: [usize; 2], activation: Activation) -> Result<Self> {
        let weight = weights.tensor(&format!("{name}.weight"), &[inner, out])?;
        Ok(Self { weight, bias: weights.tensor(&format!("{name}.bias"), &[out])?, activation })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (height, width, channels) = x.dims3()?;
        let product = x.reshape((height * width, channels))?.matmul(&self.weight)?;
        let (_, out) = product.dims2()?;
        Ok(product.apply_op2_no_bwd(&self.bias, &BiasThen(self.activation))?.reshape((height, width, out))?)
    }
}

/// The first convolution: 3 × 3 places of a picture, every other one, to so many channels.
pub(super) struct Stem(Pointwise);

const COLORS: usize = 3;

impl Stem {
    pub(super) fn load(weights: &mut Weights, out: usize) -> Result<Self> {
        Ok(Self(Pointwise::load(weights, "stem", [9 * COLORS, out], Activation::Relu6)?))
    }

    /// `[height, width, 3]`, both even → `[height / 2, width / 2, out]`; nothing is around the picture.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (height, width, _) = x.dims3()?;
        let padded = x.pad_with_zeros(0, 1, 1)?.pad_with_zeros(1, 1, 1)?;
        // Every other row of a map whose height is even, from one on: rows in pairs, of which the first is taken.
        let every_other = |x: &Tensor, dim: usize, from: usize, count: usize| -> Result<Tensor> {
            let mut pairs = x.dims().to_vec();
            pairs[dim] = count;
            pairs.insert(dim + 1, 2);
            Ok(x.narrow(dim, from, 2 * count)?.reshape(pairs)?.narrow(dim + 1, 0, 1)?.squeeze(dim + 1)?.contiguous()?)
        };
        let mut places = Vec::new();
        for down in 0..3 {
            // One more than is left of an odd offset is never taken.
            let row = every_other(&padded.pad_with_zeros(0, 0, 1)?, 0, down, height / 2)?;
            for right in 0..3 {
                places.push(every_other(&row.pad_with_zeros(1, 0, 1)?, 1, right, width / 2)?);
            }
        }
        self.0.forward(&Tensor::cat(&places, 2)?)
    }
}

/// A convolution of each channel by itself, `kernel` × `kernel` places: `[height, width, channels]` → the same, or half as high and wide.
pub(super) struct Depthwise {
    /// `[kernel · kernel, channels]`.
    weight: Tensor,
    bias: Tensor,
    window: Window,
}

/// What a depthwise convolution looks at.
#[derive(Debug, Clone, Copy)]
struct Window {
    kernel: usize,
    stride: usize,
    /// Places above and left of the first one, which are 0, as what is below and right.
    before: usize,
    activation: Activation,
}

impl Depthwise {
    /// One that looks as far to each side.
    pub(super) fn load(
        weights: &mut Weights,
        name: &str,
        [kernel, channels]: [usize; 2],
        stride: usize,
        activation: Activation,
    ) -> Result<Self> {
        let weight = weights.tensor(&format!("{name}.weight"), &[kernel * kernel, channels])?;
        let bias = weights.tensor(&format!("{name}.bias"), &[channels])?;
        Ok(Self { weight, bias, window: Window { kernel, stride, before: kernel / 2, activation } })
    }

    /// The same, which looks `before` places up and to the left.
    pub(super) fn looking_back(self, before: usize) -> Self {
        Self { window: Window { before, ..self.window }, ..self }
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.apply_op3_no_bwd(&self.weight, &self.bias, &self.window)?)
    }
}

impl CustomOp3 for Window {
    fn name(&self) -> &'static str {
        "depthwise"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (height, width, channels) = x_layout.shape().dims3()?;
        let [x, weight, bias] = [numbers(x, x_layout)?, numbers(weight, weight_layout)?, numbers(bias, bias_layout)?];
        let [out_height, out_width] = [height, width].map(|side| side.div_ceil(self.stride));
        let mut out = vec![0_f32; out_height * out_width * channels];
        // The places of the map that the kernel covers at an output place, with their number in the kernel.
        let covered = |at: usize, side: usize| {
            let first = (at * self.stride) as isize - self.before as isize;
            (0..self.kernel).filter_map(move |tap| usize::try_from(first + tap as isize).ok().filter(|at| *at < side).map(|at| (tap, at)))
        };
        out.par_chunks_mut(out_width * channels).enumerate().for_each(|(row, out)| {
            for (column, out) in out.chunks_exact_mut(channels).enumerate() {
                out.copy_from_slice(bias);
                for (down, y) in covered(row, height) {
                    for (right, x_at) in covered(column, width) {
                        let values = &x[(y * width + x_at) * channels..][..channels];
                        let weights = &weight[(down * self.kernel + right) * channels..][..channels];
                        for ((out, value), weight) in out.iter_mut().zip(values).zip(weights) {
                            *out += value * weight;
                        }
                    }
                }
                out.iter_mut().for_each(|value| *value = self.activation.of(*value));
            }
        });
        Ok((CpuStorage::F32(out), Shape::from((out_height, out_width, channels))))
    }
}

/// A bias `[channels]` on every row `[rows, channels]`, and an activation.
struct BiasThen(Activation);

impl CustomOp2 for BiasThen {
    fn name(&self) -> &'static str {
        "bias and activation"
    }

    fn cpu_fwd(&self, x: &CpuStorage, of_x: &Layout, bias: &CpuStorage, of_bias: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (x, bias) = (numbers(x, of_x)?, numbers(bias, of_bias)?);
        let row = |row: &[f32]| row.iter().zip(bias).map(|(value, bias)| self.0.of(value + bias)).collect::<Vec<_>>();
        Ok((CpuStorage::F32(x.chunks_exact(bias.len()).flat_map(row).collect()), of_x.shape().clone()))
    }
}

/// The sum of two maps, and an activation.
pub(super) fn sum_then(x: &Tensor, y: &Tensor, activation: Activation) -> Result<Tensor> {
    let sum = (x + y)?;
    Ok(match activation {
        Activation::Linear => sum,
        Activation::Relu6 => sum.apply_op1_no_bwd(&Then(activation))?,
    })
}

/// An activation of every number.
struct Then(Activation);

impl CustomOp1 for Then {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(numbers(x, layout)?.iter().map(|value| self.0.of(*value)).collect()), layout.shape().clone()))
    }
}

/// A map twice as high and wide, between the places in proportion to how near they are (places are the middles of squares).
pub(super) fn doubled(x: &Tensor) -> Result<Tensor> {
    Ok(x.contiguous()?.apply_op1_no_bwd(&Doubled)?)
}

struct Doubled;

impl CustomOp1 for Doubled {
    fn name(&self) -> &'static str {
        "doubled"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (height, width, channels) = layout.shape().dims3()?;
        let x = numbers(x, layout)?;
        // A new place lies a quarter of a square off an old one, on the side of the other.
        let between = |at: usize, side: usize| {
            let near = at / 2;
            let other = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(side - 1) };
            (near, other)
        };
        let mut out = vec![0_f32; 4 * x.len()];
        out.par_chunks_mut(2 * width * channels).enumerate().for_each(|(row, out)| {
            let rows = between(row, height);
            for (column, out) in out.chunks_exact_mut(channels).enumerate() {
                let columns = between(column, width);
                let place = |y: usize, x_at: usize| &x[(y * width + x_at) * channels..][..channels];
                let (a, b) = (place(rows.0, columns.0), place(rows.0, columns.1));
                let (c, d) = (place(rows.1, columns.0), place(rows.1, columns.1));
                for (channel, out) in out.iter_mut().enumerate() {
                    let near = 0.75 * a[channel] + 0.25 * b[channel];
                    *out = 0.75 * near + 0.25 * (0.75 * c[channel] + 0.25 * d[channel]);
                }
            }
        });
        Ok((CpuStorage::F32(out), Shape::from((2 * height, 2 * width, channels))))
    }
}

/// Channels in fours become squares of four places: `[height, width, 4 · channels]` → `[2 · height, 2 · width, channels]`.
pub(super) fn depth_to_space(x: &Tensor) -> Result<Tensor> {
    let (height, width, channels) = x.dims3()?;
    let squares = x.reshape((height, width, 2, 2, channels / 4))?.permute((0, 2, 1, 3, 4))?;
    Ok(squares.contiguous()?.reshape((2 * height, 2 * width, channels / 4))?)
}

/// The largest of each square of four places; height and width are even.
pub(super) fn max_pool(x: &Tensor) -> Result<Tensor> {
    let (height, width, channels) = x.dims3()?;
    Ok(x.reshape((height / 2, 2, width / 2, 2, channels))?.max(3)?.max(1)?)
}

fn numbers<'s>(storage: &'s CpuStorage, layout: &Layout) -> candle_core::Result<&'s [f32]> {
    let all = storage.as_slice::<f32>()?;
    let range = layout.contiguous_offsets().ok_or_else(|| candle_core::Error::Msg("the numbers are not in a row".to_owned()))?;
    Ok(&all[range.0..range.1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checkpoint::Checkpoint;
    use candle_core::Device;
    use std::collections::HashMap;

    fn map(height: usize, width: usize, channels: usize) -> Tensor {
        let values: Vec<f32> = (0..height * width * channels).map(|at| ((at * 37 % 23) as f32 - 11.0) / 7.0).collect();
        Tensor::from_vec(values, (height, width, channels), &Device::Cpu).expect("a map")
    }

    fn flat(x: &Tensor) -> Vec<f32> {
        x.flatten_all().and_then(|x| x.to_vec1()).expect("numbers")
    }

    fn weights(name: &str, rows: usize, out: usize) -> Weights {
        let weight = map(1, rows, out).reshape((rows, out)).expect("a matrix");
        let bias = map(1, 1, out).reshape(out).expect("a bias");
        let tensors = HashMap::from([(format!("{name}.weight"), weight), (format!("{name}.bias"), bias)]);
        Weights::new(Checkpoint::from_tensors(tensors, "a test"))
    }

    /// candle's own convolution, which wants channels first.
    fn theirs(x: &Tensor, kernel: &Tensor, bias: &Tensor, padding: usize, stride: usize, groups: usize) -> Tensor {
        let x = x.permute((2, 0, 1)).and_then(|x| x.unsqueeze(0)?.contiguous()).expect("channels first");
        let out = x.conv2d(kernel, padding, stride, 1, groups).expect("a convolution");
        let out = out.squeeze(0).and_then(|out| out.permute((1, 2, 0))?.contiguous()).expect("channels last");
        out.broadcast_add(bias).expect("a sum")
    }

    #[test]
    fn a_depthwise_convolution_is_candles_with_as_many_groups_as_channels() {
        for (kernel, stride) in [(3, 1), (5, 1), (3, 2), (5, 2)] {
            let (x, mut weights) = (map(6, 8, 5), weights("w", kernel * kernel, 5));
            let ours = Depthwise::load(&mut weights, "w", [kernel, 5], stride, Activation::Linear).expect("a layer");
            let filter = ours.weight.t().and_then(|filter| filter.contiguous()?.reshape((5, 1, kernel, kernel))).expect("a filter");
            let expected = theirs(&x, &filter, &ours.bias, kernel / 2, stride, 5);
            let found = ours.forward(&x).expect("a map");
            assert_eq!(found.dims(), expected.dims());
            assert!(flat(&found).iter().zip(flat(&expected)).all(|(one, other)| (one - other).abs() < 1e-4), "{kernel} {stride}");
        }
    }

    #[test]
    fn the_stem_is_candles_convolution_of_every_other_place() {
        let (x, mut weights) = (map(6, 8, 3), weights("stem", 27, 4));
        let ours = Stem::load(&mut weights, 4).expect("a layer");
        let filter = ours.0.weight.reshape((3, 3, 3, 4)).and_then(|filter| filter.permute((3, 2, 0, 1))?.contiguous()).expect("a filter");
        let expected = theirs(&x, &filter, &ours.0.bias, 1, 2, 1).clamp(0.0, 6.0).expect("a map");
        let found = ours.forward(&x).expect("a map");
        assert_eq!(found.dims(), expected.dims());
        assert!(flat(&found).iter().zip(flat(&expected)).all(|(one, other)| (one - other).abs() < 1e-4));
    }

    #[test]
    fn a_doubled_map_lies_between_the_places_and_keeps_its_edges() {
        let x = Tensor::from_vec(vec![0.0_f32, 4.0, 8.0, 12.0], (2, 2, 1), &Device::Cpu).expect("a map");
        let found = flat(&doubled(&x).expect("a map"));
        assert_eq!(found[..4], [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(found[4..8], [2.0, 3.0, 5.0, 6.0]);
        assert_eq!(found[12..], [8.0, 9.0, 11.0, 12.0]);
    }

    #[test]
    fn channels_become_places_in_reading_order() {
        let x = Tensor::from_vec((0..8).map(|at| at as f32).collect(), (1, 2, 4), &Device::Cpu).expect("a map");
        assert_eq!(flat(&depth_to_space(&x).expect("a map")), [0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0]);
        let back = depth_to_space(&x).and_then(|places| max_pool(&places)).expect("a map");
        assert_eq!(flat(&back), [3.0, 7.0]);
    }
}
