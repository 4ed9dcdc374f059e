//! Skin weights: every joint takes a share of its parent's weight, so the weights sum to 1 by construction; then they diffuse
//! over the mesh, which never leads from one leg to the other or from an arm to the ribs except through the body.
//!
//! A share rises across the joint over a band. The band is wide on the side to which the joint bends, where skin is pressed
//! together (linear blending would fold it), and narrow on the side that stretches.

use super::super::{BodyMesh, Character, Material, check};
use super::surface_nets::Net;
use crate::motion::{JOINT_COUNT, Joint, PARENTS, REST_OFFSETS_M, skeleton::MIRRORED};
use glam::Vec3;
use std::sync::Arc;

/// Weight of every joint at one place.
type Full = [f32; JOINT_COUNT];

/// Joints and weights of the vertices of the whole mesh; `twin[v]` is the mirror image of vertex `v`.
pub(super) fn weigh(mesh: &Net, normals: &[Vec3], twin: &[u32]) -> (Vec<[u16; 4]>, Vec<[f32; 4]>) {
    const ROUNDS: usize = 6;
    let is_left = |v: usize| mesh.positions_m[v].x >= 0.0;
    let neighbours = neighbours(mesh);
    let everywhere = vec![true; twin.len()];
    let mut weights: Vec<Full> = mesh.positions_m.iter().map(|&p| left_weights(Vec3::new(p.x.abs(), p.y, p.z))).collect();
    weights = symmetric(&weights, twin, is_left);
    for _ in 0..ROUNDS {
        weights = diffused(&weights, &neighbours, &everywhere);
    }
    unfold(&mut weights, mesh, normals, twin, &neighbours);
    symmetric(&weights, twin, is_left).iter().enumerate().map(|(v, full)| strongest(full, twin[v] as usize == v)).unzip()
}

/// Lets the weights diffuse further where a demanding pose would still fold the skin.
fn unfold(weights: &mut Vec<Full>, mesh: &Net, normals: &[Vec3], twin: &[u32], neighbours: &[Vec<(u32, f32)>]) {
    const ROUNDS: usize = 160;
    let poses: Vec<_> = check::demanding_poses().into_iter().map(|(_, pose)| pose).collect();
    let across = check::neighbours(&mesh.triangles);
    for round in 0..ROUNDS {
        let (joints, weights_of) = weights.iter().enumerate().map(|(v, full)| strongest(full, twin[v] as usize == v)).unzip();
        let body = BodyMesh {
            name: String::new(),
            material: Material::clay(),
            positions_m: mesh.positions_m.clone(),
            normals: normals.to_vec(),
            triangles: mesh.triangles.clone(),
            joints,
            weights: weights_of,
            colors: Vec::new(),
            uvs: Vec::new(),
            pose_shapes: Arc::default(),
        };
        let trial = Character::of_ours(&REST_OFFSETS_M, body);
        let mut is_tight = vec![false; twin.len()];
        for pose in &poses {
            for t in check::folded_among(&trial, &across, pose) {
                for v in mesh.triangles[t] {
                    is_tight[v as usize] = true;
                    is_tight[twin[v as usize] as usize] = true;
                }
            }
        }
        if !is_tight.contains(&true) {
            break;
        }
        // What stays folded gets more room.
        for _ in 0..3 + round / 16 {
            is_tight = (0..twin.len()).map(|v| is_tight[v] || neighbours[v].iter().any(|&(w, _)| is_tight[w as usize])).collect();
        }
        *weights = diffused(weights, neighbours, &is_tight);
    }
}

/// The left half's weights on both sides.
fn symmetric(weights: &[Full], twin: &[u32], is_left: impl Fn(usize) -> bool) -> Vec<Full> {
    (0..weights.len())
        .map(|v| {
            let image = twin[v] as usize;
            if image == v {
                let other = mirrored(&weights[v]);
                std::array::from_fn(|j| 0.5 * (weights[v][j] + other[j]))
            } else if is_left(v) {
                weights[v]
            } else {
                mirrored(&weights[image])
            }
        })
        .collect()
}

