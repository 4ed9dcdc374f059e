//! The look of the mannequin: its colour and its build.
//!
//! A build moves every vertex away from the bones that lead it, or towards them: limbs get thicker, not longer. Joints stay where they
//! are, so a motion is the same on every build, and feet stay on the floor.

use super::asset::linear_from_srgb;
use super::mannequin::{LINE, SKIN};
use super::{BodyMesh, Character};
use crate::motion::{JOINT_COUNT, Joint, rest_positions};
use glam::Vec3;
use serde::{Deserialize, Serialize};

/// Colour and build of the mannequin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MannequinLook {
    /// Its skin, sRGB.
    pub color: [u8; 3],
    /// From −1, slim, over 0, regular, to 1, sturdy.
    pub build: f32,
}

impl Default for MannequinLook {
    fn default() -> Self {
        Self { color: COLORS[0].1, build: 0.0 }
    }
}

/// Colours that suit it, and their names; the first one is its own.
pub const COLORS: [(&str, [u8; 3]); 6] = [
    ("Clay", [206, 201, 195]),
    ("Sand", [217, 180, 138]),
    ("Terracotta", [199, 112, 84]),
    ("Sage", [139, 166, 136]),
    ("Slate", [108, 136, 173]),
    ("Graphite", [88, 92, 102]),
];

/// Builds that have a name.
pub const BUILDS: [(&str, f32); 3] = [("Slim", -1.0), ("Regular", 0.0), ("Sturdy", 1.0)];

/// What is slim loses less than what is sturdy gains.
const SLIM_SHARE: f32 = 0.75;

/// Which limb a joint leads, or the trunk: what is thick between two of them would fold when they bend.
const LIMBS: [usize; JOINT_COUNT] = [0, 1, 2, 0, 3, 4, 0, 3, 4, 0, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8, 7, 8];
const LIMB_COUNT: usize = 9;

/// The axis that a part of the body grows away from, and by which share of its thickness at most.
struct Part {
    on_axis_m: Vec3,
    along: Vec3,
    growth: f32,
}

impl MannequinLook {
    /// The look with a build within bounds.
    #[must_use]
    pub fn within_bounds(self) -> Self {
        Self { build: if self.build.is_finite() { self.build.clamp(-1.0, 1.0) } else { 0.0 }, ..self }
    }
}

impl Character {
    /// The mannequin with this look.
    #[must_use]
    pub fn mannequin_with(look: MannequinLook) -> Self {
        let look = look.within_bounds();
        let mannequin = Self::mannequin();
        let mapping = mannequin.mapping().clone();
        let mut meshes = mannequin.into_meshes();
        if look.color != MannequinLook::default().color {
            let skin = Vec3::from(look.color.map(|c| linear_from_srgb(f32::from(c) / 255.0)));
            meshes.iter_mut().for_each(|mesh| paint(&mut mesh.colors, skin));
        }
        if look.build != 0.0 {
            let amount = if look.build < 0.0 { look.build * SLIM_SHARE } else { look.build };
            meshes.iter_mut().for_each(|mesh| build(mesh, amount));
        }
        Self::new(mapping, meshes)
    }
}

/// Another skin colour; joint lines stay darker than it, and are lighter on a dark one.
fn paint(colors: &mut [[f32; 3]], skin: Vec3) {
    let line = if skin.max_element() > 0.12 { LINE * skin / SKIN } else { skin + 0.12 };
    for color in colors {
        let of_line = ((SKIN.y - color[1]) / (SKIN.y - LINE.y)).clamp(0.0, 1.0);
        *color = skin.lerp(line, of_line).to_array();
    }
}

/// Thicker or thinner by this share of each part's growth.
fn build(mesh: &mut BodyMesh, amount: f32) {
    let parts = parts();
    let before = mesh.positions_m.clone();
    for (v, position_m) in mesh.positions_m.iter_mut().enumerate() {
        let led_by = || mesh.joints[v].iter().map(|joint| usize::from(*joint)).zip(mesh.weights[v]);
        let moves_m = led_by().map(|(joint, weight)| {
            let part = &parts[joint];
            let from_axis_m = (before[v] - part.on_axis_m).reject_from_normalized(part.along);
            weight * part.growth * from_axis_m
        });
        let mut of_limbs = [0.0; LIMB_COUNT];
        led_by().for_each(|(joint, weight)| of_limbs[LIMBS[joint]] += weight);
        let belly = of_limbs.into_iter().fold(0.0, f32::max);
        // What gets thinner leaves room in creases by itself.
        let share = if amount > 0.0 { away_from_creases(belly) } else { 1.0 };
        *position_m += amount * share * moves_m.sum::<Vec3>();
    }
    // Normals turn as their faces do, and keep what is smoother in them than faces are.
    let (old, new) = (BodyMesh::normals_of(&before, &mesh.triangles), BodyMesh::normals_of(&mesh.positions_m, &mesh.triangles));
    for (normal, (old, new)) in mesh.normals.iter_mut().zip(old.iter().zip(new)) {
        *normal = (*normal + new - *old).normalize_or(*normal);
    }
}

/// How much of the growth there is where one limb has this share: none in the crease between two, all in the belly of one.
fn away_from_creases(share: f32) -> f32 {
    let t = ((share - 0.5) / 0.5).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn parts() -> [Part; JOINT_COUNT] {
    let rest_m = rest_positions();
    std::array::from_fn(|joint| {
        let at = |joint: Joint| rest_m[joint as usize];
        let here_m = rest_m[joint];
        // A leg grows outwards: its axis lies nearer to the other leg, so that they do not meet.
        let leg_m = Vec3::X * -here_m.x.signum() * 0.045;
        let (on_axis_m, along, growth) = match Joint::ALL[joint] {
            Joint::Pelvis => (here_m, Vec3::Y, 0.13),
            Joint::Spine1 => (here_m, Vec3::Y, 0.18),
            Joint::Spine2 => (here_m, Vec3::Y, 0.16),
            Joint::Spine3 => (here_m, Vec3::Y, 0.13),
            Joint::Neck => (here_m, at(Joint::Head) - at(Joint::Neck), 0.12),
            Joint::Head => (here_m, Vec3::Y, 0.03),
            Joint::LCollar | Joint::RCollar => (here_m, Vec3::X, 0.10),
            Joint::LShoulder | Joint::RShoulder => (here_m, Vec3::X, 0.20),
            Joint::LElbow | Joint::RElbow => (here_m, Vec3::X, 0.16),
            Joint::LWrist | Joint::RWrist => (here_m, Vec3::X, 0.05),
            Joint::LHip => (here_m + leg_m, at(Joint::LKnee) - here_m, 0.16),
            Joint::RHip => (here_m + leg_m, at(Joint::RKnee) - here_m, 0.16),
            Joint::LKnee => (here_m + leg_m, at(Joint::LAnkle) - here_m, 0.14),
            Joint::RKnee => (here_m + leg_m, at(Joint::RAnkle) - here_m, 0.14),
            Joint::LAnkle | Joint::RAnkle | Joint::LFoot | Joint::RFoot => (here_m, Vec3::Y, 0.0),
        };
        Part { on_axis_m, along: along.normalize(), growth }
    })
}
