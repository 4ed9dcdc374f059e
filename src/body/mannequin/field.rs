//! Implicit surfaces: a field is negative inside, positive outside, about a distance in metres near the surface.

use glam::{Mat3, Quat, Vec2, Vec3};

/// One cross-section of a [`Loft`]: where its centre lies and how far it reaches in the four directions of its plane, metres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// Position along the axis.
    pub(super) at: f32,
    /// Centre in the plane of the section.
    pub(super) center: [f32; 2],
    /// Reach towards +u, −u, +v, −v.
    pub(super) reach: [f32; 4],
    /// Exponent of the super-ellipse: 2 is round, 3 is boxy.
    pub(super) exponent: f32,
}

const CHANNELS: usize = 7;

impl Section {
    fn channels(&self) -> [f32; CHANNELS] {
        let [cu, cv] = self.center;
        let [a, b, c, d] = self.reach;
        [cu, cv, a, b, c, d, self.exponent]
    }
}

/// A generalised cylinder: cross-sections along a straight axis, smoothly interpolated, with rounded ends.
#[derive(Clone, Debug)]
pub(super) struct Loft {
    origin: Vec3,
    /// Columns: axis, u, v.
    frame: Mat3,
    low: f32,
    high: f32,
    /// Control points of a uniform cubic B-spline from `low` to `high`, one beyond each end.
    controls: Vec<[f32; CHANNELS]>,
}

/// Spline segments along a loft.
const SEGMENTS: usize = 48;
/// How much of the end of a loft is rounded, metres.
const END_ROUNDING_M: f32 = 0.006;

impl Loft {
    /// A loft along `axis`, its sections' planes spanned by `u` and `v` (all three unit and orthogonal). The sections come in
    /// rising order. A monotone cubic through them is sampled and becomes a B-spline, whose curvature has no jumps.
    pub(super) fn new(origin: Vec3, axis: Vec3, u: Vec3, v: Vec3, sections: &[Section]) -> Self {
        let at: Vec<f32> = sections.iter().map(|s| s.at).collect();
        let values: Vec<_> = sections.iter().map(Section::channels).collect();
        let slopes = monotone_slopes(&at, &values);
        let (low, high) = (at[0], at[at.len() - 1]);
        let controls = (0..SEGMENTS + 3)
            .map(|i| {
                let t = low + (high - low) * (i as f32 - 1.0) / SEGMENTS as f32;
                hermite(&at, &values, &slopes, t.clamp(low, high))
            })
            .collect::<Vec<_>>();
        Self { origin, frame: Mat3::from_cols(axis, u, v), low, high, controls: smoothed(&smoothed(&controls)) }
    }

    /// The interpolated section at `t`, clamped to the ends.
    fn section(&self, t: f32) -> [f32; CHANNELS] {
        let s = ((t - self.low) / (self.high - self.low)).clamp(0.0, 1.0) * SEGMENTS as f32;
        let i = (s as usize).min(SEGMENTS - 1);
        let s = s - i as f32;
        let (s2, s3) = (s * s, s * s * s);
        let basis = [1.0 - 3.0 * s + 3.0 * s2 - s3, 4.0 - 6.0 * s2 + 3.0 * s3, 1.0 + 3.0 * s + 3.0 * s2 - 3.0 * s3, s3].map(|b| b / 6.0);
        std::array::from_fn(|c| (0..4).map(|k| basis[k] * self.controls[i + k][c]).sum())
    }

    fn value(&self, p: Vec3) -> f32 {
        let local = self.frame.transpose() * (p - self.origin);
        let t = local.x;
        let [cu, cv, up, un, vp, vn, n] = self.section(t);
        let q = Vec2::new(local.y - cu, local.z - cv);
        let du = (q.x / if q.x > 0.0 { up } else { un }).abs();
        let dv = (q.y / if q.y > 0.0 { vp } else { vn }).abs();
        let rho = (du.powf(n) + dv.powf(n)).powf(1.0 / n);
        let side = if rho > 1e-4 { q.length() * (1.0 - 1.0 / rho) } else { -up.min(un).min(vp).min(vn) };
        let past_end = (self.low - t).max(t - self.high);
        let corner = Vec2::new(side, past_end) + END_ROUNDING_M;
        corner.max(Vec2::ZERO).length() + corner.max_element().min(0.0) - END_ROUNDING_M
    }
}

/// Each control point mixed with its neighbours.
fn smoothed(controls: &[[f32; CHANNELS]]) -> Vec<[f32; CHANNELS]> {
    let last = controls.len() - 1;
    (0..=last)
        .map(|i| {
            let (before, after) = (controls[i.saturating_sub(1)], controls[(i + 1).min(last)]);
            std::array::from_fn(|c| 0.25 * before[c] + 0.5 * controls[i][c] + 0.25 * after[c])
        })
        .collect()
}

