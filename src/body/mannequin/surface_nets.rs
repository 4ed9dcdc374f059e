//! The first mesh: naive surface nets over the left half of a field that is symmetric about x = 0.

use glam::{UVec3, Vec3};

/// A triangle mesh.
pub(super) struct Net {
    /// Vertices, metres; those of the cut have x = 0 exactly.
    pub(super) positions_m: Vec<Vec3>,
    /// Counter-clockwise seen from outside.
    pub(super) triangles: Vec<[u32; 3]>,
}

/// Cells along a block's edge.
const BLOCK: u32 = 16;
/// How much faster than distance the field may grow, with a margin.
const STEEPNESS: f32 = 1.6;

/// Meshes x ≥ 0 of `field` in the box from (0, low.y, low.z) to `high`, with cubic cells of `cell_m`.
///
/// Samples lie at odd multiples of half a cell in x, so the first column of cells straddles the plane of symmetry and its
/// vertices belong on it.
pub(super) fn mesh_left_half(field: &impl Fn(Vec3) -> f32, low: Vec3, high: Vec3, cell_m: f32) -> Net {
    let low = Vec3::new(-0.5 * cell_m, low.y, low.z);
    let blocks = ((high - low) / (cell_m * BLOCK as f32)).ceil().as_uvec3();
    let counts = blocks * BLOCK + UVec3::ONE;
    let index = |s: UVec3| ((s.z * counts.y + s.y) * counts.x + s.x) as usize;
    let place = |s: UVec3| low + s.as_vec3() * cell_m;
    let mut values = vec![f32::MAX; (counts.x * counts.y * counts.z) as usize];
    let reach = 0.5 * cell_m * BLOCK as f32 * 3f32.sqrt() * STEEPNESS;
    for block in grid(blocks) {
        let center = place(block * BLOCK) + 0.5 * cell_m * BLOCK as f32;
        let at_center = field(center);
        let is_far = at_center.abs() > reach;
        for sample in grid(UVec3::splat(BLOCK + 1)) {
            let sample = block * BLOCK + sample;
            let value = &mut values[index(sample)];
            if !is_far {
                *value = field(place(sample));
            } else if *value == f32::MAX {
                *value = at_center;
            }
        }
    }

    let mut net = Net { positions_m: Vec::new(), triangles: Vec::new() };
    let mut vertex_of_cell = vec![u32::MAX; values.len()];
    for cell in grid(counts - UVec3::ONE) {
        if let Some(mut vertex) = crossing_mean(cell, |s| values[index(s)]) {
            vertex = low + vertex * cell_m;
            if cell.x == 0 {
                vertex.x = 0.0;
            }
            vertex_of_cell[index(cell)] = net.positions_m.len() as u32;
            net.positions_m.push(vertex);
        }
    }
    for sample in grid(counts - UVec3::ONE) {
        for axis in 0..3 {
            let step = UVec3::AXES[axis];
            let (b, c) = (UVec3::AXES[(axis + 1) % 3], UVec3::AXES[(axis + 2) % 3]);
            if (b + c).cmpgt(sample).any() {
                continue;
            }
            let (here, there) = (values[index(sample)] < 0.0, values[index(sample + step)] < 0.0);
            if here == there || (axis == 0 && sample.x == 0) {
                continue;
            }
            let ring = [sample - b - c, sample - c, sample, sample - b].map(|cell| vertex_of_cell[index(cell)]);
            let [p, q, r, s] = if here { ring } else { [ring[3], ring[2], ring[1], ring[0]] };
            net.triangles.extend([[p, q, r], [p, r, s]]);
        }
    }
    net
}

/// All index triples below `counts`.
fn grid(counts: UVec3) -> impl Iterator<Item = UVec3> {
    (0..counts.z).flat_map(move |z| (0..counts.y).flat_map(move |y| (0..counts.x).map(move |x| UVec3::new(x, y, z))))
}

/// Mean of the zero crossings on the twelve edges of a cell, in cells; `None` without one.
fn crossing_mean(cell: UVec3, value: impl Fn(UVec3) -> f32) -> Option<Vec3> {
    let corners: [f32; 8] = std::array::from_fn(|i| value(cell + corner(i)));
    let (mut sum, mut count) = (Vec3::ZERO, 0.0);
    for i in 0..8 {
        for bit in [1, 2, 4] {
            let j = i | bit;
            if j != i && (corners[i] < 0.0) != (corners[j] < 0.0) {
                let t = corners[i] / (corners[i] - corners[j]);
                sum += corner(i).as_vec3().lerp(corner(j).as_vec3(), t);
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| cell.as_vec3() + sum / count)
}

fn corner(i: usize) -> UVec3 {
    UVec3::new(i as u32 & 1, (i as u32 >> 1) & 1, (i as u32 >> 2) & 1)
}
