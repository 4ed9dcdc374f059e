//! Skin weights: every joint takes a share of its parent's weight, so the weights sum to 1 by construction; then they diffuse
//! over the mesh, which never leads from one leg to the other or from an arm to the ribs except through the body.
//!
//! A share rises across the joint over a band. The band is wide on the side to which the joint bends, where skin is pressed
//! together (linear blending would fold it), and narrow on the side that stretches.

use super::super::{Character, check};
use super::surface_nets::Net;
use crate::motion::{JOINT_COUNT, Joint, PARENTS, skeleton::MIRRORED};
use glam::Vec3;

/// Weight of every joint at one place.
type Full = [f32; JOINT_COUNT];

/// Joints and weights of the vertices of the whole mesh; `twin[v]` is the mirror image of vertex `v`.
pub(super) fn weigh(mesh: &Net, twin: &[u32]) -> (Vec<[u8; 4]>, Vec<[f32; 4]>) {
    const ROUNDS: usize = 12;
    let is_left = |v: usize| mesh.positions_m[v].x >= 0.0;
    let neighbours = neighbours(mesh);
    let everywhere = vec![true; twin.len()];
    let mut weights: Vec<Full> = mesh.positions_m.iter().map(|&p| left_weights(Vec3::new(p.x.abs(), p.y, p.z))).collect();
    weights = symmetric(&weights, twin, is_left);
    for _ in 0..ROUNDS {
        weights = diffused(&weights, &neighbours, &everywhere);
    }
    unfold(&mut weights, mesh, twin, &neighbours);
    symmetric(&weights, twin, is_left).iter().enumerate().map(|(v, full)| strongest(full, twin[v] as usize == v)).unzip()
}

/// Lets the weights diffuse further where a demanding pose would still fold the skin.
fn unfold(weights: &mut Vec<Full>, mesh: &Net, twin: &[u32], neighbours: &[Vec<u32>]) {
    const ROUNDS: usize = 80;
    const RINGS: usize = 3;
    let poses: Vec<_> = check::demanding_poses().into_iter().map(|(_, pose)| pose.world()).collect();
    let (positions_m, triangles) = (mesh.positions_m.clone(), mesh.triangles.clone());
    let normals = vertex_normals(mesh);
    let colors = Vec::new();
    let mut trial = Character { positions_m, normals, triangles, joints: Vec::new(), weights: Vec::new(), colors };
    for _ in 0..ROUNDS {
        (trial.joints, trial.weights) = weights.iter().enumerate().map(|(v, full)| strongest(full, twin[v] as usize == v)).unzip();
        let mut is_tight = vec![false; twin.len()];
        for pose in &poses {
            for t in check::folded_triangles(&trial, pose) {
                for v in trial.triangles[t] {
                    is_tight[v as usize] = true;
                    is_tight[twin[v as usize] as usize] = true;
                }
            }
        }
        if !is_tight.contains(&true) {
            break;
        }
        for _ in 0..RINGS {
            is_tight = (0..twin.len()).map(|v| is_tight[v] || neighbours[v].iter().any(|&w| is_tight[w as usize])).collect();
        }
        *weights = diffused(weights, neighbours, &is_tight);
    }
}

/// Area-weighted vertex normals.
fn vertex_normals(mesh: &Net) -> Vec<Vec3> {
    let mut normals = vec![Vec3::ZERO; mesh.positions_m.len()];
    for triangle in &mesh.triangles {
        let [a, b, c] = triangle.map(|v| mesh.positions_m[v as usize]);
        for &v in triangle {
            normals[v as usize] += (b - a).cross(c - a);
        }
    }
    normals.iter().map(|n| n.normalize_or(Vec3::Y)).collect()
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
    set(Joint::LElbow, rise(p.x - 0.440, mix(0.050, 0.110, elbow_front)));
    set(Joint::LWrist, rise(p.x - 0.690, 0.035));

    let hip_front = rise(p.z, 0.08);
    let hip = rise((0.870 - p.y) * 0.88 + (p.x.min(0.17) - 0.088) * 0.47, mix(0.085, 0.140, hip_front));
    // Around the crotch both legs pull; further down only the own one does.
    let own_leg = rise(p.x, mix(0.003, 0.035, rise(p.y - 0.790, 0.03)));
    set(Joint::LHip, hip * own_leg);
    set(Joint::RHip, hip * (1.0 - own_leg));
    let knee_back = rise(-p.z, 0.05);
    set(Joint::LKnee, rise(0.470 - p.y, mix(0.055, 0.150, knee_back)));
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
    mix(t, t * t * (3.0 - 2.0 * t), 0.6)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Left and right swapped.
fn mirrored(weights: &Full) -> Full {
    std::array::from_fn(|joint| weights[MIRRORED[joint]])
}

fn neighbours(mesh: &Net) -> Vec<Vec<u32>> {
    let mut around = vec![Vec::new(); mesh.positions_m.len()];
    for &[a, b, c] in &mesh.triangles {
        // Each inner edge is seen from both sides, once per direction.
        around[a as usize].push(b);
        around[b as usize].push(c);
        around[c as usize].push(a);
    }
    around
}

/// One step of diffusion where `moves` says so.
fn diffused(weights: &[Full], neighbours: &[Vec<u32>], moves: &[bool]) -> Vec<Full> {
    neighbours
        .iter()
        .enumerate()
        .map(|(v, around)| {
            if !moves[v] {
                return weights[v];
            }
            let scale = 0.5 / around.len() as f32;
            std::array::from_fn(|j| 0.5 * weights[v][j] + scale * around.iter().map(|&w| weights[w as usize][j]).sum::<f32>())
        })
        .collect()
}

/// The four heaviest joints, heaviest first, with weights that sum to 1. On the plane of symmetry a joint stays only together
/// with its mirror image.
fn strongest(weights: &Full, is_central: bool) -> ([u8; 4], [f32; 4]) {
    let mut order: [usize; JOINT_COUNT] = std::array::from_fn(|j| j);
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    let candidates = &order[..4];
    let is_kept = |j: usize| weights[j] >= 2e-3 && (!is_central || candidates.contains(&MIRRORED[j]));
    let kept: [f32; 4] = std::array::from_fn(|i| if is_kept(order[i]) { weights[order[i]] } else { 0.0 });
    let sum: f32 = kept.iter().sum();
    let mut slots: [(u8, f32); 4] = std::array::from_fn(|i| if kept[i] > 0.0 { (order[i] as u8, kept[i] / sum) } else { (0, 0.0) });
    slots.sort_by(|a, b| b.1.total_cmp(&a.1));
    (slots.map(|s| s.0), slots.map(|s| s.1))
}
