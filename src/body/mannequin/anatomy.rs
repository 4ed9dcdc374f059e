//! The figure itself: every measure of the mannequin, as cross-sections and ellipsoids of its left half.
//!
//! Lengths in metres, in rest space. Shapes that exist twice are given once, on the left; [`Figure::value`] folds the right
//! half onto the left.

use super::field::{Join, Loft, Part, Section, Shape, smooth_min};
use super::remesh::Rail;
use glam::{EulerRot, Quat, Vec3, vec3};

/// The whole body as one field.
pub(super) struct Figure {
    parts: Vec<Part>,
}

/// Half-width of the rounding where the two halves meet.
const FOLD_ROUNDING_M: f32 = 0.006;

impl Figure {
    /// The mannequin.
    pub(super) fn new() -> Self {
        Self { parts: vec![torso(), head(), arm(), hand(), leg(), foot()] }
    }

    /// Field of the body: negative inside, about metres near the surface, symmetric about x = 0.
    pub(super) fn value(&self, p: Vec3) -> f32 {
        let p = fold(p);
        let mut d = f32::MAX;
        for part in &self.parts {
            if part.box_distance(p) < d.max(0.0) + part.fillet_m {
                d = smooth_min(d, part.value(p), part.fillet_m);
            }
        }
        // The soles are flat.
        -smooth_min(-d, p.y, 0.004)
    }

    /// Outward gradient of [`Figure::value`] by central differences.
    pub(super) fn gradient(&self, p: Vec3) -> Vec3 {
        const STEP_M: f32 = 4e-4;
        let along = |axis: Vec3| (self.value(p + axis * STEP_M) - self.value(p - axis * STEP_M)) / (2.0 * STEP_M);
        vec3(along(Vec3::X), along(Vec3::Y), along(Vec3::Z))
    }
}

/// The right half onto the left, without a kink at x = 0.
fn fold(p: Vec3) -> Vec3 {
    vec3((p.x * p.x + FOLD_ROUNDING_M * FOLD_ROUNDING_M).sqrt(), p.y, p.z)
}

/// A cross-section given as (at, centre, reach +u −u +v −v, exponent).
fn section(at: f32, center: [f32; 2], reach: [f32; 4], exponent: f32) -> Section {
    Section { at, center, reach, exponent }
}

fn degrees(x: f32, y: f32, z: f32) -> Quat {
    Quat::from_euler(EulerRot::XYZ, x.to_radians(), y.to_radians(), z.to_radians())
}