/// Weights at a point of the left half.
fn left_weights(p: Vec3) -> Full {
    let mut share = [0.0; JOINT_COUNT];
    let mut set = |joint: Joint, value: f32| share[joint as usize] = value;

    set(Joint::Spine1, rise(p.y - 1.035, 0.075));
    set(Joint::Spine2, rise(p.y - 1.150, 0.070));
    set(Joint::Spine3, rise(p.y - 1.235, 0.070));
    let neck = rise((p.y - 1.455) - 0.3 * (p.z + 0.016), 0.045) * (1.0 - rise(p.x - 0.15, 0.05));
    set(Joint::Neck, neck);
    set(Joint::Head, rise((p.y - 1.522) + 0.7 * p.z, 0.034));

    let girdle = rise(p.x - 0.085, 0.060) * rise(p.y - 1.315, 0.060).max(rise(p.x - 0.190, 0.020));
    set(Joint::LCollar, girdle * (1.0 - neck));
    // Measured along the skin: out along the arm, down along the ribs.
    let shoulder = (p.x - 0.178) + 0.15 * (p.y - 1.385) - 1.2 * (1.342 - p.y).max(0.0);
    set(Joint::LShoulder, rise(shoulder, mix(0.085, 0.062, rise(p.y - 1.370, 0.050))));
    let elbow_front = rise(p.z + 0.020, 0.036);
    set(Joint::LElbow, rise(p.x - 0.440, mix(0.060, 0.165, elbow_front)));
    set(Joint::LWrist, rise(p.x - 0.690, 0.035));

    let hip_front = rise(p.z - 0.040, 0.065);
    let hip = rise(
        (0.870 - p.y) * 0.88 + (p.x.min(0.17) - 0.088) * 0.47 + 0.030 * (1.0 - hip_front),
        mix(mix(0.075, 0.025, rise(p.x - 0.060, 0.040)), 0.160, hip_front),
    );
    // Around the crotch both legs pull; further down only the own one does.
    let own_leg = rise(p.x, mix(0.003, 0.070, rise(p.y - 0.765, 0.045)));
    set(Joint::LHip, hip * own_leg);
    set(Joint::RHip, hip * (1.0 - own_leg));
    let knee_back = rise(-p.z - 0.003, 0.037);
    set(Joint::LKnee, rise(0.470 - p.y, mix(0.042, 0.190, knee_back)));
    set(Joint::LAnkle, rise((0.092 - p.y) + 0.35 * (p.z + 0.02), 0.045));
    set(Joint::LFoot, rise(p.z - 0.106, 0.030));

    let mut weights = [0.0; JOINT_COUNT];
    weights[0] = 1.0;
    for joint in 1..JOINT_COUNT {
        // The two hips split the pelvis side by side, all other siblings are apart.
        let parent = PARENTS[joint].expect("only the pelvis has no parent");
        weights[joint] = share[joint] * weights[parent];
    }
    let reach = weights;
    for joint in 1..JOINT_COUNT {
        weights[PARENTS[joint].expect("only the pelvis has no parent")] -= reach[joint];
    }
    weights.map(|w| w.max(0.0))
}

/// From 0 at `-half_width` to 1 at `half_width`: between a line and a smooth step.
fn rise(offset: f32, half_width: f32) -> f32 {
    let t = (0.5 + 0.5 * offset / half_width).clamp(0.0, 1.0);
    mix(t, t * t * (3.0 - 2.0 * t), 0.4)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Left and right swapped.
fn mirrored(weights: &Full) -> Full {
    std::array::from_fn(|joint| weights[MIRRORED[joint]])
}

/// The neighbours of each vertex with shares that sum to 1, by the cotangents of the angles opposite to the edge: a weight that
/// changes evenly along the skin stays as it is however uneven the mesh.
fn neighbours(mesh: &Net) -> Vec<Vec<(u32, f32)>> {
    let mut around: Vec<Vec<(u32, f32)>> = vec![Vec::new(); mesh.positions_m.len()];
    for triangle in &mesh.triangles {
        for corner in 0..3 {
            let [apex, v, w] = [0, 1, 2].map(|i| triangle[(corner + i) % 3]);
            let [to_v, to_w] = [v, w].map(|end| mesh.positions_m[end as usize] - mesh.positions_m[apex as usize]);
            let half_cotangent = 0.5 * to_v.dot(to_w) / to_v.cross(to_w).length().max(1e-9);
            for (from, to) in [(v, w), (w, v)] {
                match around[from as usize].iter_mut().find(|(end, _)| *end == to) {
                    Some((_, share)) => *share += half_cotangent,
                    None => around[from as usize].push((to, half_cotangent)),
                }
            }
        }
    }
    for ring in &mut around {
        // Obtuse corners would pull the wrong way.
        ring.iter_mut().for_each(|(_, share)| *share = share.max(1e-3));
        let sum: f32 = ring.iter().map(|(_, share)| share).sum();
        ring.iter_mut().for_each(|(_, share)| *share /= sum);
    }
    around
}

/// One step of diffusion where `moves` says so.
fn diffused(weights: &[Full], neighbours: &[Vec<(u32, f32)>], moves: &[bool]) -> Vec<Full> {
    neighbours
        .iter()
        .enumerate()
        .map(|(v, around)| {
            if !moves[v] {
                return weights[v];
            }
            let mean = |j: usize| around.iter().map(|&(w, share)| share * weights[w as usize][j]).sum::<f32>();
            std::array::from_fn(|j| 0.5 * weights[v][j] + 0.5 * mean(j))
        })
        .collect()
}

/// The four heaviest joints, heaviest first, with weights that sum to 1. On the plane of symmetry a joint stays only together
/// with its mirror image.
fn strongest(weights: &Full, is_central: bool) -> ([u16; 4], [f32; 4]) {
    let mut order: [usize; JOINT_COUNT] = std::array::from_fn(|j| j);
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    let candidates = &order[..4];
    let is_kept = |j: usize| weights[j] >= 2e-3 && (!is_central || candidates.contains(&MIRRORED[j]));
    let kept: [f32; 4] = std::array::from_fn(|i| if is_kept(order[i]) { weights[order[i]] } else { 0.0 });
    let sum: f32 = kept.iter().sum();
    let mut slots: [(u16, f32); 4] = std::array::from_fn(|i| if kept[i] > 0.0 { (order[i] as u16, kept[i] / sum) } else { (0, 0.0) });
    slots.sort_by(|a, b| b.1.total_cmp(&a.1));
    (slots.map(|s| s.0), slots.map(|s| s.1))
}
