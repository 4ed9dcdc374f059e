//! The published measures (`docs/representation.md`, Evaluation), as functions of embeddings, joints and codes. No files, no networks.
//!
//! Sources: FID, Heusel et al. (arXiv 1706.08500); R-precision, MM-distance, diversity and multimodality, Guo et al., *Generating
//! Diverse and Natural 3D Human Motions from Text* (CVPR 2022).

use crate::motion::JOINT_COUNT;
use glam::Vec3;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// R-precision is told for the best 1, 2 and 3.
pub const TOP: usize = 3;

/// Embeddings of clips or captions: rows of the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    dim: usize,
    values: Vec<f32>,
}

impl Embeddings {
    /// No rows yet, of `dim` numbers each.
    ///
    /// # Panics
    /// If `dim` is 0.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        assert!(dim > 0, "an embedding has numbers");
        Self { dim, values: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it has another length.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dim, "numbers in an embedding");
        self.values.extend_from_slice(row);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.dim..(index + 1) * self.dim]
    }
}

/// Euclidean distance of two embeddings. (The published expansion a² − 2ab + b² turns negative for equal ones.)
#[must_use]
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
}

/// Mean and covariance of embeddings.
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// `[dim]`.
    pub mean: DVector<f64>,
    /// `[dim, dim]`, over n − 1.
    pub covariance: DMatrix<f64>,
}

impl Gaussian {
    /// Of at least two rows; none otherwise.
    #[must_use]
    pub fn of(embeddings: &Embeddings) -> Option<Self> {
        let (rows, dim) = (embeddings.len(), embeddings.dim);
        if rows < 2 {
            return None;
        }
        let mut centred = DMatrix::from_row_iterator(rows, dim, embeddings.values.iter().copied().map(f64::from));
        let mean = centred.row_mean().transpose();
        for mut row in centred.row_iter_mut() {
            row -= mean.transpose();
        }
        Some(Self { covariance: centred.tr_mul(&centred) / (rows - 1) as f64, mean })
    }
}

/// The Fréchet distance of two normal distributions, |m₁ − m₂|² + tr C₁ + tr C₂ − 2 tr √(C₁ C₂).
///
/// The product has the eigenvalues of the symmetric √C₁ C₂ √C₁, so its root's trace needs neither complex numbers nor the published
/// patch (1e-6 on the diagonals) for singular covariances; eigenvalues that rounding made negative count as 0.
#[must_use]
pub fn frechet_distance(a: &Gaussian, b: &Gaussian) -> f64 {
    let root = |value: &f64| value.max(0.0).sqrt();
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(a.covariance.clone());
    let root_a = &eigenvectors * DMatrix::from_diagonal(&eigenvalues.map(|value| root(&value))) * eigenvectors.transpose();
    let product = &root_a * &b.covariance * &root_a;
    let symmetric = (&product + product.transpose()) * 0.5;
    let root_trace: f64 = symmetric.symmetric_eigenvalues().iter().map(root).sum();
    (&a.mean - &b.mean).norm_squared() + a.covariance.trace() + b.covariance.trace() - 2.0 * root_trace
}

/// For each caption of a pool, how many of the pool's other clips lie nearer to it than its own, and how far its own is.
/// Row `i` of `motion` belongs to row `i` of `text`.
///
/// # Panics
/// If the pool names a row that is not there.
#[must_use]
pub fn ranks(text: &Embeddings, motion: &Embeddings, pool: &[usize]) -> Vec<(usize, f64)> {
    let rank = |&own: &usize| {
        let to = |clip: usize| distance(text.row(own), motion.row(clip));
        let own_distance = to(own);
        (pool.iter().filter(|&&clip| clip != own && to(clip) < own_distance).count(), own_distance)
    };
    pool.iter().map(rank).collect()
}

/// How many ranks are below 1, 2 and 3.
#[must_use]
pub fn hits(ranks: &[(usize, f64)]) -> [usize; TOP] {
    std::array::from_fn(|top| ranks.iter().filter(|(rank, _)| *rank <= top).count())
}

/// Mean distance of embeddings in pairs: diversity, where both lists are random; multimodality, where they are takes of one caption.
///
/// # Panics
/// If the lists name a row that is not there.
#[must_use]
pub fn mean_distance(embeddings: &Embeddings, first: &[usize], second: &[usize]) -> f64 {
    mean(first.iter().zip(second).map(|(&a, &b)| distance(embeddings.row(a), embeddings.row(b))))
}

/// World positions of one frame's joints, metres.
pub type Joints = [Vec3; JOINT_COUNT];

/// Mean distance of the joints of two poses, each seen from its own pelvis, metres; headings are not aligned (MPJPE).
#[must_use]
pub fn joint_error_m(ours: &Joints, truth: &Joints) -> f32 {
    let apart = (0..JOINT_COUNT).map(|joint| (ours[joint] - ours[0]).distance(truth[joint] - truth[0]));
    apart.sum::<f32>() / JOINT_COUNT as f32
}

/// Length of the second difference of each joint, seen from the pelvis, m a frame²: the mean and the largest of the joints, for
/// each frame but two.
#[must_use]
pub fn accelerations_m(joints: &[Joints]) -> Vec<(f32, f32)> {
    let centred = |frame: &Joints, joint: usize| frame[joint] - frame[0];
    let of = |w: &[Joints]| std::array::from_fn(|j| (centred(&w[2], j) - 2.0 * centred(&w[1], j) + centred(&w[0], j)).length());
    let pair = |lengths: [f32; JOINT_COUNT]| (lengths.iter().sum::<f32>() / JOINT_COUNT as f32, lengths.into_iter().fold(0.0, f32::max));
    joints.windows(3).map(|window| pair(of(window))).collect()
}

/// Mean length of the third difference of the joints, seen from the pelvis, m a frame³; 0 for fewer than four frames. The published
/// code has no such measure.
#[must_use]
pub fn jerk_m(joints: &[Joints]) -> f64 {
    let centred = |frame: &Joints, joint: usize| frame[joint] - frame[0];
    let third = |w: &[Joints], j: usize| (centred(&w[3], j) - centred(&w[0], j) - 3.0 * (centred(&w[2], j) - centred(&w[1], j))).length();
    mean(joints.windows(4).flat_map(|window| (0..JOINT_COUNT).map(|joint| f64::from(third(window, joint)))))
}

/// How a codebook is used: the perplexity exp(−Σ p ln p) of its codes' shares, and the share of codes that occur at all.
#[must_use]
pub fn code_use(codes: impl IntoIterator<Item = u32>, codebook: usize) -> (f64, f64) {
    let mut counts = vec![0_usize; codebook];
    for code in codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let total = counts.iter().sum::<usize>().max(1) as f64;
    let entropy: f64 = counts.iter().map(|&count| count as f64 / total).map(|share| -share * (share + 1e-7).ln()).sum();
    (entropy.exp(), counts.iter().filter(|&&count| count > 0).count() as f64 / codebook.max(1) as f64)
}

/// The mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f64
}