fn torso() -> Part {
    // height, half width, front, back, z of the centre, exponent
    let rows = [
        (0.804, 0.020, 0.012, 0.012, -0.008, 2.0),
        (0.820, 0.062, 0.036, 0.046, -0.006, 2.0),
        (0.835, 0.100, 0.0710, 0.0810, -0.0050, 2.0),
        (0.870, 0.140, 0.0830, 0.0930, -0.0050, 2.1),
        (0.910, 0.158, 0.0877, 0.0953, -0.0037, 2.2),
        (0.955, 0.154, 0.0865, 0.0875, -0.0005, 2.3),
        (1.005, 0.140, 0.0820, 0.0780, 0.0020, 2.3),
        (1.060, 0.125, 0.0770, 0.0710, 0.0030, 2.3),
        (1.110, 0.122, 0.0780, 0.0740, 0.0020, 2.3),
        (1.165, 0.129, 0.0847, 0.0843, 0.0003, 2.3),
        (1.225, 0.142, 0.0953, 0.0977, -0.0013, 2.3),
        (1.285, 0.152, 0.1015, 0.1065, -0.0025, 2.3),
        (1.335, 0.154, 0.0943, 0.1067, -0.0063, 2.3),
        (1.380, 0.142, 0.0747, 0.0963, -0.0107, 2.2),
        (1.412, 0.112, 0.0560, 0.0800, -0.0120, 2.1),
        (1.440, 0.074, 0.0420, 0.0660, -0.0120, 2.0),
        (1.458, 0.054, 0.0335, 0.0565, -0.0115, 2.0),
    ];
    let sections: Vec<Section> =
        rows.iter().map(|&(y, half, front, back, z, n)| section(y, [0.0, z], [half, half, front, back], n)).collect();
    let trunk = Shape::Loft(Loft::new(Vec3::ZERO, Vec3::Y, Vec3::X, Vec3::Z, &sections));
    let shapes = vec![
        (Join::Add(0.01), trunk),
        // between the legs
        (Join::Add(0.040), Shape::ellipsoid(vec3(0.0, 0.848, -0.008), vec3(0.090, 0.056, 0.064))),
        // trapezius: neck to shoulder
        (Join::Add(0.045), Shape::cone(vec3(0.022, 1.480, -0.030), 0.034, vec3(0.155, 1.398, -0.022), 0.036)),
        // collar bones
        (Join::Add(0.018), Shape::cone(vec3(0.020, 1.428, 0.020), 0.0055, vec3(0.145, 1.418, -0.006), 0.0055)),
        // pectorals
        (Join::Add(0.050), Shape::turned(vec3(0.068, 1.302, 0.044), vec3(0.078, 0.064, 0.046), degrees(-10.0, 20.0, 14.0))),
        // shoulder blades
        (Join::Add(0.055), Shape::turned(vec3(0.078, 1.322, -0.062), vec3(0.064, 0.088, 0.046), degrees(6.0, -14.0, 8.0))),
        // latissimus
        (Join::Add(0.045), Shape::turned(vec3(0.106, 1.270, -0.030), vec3(0.044, 0.110, 0.064), degrees(0.0, 0.0, -8.0))),
        // gluteus
        (Join::Add(0.055), Shape::turned(vec3(0.070, 0.874, -0.046), vec3(0.072, 0.086, 0.060), degrees(-10.0, 0.0, 10.0))),
        // breastbone
        (Join::Cut(0.040), Shape::ellipsoid(vec3(0.0, 1.315, 0.122), vec3(0.010, 0.070, 0.026))),
        // spine furrow
        (Join::Cut(0.044), Shape::ellipsoid(vec3(0.0, 1.12, -0.128), vec3(0.016, 0.210, 0.034))),
    ];
    Part { shapes, fillet_m: 0.03, low: vec3(0.0, 0.78, -0.15), high: vec3(0.21, 1.52, 0.13) }
}

fn head() -> Part {
    // height, z of the centre, half width, front, back
    let neck_rows = [
        (1.400, -0.026, 0.062, 0.056, 0.056),
        (1.440, -0.022, 0.057, 0.053, 0.055),
        (1.480, -0.014, 0.054, 0.052, 0.055),
        (1.520, -0.006, 0.053, 0.051, 0.058),
        (1.560, 0.000, 0.054, 0.052, 0.062),
    ];
    let face_rows = [
        (1.490, 0.064, 0.018, 0.018, 0.022),
        (1.500, 0.055, 0.030, 0.030, 0.040),
        (1.514, 0.045, 0.040, 0.040, 0.058),
        (1.532, 0.035, 0.049, 0.050, 0.078),
        (1.552, 0.025, 0.055, 0.061, 0.085),
        (1.576, 0.014, 0.061, 0.073, 0.085),
        (1.602, 0.006, 0.066, 0.081, 0.084),
        (1.624, 0.002, 0.067, 0.083, 0.080),
        (1.650, 0.000, 0.056, 0.064, 0.066),
    ];
    let loft = |rows: &[(f32, f32, f32, f32, f32)], exponent: f32| {
        let sections: Vec<Section> =
            rows.iter().map(|&(y, z, half, front, back)| section(y, [0.0, z], [half, half, front, back], exponent)).collect();
        Shape::Loft(Loft::new(Vec3::ZERO, Vec3::Y, Vec3::X, Vec3::Z, &sections))
    };
    let shapes = vec![
        (Join::Add(0.01), loft(&neck_rows, 2.0)),
        // cranium
        (Join::Add(0.025), Shape::ellipsoid(vec3(0.0, 1.622, -0.006), vec3(0.075, 0.090, 0.095))),
        (Join::Add(0.020), loft(&face_rows, 2.15)),
        // eye sockets, and the lids in them
        (Join::Cut(0.022), Shape::turned(vec3(0.034, 1.601, 0.094), vec3(0.023, 0.012, 0.020), degrees(0.0, 24.0, -5.0))),
        (Join::Add(0.006), Shape::turned(vec3(0.0325, 1.5985, 0.0635), vec3(0.0150, 0.0095, 0.0125), degrees(0.0, 14.0, -4.0))),
        // nose
        (Join::Add(0.016), Shape::cone(vec3(0.0, 1.610, 0.081), 0.0065, vec3(0.0, 1.568, 0.0975), 0.0082)),
        (Join::Add(0.010), Shape::ellipsoid(vec3(0.0090, 1.5655, 0.0905), vec3(0.0062, 0.0056, 0.0080))),
        // lips
        (Join::Add(0.008), Shape::turned(vec3(0.0, 1.5365, 0.0815), vec3(0.0195, 0.0052, 0.0070), degrees(8.0, 0.0, 0.0))),
        (Join::Add(0.005), Shape::turned(vec3(0.0, 1.5275, 0.0805), vec3(0.0160, 0.0060, 0.0072), degrees(-8.0, 0.0, 0.0))),
        // chin
        (Join::Add(0.020), Shape::ellipsoid(vec3(0.0, 1.502, 0.073), vec3(0.017, 0.012, 0.013))),
        // ears
        (Join::Add(0.016), Shape::turned(vec3(0.0730, 1.588, -0.010), vec3(0.0075, 0.029, 0.0165), degrees(-14.0, -20.0, -5.0))),
        (Join::Cut(0.006), Shape::turned(vec3(0.0850, 1.590, -0.002), vec3(0.0060, 0.016, 0.0080), degrees(-14.0, -20.0, -5.0))),
    ];
    Part { shapes, fillet_m: 0.03, low: vec3(0.0, 1.38, -0.12), high: vec3(0.11, 1.73, 0.14) }
}

