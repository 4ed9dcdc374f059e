//! Rotation conversions of the 272 representation, float64, formula by formula as the published code computes them
//! (`docs/representation.md`, Conventions), so that files made by it and by us agree to the last digits. Matrices act on column vectors;
//! quaternions are `(x, y, z, w)` in glam and may be unnormalised where said so.

use glam::{DMat3, DQuat, DVec3, DVec4};

/// Lengths are clamped below at this value, so a zero vector gives a zero row instead of NaN.
const SHORTEST: f64 = 1e-12;

/// Below this angle, in radians, `sin(angle / 2) / angle` comes from its series.
const SMALL_ANGLE_RAD: f64 = 1e-6;

/// Six numbers, the first two rows of a matrix, to the matrix: Gram-Schmidt, the third row by cross product.
///
/// A zero or degenerate row gives zero rows; see [`quat_from_six_d`] for a rotation in every case.
#[must_use]
pub fn matrix_from_six_d(six: &[f64; 6]) -> DMat3 {
    let (a, b) = (DVec3::new(six[0], six[1], six[2]), DVec3::new(six[3], six[4], six[5]));
    let row0 = a / a.length().max(SHORTEST);
    let rest = b - row0.dot(b) * row0;
    let row1 = rest / rest.length().max(SHORTEST);
    DMat3::from_cols(row0, row1, row0.cross(row1)).transpose()
}

/// The first two rows of a matrix, row 0 then row 1.
#[must_use]
pub fn six_d_from_matrix(matrix: &DMat3) -> [f64; 6] {
    let (row0, row1) = (matrix.row(0), matrix.row(1));
    [row0.x, row0.y, row0.z, row1.x, row1.y, row1.z]
}

/// A unit quaternion from any six finite numbers; the identity where they span no plane.
#[must_use]
pub fn quat_from_six_d(six: &[f64; 6]) -> DQuat {
    let matrix = matrix_from_six_d(six);
    if matrix.determinant() > 0.5 { DQuat::from_mat3(&matrix).normalize() } else { DQuat::IDENTITY }
}

/// Matrix to quaternion by the four magnitudes, with the signs copied onto x, y and z. Inaccurate near a half turn, as published.
#[must_use]
pub fn published_quat_from_matrix(m: &DMat3) -> DQuat {
    let (m00, m11, m22) = (m.x_axis.x, m.y_axis.y, m.z_axis.z);
    let magnitude = |trace: f64| 0.5 * (1.0 + trace).max(0.0).sqrt();
    let signed = |value: f64, like: f64| if (value < 0.0) == (like < 0.0) { value } else { -value };
    DQuat::from_xyzw(
        signed(magnitude(m00 - m11 - m22), m.y_axis.z - m.z_axis.y),
        signed(magnitude(-m00 + m11 - m22), m.z_axis.x - m.x_axis.z),
        signed(magnitude(-m00 - m11 + m22), m.x_axis.y - m.y_axis.x),
        magnitude(m00 + m11 + m22),
    )
}

/// Quaternion of any length but zero to a rotation matrix.
#[must_use]
pub fn matrix_from_quat(quat: DQuat) -> DMat3 {
    let DVec4 { x, y, z, w } = DVec4::from(quat);
    let s = 2.0 / quat.length_squared();
    DMat3::from_cols(
        DVec3::new(1.0 - s * (y * y + z * z), s * (x * y + z * w), s * (x * z - y * w)),
        DVec3::new(s * (x * y - z * w), 1.0 - s * (x * x + z * z), s * (y * z + x * w)),
        DVec3::new(s * (x * z + y * w), s * (y * z - x * w), 1.0 - s * (x * x + y * y)),
    )
}

/// `sin(angle / 2) / angle`.
fn half_sine_ratio(angle_rad: f64) -> f64 {
    if angle_rad.abs() < SMALL_ANGLE_RAD { 0.5 - angle_rad * angle_rad / 48.0 } else { (angle_rad / 2.0).sin() / angle_rad }
}

/// Quaternion to axis times angle (radians); the angle lies in 0..2π, it is not folded.
#[must_use]
pub fn axis_angle_from_quat(quat: DQuat) -> DVec3 {
    let axis = quat.xyz();
    let angle_rad = 2.0 * axis.length().atan2(quat.w);
    axis / half_sine_ratio(angle_rad)
}

/// Axis times angle (radians, any size) to a unit quaternion.
#[must_use]
pub fn quat_from_axis_angle(axis_angle: DVec3) -> DQuat {
    let angle_rad = axis_angle.length();
    let v = axis_angle * half_sine_ratio(angle_rad);
    DQuat::from_xyzw(v.x, v.y, v.z, (angle_rad / 2.0).cos())
}

/// Turn about +Y; positive takes +Z towards +X.
#[must_use]
pub fn yaw_matrix(angle_rad: f64) -> DMat3 {
    DMat3::from_rotation_y(angle_rad)
}

/// Heading of an orientation: the angle of the image of +Z on the floor.
#[must_use]
pub fn heading_of(matrix: &DMat3) -> f64 {
    matrix.z_axis.x.atan2(matrix.z_axis.z)
}
