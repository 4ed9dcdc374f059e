//! The baked mannequin: the bytes of a [`Character`], and back.
//!
//! Little endian: `ZMAN`, format version u32, vertices u32, triangles u32; then per vertex position 3 × f32, normal 3 × i16 (over
//! 32767), joints 4 × u8, weights 4 × u16 (sum 65535), sRGB colour 3 × u8; then per triangle 3 × u32.

use super::{BodyMesh, Character, Material};
use crate::motion::{JOINT_COUNT, REST_OFFSETS_M};
use glam::Vec3;
use std::sync::Arc;
use thiserror::Error;

const MAGIC: &[u8; 4] = b"ZMAN";
const VERSION: u32 = 1;
const HEADER_LEN: usize = 16;
const VERTEX_LEN: usize = 12 + 6 + 4 + 8 + 3;
const TRIANGLE_LEN: usize = 12;

/// Why bytes are no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AssetError {
    /// Another kind of file, or another version of the maker.
    #[error("not a character of format version {VERSION}: bake it again with `cargo run --example bake_mannequin`")]
    Version,
    /// Length and counts disagree.
    #[error("a character of {expected} bytes has {actual}: bake it again with `cargo run --example bake_mannequin`")]
    Length {
        /// What the header promises.
        expected: usize,
        /// What is there.
        actual: usize,
    },
    /// A joint or vertex index out of range.
    #[error("a character names joint or vertex {0}, which does not exist: bake it again with `cargo run --example bake_mannequin`")]
    Index(u32),
}

static MANNEQUIN: &[u8] = include_bytes!("../../assets/mannequin.bin");

impl Character {
    /// The mannequin that ships with the program.
    ///
    /// # Panics
    /// Never: a test reads the asset that is compiled in.
    #[must_use]
    pub fn mannequin() -> Self {
        Self::from_bytes(MANNEQUIN).expect("the compiled-in asset is a character")
    }

    /// The bytes of this character, one mesh on our own bones. Positions stay exact; normals, weights and colours are quantized.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mesh = &self.meshes()[0];
        let mut bytes = MAGIC.to_vec();
        for word in [VERSION, mesh.positions_m.len() as u32, mesh.triangles.len() as u32] {
            bytes.extend(word.to_le_bytes());
        }
        for v in 0..mesh.positions_m.len() {
            bytes.extend(mesh.positions_m[v].to_array().iter().flat_map(|c| c.to_le_bytes()));
            bytes.extend(mesh.normals[v].to_array().iter().flat_map(|c| ((c * 32767.0).round() as i16).to_le_bytes()));
            bytes.extend(mesh.joints[v].map(|joint| joint as u8));
            bytes.extend(quantized(mesh.weights[v]).iter().flat_map(|w| w.to_le_bytes()));
            bytes.extend(mesh.colors[v].map(|c| (srgb_from_linear(c) * 255.0).round() as u8));
        }
        bytes.extend(mesh.triangles.iter().flatten().flat_map(|v| v.to_le_bytes()));
        bytes
    }

    /// A character from [`Character::to_bytes`].
    ///
    /// # Errors
    /// When the bytes are of another kind or version, truncated, or name joints or vertices that do not exist.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AssetError> {
        let (header, mut rest) = bytes.split_at_checked(HEADER_LEN).ok_or(AssetError::Version)?;
        let (magic, mut counts) = header.split_at(4);
        if magic != MAGIC || u32::from_le_bytes(take(&mut counts)) != VERSION {
            return Err(AssetError::Version);
        }
        let [vertices, triangles] = [0; 2].map(|_: i32| u32::from_le_bytes(take(&mut counts)) as usize);
        let expected =
            HEADER_LEN.saturating_add(vertices.saturating_mul(VERTEX_LEN)).saturating_add(triangles.saturating_mul(TRIANGLE_LEN));
        if expected != bytes.len() {
            return Err(AssetError::Length { expected, actual: bytes.len() });
        }
        let mut mesh = BodyMesh {
            name: "Character".to_owned(),
            material: Material::clay(),
            positions_m: Vec::with_capacity(vertices),
            normals: Vec::with_capacity(vertices),
            triangles: Vec::with_capacity(triangles),
            joints: Vec::with_capacity(vertices),
            weights: Vec::with_capacity(vertices),
            colors: Vec::with_capacity(vertices),
            uvs: Vec::new(),
            pose_shapes: Arc::default(),
        };
        let from = &mut rest;
        for _ in 0..vertices {
            mesh.positions_m.push(Vec3::from_array([0; 3].map(|_: i32| f32::from_le_bytes(take(from)))));
            let normal = Vec3::from_array([0; 3].map(|_: i32| f32::from(i16::from_le_bytes(take(from)))));
            mesh.normals.push(normal.normalize_or(Vec3::Y));
            mesh.joints.push(take::<4>(from).map(u16::from));
            let weights = [0; 4].map(|_: i32| f32::from(u16::from_le_bytes(take(from))));
            let sum = weights.iter().sum::<f32>().max(1.0);
            mesh.weights.push(weights.map(|w| w / sum));
            mesh.colors.push(take::<3>(from).map(|c| linear_from_srgb(f32::from(c) / 255.0)));
        }
        mesh.triangles.extend((0..triangles).map(|_| [0; 3].map(|_: i32| u32::from_le_bytes(take(from)))));
        let bad_joint = mesh.joints.iter().flatten().copied().map(u32::from).find(|&j| j as usize >= JOINT_COUNT);
        let bad_vertex = mesh.triangles.iter().flatten().copied().find(|&v| v as usize >= vertices);
        match bad_joint.or(bad_vertex) {
            Some(index) => Err(AssetError::Index(index)),
            None => Ok(Self::of_ours(&REST_OFFSETS_M, mesh)),
        }
    }
}

/// The next `N` bytes; the caller has checked the length.
fn take<const N: usize>(from: &mut &[u8]) -> [u8; N] {
    let (head, tail) = from.split_first_chunk().expect("the length is checked before reading");
    *from = tail;
    *head
}

/// Weights as 16-bit shares that sum to 65535; the heaviest takes the rounding.
fn quantized(weights: [f32; 4]) -> [u16; 4] {
    let mut shares = weights.map(|w| (w * 65535.0).round() as i32);
    shares[0] += 65535 - shares.iter().sum::<i32>();
    shares.map(|s| s.clamp(0, 65535) as u16)
}

/// A linear value of a colour, 0..=1, as sRGB has it.
#[must_use]
pub fn srgb_from_linear(c: f32) -> f32 {
    if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

pub(super) fn linear_from_srgb(c: f32) -> f32 {
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}