fn arm() -> Part {
    // x, centre y, centre z, up, down, front, back
    let rows = [
        (0.120, 1.374, -0.016, 0.040, 0.045, 0.045, 0.050),
        (0.165, 1.382, -0.016, 0.050, 0.056, 0.052, 0.054),
        (0.210, 1.385, -0.016, 0.051, 0.056, 0.051, 0.053),
        (0.260, 1.385, -0.017, 0.046, 0.049, 0.048, 0.050),
        (0.310, 1.385, -0.018, 0.042, 0.043, 0.047, 0.047),
        (0.360, 1.385, -0.019, 0.040, 0.040, 0.045, 0.044),
        (0.405, 1.385, -0.020, 0.036, 0.036, 0.039, 0.039),
        (0.440, 1.385, -0.020, 0.035, 0.035, 0.036, 0.038),
        (0.475, 1.385, -0.020, 0.037, 0.037, 0.039, 0.037),
        (0.515, 1.385, -0.019, 0.037, 0.036, 0.041, 0.035),
        (0.570, 1.385, -0.018, 0.032, 0.031, 0.037, 0.032),
        (0.630, 1.385, -0.017, 0.025, 0.024, 0.031, 0.028),
        (0.675, 1.385, -0.016, 0.0205, 0.0205, 0.028, 0.0265),
        (0.705, 1.385, -0.016, 0.016, 0.016, 0.023, 0.022),
        (0.725, 1.385, -0.016, 0.008, 0.008, 0.012, 0.012),
    ];
    let sections: Vec<Section> =
        rows.iter().map(|&(x, y, z, up, down, front, back)| section(x, [y, z], [up, down, front, back], 2.0)).collect();
    let shapes = vec![
        (Join::Add(0.01), Shape::Loft(Loft::new(Vec3::ZERO, Vec3::X, Vec3::Y, Vec3::Z, &sections))),
        // deltoid
        (Join::Add(0.030), Shape::turned(vec3(0.196, 1.392, -0.016), vec3(0.060, 0.050, 0.056), degrees(0.0, 0.0, -8.0))),
    ];
    Part { shapes, fillet_m: 0.045, low: vec3(0.10, 1.31, -0.09), high: vec3(0.72, 1.46, 0.06) }
}

/// Where the hand begins.
const WRIST: Vec3 = vec3(0.688, 1.385, -0.016);