/// The cubic with the given values and slopes at the knots `at`.
fn hermite(at: &[f32], values: &[[f32; CHANNELS]], slopes: &[[f32; CHANNELS]], t: f32) -> [f32; CHANNELS] {
    let i = at[1..at.len() - 1].iter().take_while(|&&knot| knot <= t).count();
    let width = at[i + 1] - at[i];
    let s = (t - at[i]) / width;
    let (s2, s3) = (s * s, s * s * s);
    let (h00, h10, h01, h11) = (2.0 * s3 - 3.0 * s2 + 1.0, s3 - 2.0 * s2 + s, 3.0 * s2 - 2.0 * s3, s3 - s2);
    std::array::from_fn(|c| h00 * values[i][c] + h01 * values[i + 1][c] + width * (h10 * slopes[i][c] + h11 * slopes[i + 1][c]))
}

/// Slopes of a monotone cubic (Fritsch–Carlson, harmonic mean) through each channel.
fn monotone_slopes(at: &[f32], values: &[[f32; CHANNELS]]) -> Vec<[f32; CHANNELS]> {
    let n = at.len();
    let secant = |i: usize, c: usize| (values[i + 1][c] - values[i][c]) / (at[i + 1] - at[i]);
    (0..n)
        .map(|i| {
            std::array::from_fn(|c| {
                if i == 0 {
                    return secant(0, c);
                }
                if i == n - 1 {
                    return secant(n - 2, c);
                }
                let (before, after) = (secant(i - 1, c), secant(i, c));
                if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
            })
        })
        .collect()
}

/// A solid.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// An ellipsoid with its own axes.
    Ellipsoid { center: Vec3, from_world: Quat, radii: Vec3 },
    /// Two spheres and the cone that wraps them.
    RoundCone { a: Vec3, b: Vec3, radius_a: f32, radius_b: f32 },
    /// Cross-sections along an axis.
    Loft(Loft),
}

impl Shape {
    /// An axis-aligned ellipsoid.
    pub(super) fn ellipsoid(center: Vec3, radii: Vec3) -> Self {
        Self::Ellipsoid { center, from_world: Quat::IDENTITY, radii }
    }

    /// An ellipsoid whose axes are turned by `world_from_axes`.
    pub(super) fn turned(center: Vec3, radii: Vec3, world_from_axes: Quat) -> Self {
        Self::Ellipsoid { center, from_world: world_from_axes.inverse(), radii }
    }

    /// A capsule with two radii.
    pub(super) fn cone(a: Vec3, radius_a: f32, b: Vec3, radius_b: f32) -> Self {
        Self::RoundCone { a, b, radius_a, radius_b }
    }

    fn value(&self, p: Vec3) -> f32 {
        match self {
            Self::Ellipsoid { center, from_world, radii } => {
                let q = *from_world * (p - *center);
                let outer = (q / *radii).length();
                let slope = (q / (*radii * *radii)).length();
                if slope < 1e-6 { -radii.min_element() } else { outer * (outer - 1.0) / slope }
            }
            Self::RoundCone { a, b, radius_a, radius_b } => round_cone(p, *a, *b, *radius_a, *radius_b),
            Self::Loft(loft) => loft.value(p),
        }
    }
}

/// Exact distance to two spheres and their common tangent cone.
fn round_cone(p: Vec3, a: Vec3, b: Vec3, radius_a: f32, radius_b: f32) -> f32 {
    let axis = b - a;
    let length = axis.length();
    let dir = axis / length;
    let along = (p - a).dot(dir);
    let across = (p - a - dir * along).length();
    let slope = ((radius_a - radius_b) / length).clamp(-0.999, 0.999);
    let cos = (1.0 - slope * slope).sqrt();
    let k = along * cos - across * slope;
    if k <= 0.0 {
        (p - a).length() - radius_a
    } else if k >= length * cos {
        (p - b).length() - radius_b
    } else {
        across * cos + along * slope - radius_a
    }
}

/// How a shape joins what came before it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Join {
    /// Union with a fillet of this width.
    Add(f32),
    /// Cut away with a fillet of this width.
    Cut(f32),
}

/// A group of shapes with a common bounding box.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Joined in this order.
    pub(super) shapes: Vec<(Join, Shape)>,
    /// Fillet towards the parts before it.
    pub(super) fillet_m: f32,
    /// Box that holds the part's surface.
    pub(super) low: Vec3,
    /// Upper corner of that box.
    pub(super) high: Vec3,
}

impl Part {
    /// The field of this part alone.
    pub(super) fn value(&self, p: Vec3) -> f32 {
        let mut d = f32::MAX;
        for (join, shape) in &self.shapes {
            let other = shape.value(p);
            d = match *join {
                Join::Add(fillet) => smooth_min(d, other, fillet),
                Join::Cut(fillet) => -smooth_min(-d, other, fillet),
            };
        }
        d
    }

    /// Distance to the bounding box, 0 inside.
    pub(super) fn box_distance(&self, p: Vec3) -> f32 {
        (self.low - p).max(p - self.high).max(Vec3::ZERO).length()
    }
}

/// Minimum with a rounded corner of width `fillet` (cubic).
pub(super) fn smooth_min(a: f32, b: f32, fillet: f32) -> f32 {
    let h = (fillet - (a - b).abs()).max(0.0) / fillet;
    a.min(b) - h * h * h * fillet / 6.0
}