fn hand() -> Part {
    // x, centre y, up, down, front (thumb side), back
    let rows = [
        (-0.050, 0.000, 0.0080, 0.0080, 0.0120, 0.0120),
        (-0.025, 0.000, 0.0180, 0.0180, 0.0250, 0.0240),
        (0.005, 0.000, 0.0185, 0.0190, 0.0280, 0.0270),
        (0.030, 0.001, 0.0165, 0.0185, 0.0325, 0.0315),
        (0.056, 0.002, 0.0145, 0.0165, 0.0365, 0.0365),
        (0.076, 0.002, 0.0125, 0.0140, 0.0375, 0.0380),
        (0.090, 0.001, 0.0100, 0.0110, 0.0345, 0.0350),
        (0.100, 0.000, 0.0060, 0.0060, 0.0240, 0.0240),
    ];
    let sections: Vec<Section> =
        rows.iter().map(|&(x, y, up, down, front, back)| section(x, [y, 0.0], [up, down, front, back], 2.3)).collect();
    let mut shapes = vec![
        (Join::Add(0.01), Shape::Loft(Loft::new(WRIST, Vec3::X, Vec3::Y, Vec3::Z, &sections))),
        // heel of the thumb and of the little finger
        (Join::Add(0.012), Shape::turned(WRIST + vec3(0.038, -0.011, 0.024), vec3(0.031, 0.012, 0.015), degrees(0.0, -22.0, -8.0))),
        (Join::Add(0.012), Shape::ellipsoid(WRIST + vec3(0.040, -0.010, -0.024), vec3(0.033, 0.010, 0.013))),
    ];
    // knuckle, fan (degrees, towards the thumb), bend per joint, phalanges, radius
    let fingers = [
        (vec3(0.082, 0.001, 0.0290), 7.0, [10.0, 16.0, 10.0], [0.044, 0.025, 0.018], 0.0094),
        (vec3(0.087, 0.003, 0.0090), 2.0, [11.0, 18.0, 11.0], [0.048, 0.029, 0.019], 0.0097),
        (vec3(0.083, 0.002, -0.0114), -4.5, [13.0, 20.0, 12.0], [0.044, 0.027, 0.019], 0.0092),
        (vec3(0.074, -0.001, -0.0298), -11.5, [15.0, 22.0, 13.0], [0.036, 0.020, 0.017], 0.0083),
    ];
    for (knuckle, fan, bends, phalanges, radius) in fingers {
        let mut at = WRIST + knuckle;
        let mut bend = 0.0;
        for (i, (step, length)) in bends.into_iter().zip(phalanges).enumerate() {
            bend += step;
            let turn = degrees(0.0, -fan, 0.0) * degrees(0.0, 0.0, -bend);
            let next = at + turn * Vec3::X * length;
            let thin = |joint: usize| radius * [0.95, 0.96, 0.88, 0.77][joint];
            shapes.push((Join::Add(if i == 0 { 0.011 } else { 0.004 }), Shape::cone(at, thin(i), next, thin(i + 1))));
            at = next;
        }
    }
    let thumb = [vec3(0.020, -0.008, 0.018), vec3(0.054, -0.018, 0.045), vec3(0.083, -0.024, 0.062), vec3(0.105, -0.028, 0.070)];
    let radii = [0.014, 0.0110, 0.0098, 0.0082];
    for i in 0..3 {
        let fillet = [0.016, 0.008, 0.003][i];
        shapes.push((Join::Add(fillet), Shape::cone(WRIST + thumb[i], radii[i], WRIST + thumb[i + 1], radii[i + 1])));
    }
    Part { shapes, fillet_m: 0.012, low: vec3(0.63, 1.30, -0.08), high: vec3(0.89, 1.42, 0.08) }
}

fn leg() -> Part {
    // height, centre x, centre z, outer, inner, front, back
    let rows = [
        (0.970, 0.080, 0.000, 0.020, 0.030, 0.030, 0.030),
        (0.920, 0.086, 0.000, 0.054, 0.062, 0.064, 0.070),
        (0.860, 0.090, 0.001, 0.076, 0.082, 0.084, 0.086),
        (0.800, 0.091, 0.003, 0.080, 0.077, 0.085, 0.087),
        (0.740, 0.092, 0.004, 0.077, 0.071, 0.083, 0.080),
        (0.660, 0.094, 0.006, 0.070, 0.064, 0.076, 0.070),
        (0.580, 0.096, 0.006, 0.060, 0.055, 0.065, 0.060),
        (0.520, 0.097, 0.005, 0.052, 0.049, 0.054, 0.052),
        (0.470, 0.098, 0.004, 0.047, 0.045, 0.050, 0.046),
        (0.430, 0.098, 0.002, 0.046, 0.046, 0.045, 0.047),
        (0.390, 0.099, -0.003, 0.050, 0.049, 0.041, 0.055),
        (0.340, 0.100, -0.007, 0.054, 0.052, 0.040, 0.062),
        (0.280, 0.100, -0.010, 0.047, 0.046, 0.039, 0.056),
        (0.210, 0.101, -0.014, 0.038, 0.036, 0.036, 0.043),
        (0.150, 0.102, -0.017, 0.029, 0.028, 0.031, 0.034),
        (0.110, 0.102, -0.019, 0.029, 0.028, 0.031, 0.033),
        (0.075, 0.102, -0.021, 0.030, 0.029, 0.033, 0.034),
        (0.045, 0.102, -0.022, 0.022, 0.022, 0.024, 0.030),
        (0.030, 0.102, -0.022, 0.012, 0.012, 0.012, 0.015),
    ];
    let sections: Vec<Section> =
        rows.iter().rev().map(|&(y, x, z, outer, inner, front, back)| section(y, [x, z], [outer, inner, front, back], 2.0)).collect();
    let shapes = vec![
        (Join::Add(0.01), Shape::Loft(Loft::new(Vec3::ZERO, Vec3::Y, Vec3::X, Vec3::Z, &sections))),
        // the inner head of the calf hangs lower than the outer
        (Join::Add(0.025), Shape::turned(vec3(0.082, 0.335, -0.034), vec3(0.026, 0.065, 0.026), degrees(0.0, 0.0, 4.0))),
        (Join::Add(0.025), Shape::turned(vec3(0.122, 0.350, -0.030), vec3(0.024, 0.060, 0.026), degrees(0.0, 0.0, -4.0))),
        // kneecap
        (Join::Add(0.028), Shape::ellipsoid(vec3(0.098, 0.482, 0.038), vec3(0.023, 0.030, 0.0155))),
        // quadriceps, inner and outer
        (Join::Add(0.040), Shape::turned(vec3(0.073, 0.570, 0.034), vec3(0.022, 0.055, 0.022), degrees(0.0, 0.0, 8.0))),
        (Join::Add(0.030), Shape::turned(vec3(0.122, 0.620, 0.032), vec3(0.026, 0.090, 0.030), degrees(0.0, 0.0, -4.0))),
        // ankle bones
        (Join::Add(0.018), Shape::ellipsoid(vec3(0.1265, 0.074, -0.024), vec3(0.009, 0.014, 0.011))),
        (Join::Add(0.018), Shape::ellipsoid(vec3(0.0775, 0.083, -0.018), vec3(0.009, 0.014, 0.011))),
    ];
    Part { shapes, fillet_m: 0.03, low: vec3(0.0, 0.02, -0.11), high: vec3(0.19, 0.99, 0.11) }
}

fn foot() -> Part {
    // z, centre x, outer, inner, height
    let rows = [
        (-0.072, 0.101, 0.022, 0.022, 0.040),
        (-0.055, 0.101, 0.029, 0.029, 0.066),
        (-0.025, 0.102, 0.031, 0.030, 0.080),
        (0.010, 0.104, 0.033, 0.029, 0.078),
        (0.045, 0.107, 0.038, 0.032, 0.066),
        (0.080, 0.111, 0.043, 0.037, 0.048),
        (0.108, 0.114, 0.045, 0.041, 0.036),
        (0.128, 0.116, 0.043, 0.041, 0.027),
    ];
    let sections: Vec<Section> = rows
        .iter()
        .map(|&(z, x, outer, inner, height)| section(z, [x, 0.40 * height], [outer, inner, 0.60 * height, 0.42 * height], 2.3))
        .collect();
    let mut shapes = vec![
        (Join::Add(0.01), Shape::Loft(Loft::new(Vec3::ZERO, Vec3::Z, Vec3::X, Vec3::Y, &sections))),
        (Join::Add(0.02), Shape::ellipsoid(vec3(0.101, 0.030, -0.048), vec3(0.031, 0.034, 0.033))),
        // arch
        (Join::Cut(0.020), Shape::ellipsoid(vec3(0.074, 0.000, 0.030), vec3(0.020, 0.012, 0.044))),
    ];
    // root, tip, radius
    let toes = [
        (vec3(0.090, 0.016, 0.122), vec3(0.094, 0.0125, 0.166), 0.0148),
        (vec3(0.1085, 0.014, 0.128), vec3(0.1135, 0.0100, 0.167), 0.0098),
        (vec3(0.1245, 0.0135, 0.124), vec3(0.1300, 0.0095, 0.158), 0.0092),
        (vec3(0.1390, 0.0125, 0.117), vec3(0.1440, 0.0090, 0.146), 0.0087),
        (vec3(0.1510, 0.0115, 0.107), vec3(0.1555, 0.0085, 0.131), 0.0082),
    ];
    for (root, tip, radius) in toes {
        let knuckle = root.lerp(tip, 0.45) + vec3(0.0, 0.0035, 0.0);
        shapes.push((Join::Add(0.012), Shape::cone(root, radius * 1.05, knuckle, radius)));
        shapes.push((Join::Add(0.003), Shape::cone(knuckle, radius, tip, radius * 0.9)));
    }
    Part { shapes, fillet_m: 0.032, low: vec3(0.055, -0.01, -0.09), high: vec3(0.18, 0.11, 0.19) }
}

/// The joint lines of the left half: planes, each acting near one joint only.
pub(super) fn joint_lines() -> Vec<Rail> {
    let line = |point: Vec3, normal: Vec3, radius_m: f32| Rail { point, normal: normal.normalize(), radius_m };
    vec![
        line(vec3(0.0, 1.478, -0.015), vec3(0.0, 1.0, 0.40), 0.10),
        line(vec3(0.0, 1.055, 0.0), vec3(0.0, 1.0, 0.10), 0.20),
        line(vec3(0.165, 1.380, -0.016), vec3(1.0, 0.18, 0.0), 0.085),
        line(vec3(0.440, 1.385, -0.020), vec3(1.0, 0.0, 0.0), 0.08),
        line(vec3(0.690, 1.385, -0.016), vec3(1.0, 0.0, 0.0), 0.06),
        line(vec3(0.098, 0.470, 0.004), vec3(0.0, 1.0, 0.0), 0.09),
        line(vec3(0.102, 0.098, -0.015), vec3(0.0, 1.0, 0.25), 0.07),
        line(vec3(0.090, 0.840, 0.0), vec3(-0.62, 1.0, 0.0), 0.16),
    ]
}

/// Wanted edge length at a place of the left half, metres: finer where the shape or a line is.
pub(super) fn edge_m(p: Vec3, lines: &[Rail]) -> f32 {
    const COARSEST_M: f32 = 0.0165;
    // centre, radius of the fine region, edge length there
    let fine = [
        (vec3(0.80, 1.37, 0.01), 0.085, 0.0054),
        (vec3(0.774, 1.384, -0.014), 0.034, 0.0046),
        (vec3(0.72, 1.37, 0.00), 0.045, 0.0075),
        (vec3(0.0, 1.545, 0.090), 0.032, 0.0036),
        (vec3(0.033, 1.600, 0.078), 0.020, 0.0038),
        (vec3(0.0, 1.57, 0.075), 0.060, 0.0065),
        (vec3(0.077, 1.588, -0.012), 0.034, 0.0040),
        (vec3(0.12, 0.010, 0.145), 0.045, 0.0058),
        (vec3(0.105, 0.030, 0.03), 0.06, 0.011),
        (vec3(0.0, 1.60, 0.0), 0.10, 0.012),
        (vec3(0.0, 0.80, 0.0), 0.04, 0.008),
    ];
    let grown = |edge_m: f32, distance_m: f32| edge_m + 0.35 * distance_m.max(0.0);
    let by_place = fine.iter().map(|&(center, radius, edge_m)| grown(edge_m, p.distance(center) - radius));
    let by_line = lines.iter().filter_map(|line| line.offset(p)).map(|offset| grown(0.0072, offset.abs() - 0.004));
    by_place.chain(by_line).fold(COARSEST_M, f32::min)
}
