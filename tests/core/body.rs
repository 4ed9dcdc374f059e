//! The mannequin as it ships: mesh, weights, and what demanding poses do to it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

use zoetrope::body::{COLORS, Character, MannequinLook, check, skin};
use zoetrope::motion::{JOINT_COUNT, Joint, Pose, rest_positions, skeleton::MIRRORED};

use glam::{Quat, Vec3, vec3};

fn mannequin() -> Character {
    Character::mannequin()
}

fn bounds_m(positions_m: &[Vec3]) -> (Vec3, Vec3) {
    (positions_m.iter().copied().fold(Vec3::MAX, Vec3::min), positions_m.iter().copied().fold(Vec3::MIN, Vec3::max))
}

#[test]
fn the_mannequin_is_one_closed_manifold_of_many_triangles() {
    let character = mannequin();
    assert!((10_000..=40_000).contains(&character.meshes()[0].triangles.len()), "{} triangles", character.meshes()[0].triangles.len());
    assert!(check::is_closed_manifold(&character.meshes()[0].triangles, character.meshes()[0].positions_m.len()));
    // One piece: everything is reached from vertex 0.
    let mut root: Vec<usize> = (0..character.meshes()[0].positions_m.len()).collect();
    fn find(root: &mut [usize], mut v: usize) -> usize {
        while root[v] != v {
            root[v] = root[root[v]];
            v = root[v];
        }
        v
    }
    for t in &character.meshes()[0].triangles {
        let a = find(&mut root, t[0] as usize);
        for &v in &t[1..] {
            let b = find(&mut root, v as usize);
            root[b] = a;
        }
    }
    let first = find(&mut root, 0);
    assert!((0..root.len()).all(|v| find(&mut root, v) == first));
    // A closed surface without handles.
    let (v, t) = (character.meshes()[0].positions_m.len() as i64, character.meshes()[0].triangles.len() as i64);
    assert_eq!(v - t * 3 / 2 + t, 2);
}

#[test]
fn the_mannequin_stands_on_the_floor_at_the_height_of_the_skeleton() {
    let (low_m, high_m) = bounds_m(&mannequin().meshes()[0].positions_m);
    assert!(low_m.y.abs() < 1e-3, "soles at {} m", low_m.y);
    assert!((1.69..1.73).contains(&high_m.y), "top of the head at {} m", high_m.y);
    let rest_m = rest_positions();
    assert!(high_m.z > rest_m[Joint::LFoot as usize].z + 0.04, "toes reach beyond the toe joints");
    let hand_m = high_m.x - rest_m[Joint::LWrist as usize].x;
    assert!((0.16..0.20).contains(&hand_m), "a hand of {hand_m} m");
}

#[test]
fn left_and_right_are_mirror_images_with_mirrored_weights() {
    let character = mannequin();
    let key = |p: Vec3| p.to_array().map(|c| (c + 0.0).to_bits());
    let by_position: std::collections::HashMap<_, _> =
        character.meshes()[0].positions_m.iter().enumerate().map(|(v, &p)| (key(p), v)).collect();
    for v in 0..character.meshes()[0].positions_m.len() {
        let twin = by_position[&key(character.meshes()[0].positions_m[v] * vec3(-1.0, 1.0, 1.0))];
        let weight_of = |v: usize, joint: usize| -> f32 {
            (0..4).filter(|&i| usize::from(character.meshes()[0].joints[v][i]) == joint).map(|i| character.meshes()[0].weights[v][i]).sum()
        };
        for (joint, &mirrored) in MIRRORED.iter().enumerate() {
            assert!((weight_of(v, joint) - weight_of(twin, mirrored)).abs() < 1e-4);
        }
    }
}

#[test]
fn weights_sum_to_one_and_idle_slots_name_joint_zero() {
    let character = mannequin();
    let mut used = [false; JOINT_COUNT];
    for (joints, weights) in character.meshes()[0].joints.iter().zip(&character.meshes()[0].weights) {
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        for (&joint, &weight) in joints.iter().zip(weights) {
            assert!(weight >= 0.0 && (weight > 0.0 || joint == 0));
            used[usize::from(joint)] |= weight > 0.5;
        }
    }
    assert_eq!(used, [true; JOINT_COUNT], "every joint leads some skin");
}

#[test]
fn normals_point_outward_and_agree_with_the_faces() {
    let character = mannequin();
    let mut of_faces = vec![Vec3::ZERO; character.meshes()[0].positions_m.len()];
    for t in &character.meshes()[0].triangles {
        let [a, b, c] = t.map(|v| character.meshes()[0].positions_m[v as usize]);
        let face = (b - a).cross(c - a);
        let corners: Vec3 = t.iter().map(|&v| character.meshes()[0].normals[v as usize]).sum();
        assert!(face.dot(corners) > 0.0, "a face at {a} looks inward");
        t.iter().for_each(|&v| of_faces[v as usize] += face);
    }
    for (normal, of_faces) in character.meshes()[0].normals.iter().zip(&of_faces) {
        assert!((normal.length() - 1.0).abs() < 1e-3 && normal.dot(of_faces.normalize()) > 0.85);
    }
    assert!(check::volume_m3(&character.meshes()[0].positions_m, &character.meshes()[0].triangles) > 0.04);
}

#[test]
fn the_rest_pose_leaves_the_mesh_where_it_is() {
    let character = mannequin();
    let posed_m = skin(&character, &Pose::REST);
    assert!(posed_m.iter().zip(&character.meshes()[0].positions_m).all(|(a, b)| a.distance(*b) < 1e-6));
}

#[test]
fn demanding_poses_keep_the_volume_and_fold_no_face() {
    let character = mannequin();
    for (name, pose) in check::demanding_poses() {
        let ratio = check::volume_ratio(&character, &pose);
        let folds = check::folded_triangles(&character, &pose).len();
        assert!((0.9..=1.1).contains(&ratio), "{name}: volume × {ratio}");
        assert_eq!(folds, 0, "{name}");
    }
}

#[test]
fn one_leg_does_not_pull_the_other_and_an_arm_does_not_pull_the_waist() {
    let character = mannequin();
    let moved_most_m = |joint: Joint, turn: Quat, should_stay: &dyn Fn(Vec3) -> bool| {
        let mut pose = Pose::REST;
        pose.local[joint as usize] = turn;
        let posed_m = skin(&character, &pose);
        let pairs = character.meshes()[0].positions_m.iter().zip(&posed_m);
        pairs.filter(|(p, _)| should_stay(**p)).map(|(p, q)| p.distance(*q)).fold(0.0, f32::max)
    };
    assert!(moved_most_m(Joint::LHip, Quat::from_rotation_x(-1.5), &|p| p.x < 0.0 && p.y < 0.66) < 1e-3);
    assert!(moved_most_m(Joint::LShoulder, Quat::from_rotation_z(1.0), &|p| p.y < 1.15 && p.x.abs() < 0.3) < 1e-3);
}

#[test]
fn a_character_survives_its_own_bytes_and_refuses_damaged_ones() {
    let character = mannequin();
    let bytes = character.to_bytes();
    assert!(bytes.len() <= 2 << 20, "{} bytes", bytes.len());
    let again = Character::from_bytes(&bytes).expect("own bytes");
    assert_eq!(again.meshes()[0].positions_m, character.meshes()[0].positions_m);
    assert_eq!(again.meshes()[0].triangles, character.meshes()[0].triangles);
    assert_eq!(again.meshes()[0].joints, character.meshes()[0].joints);
    for cut in [0, 3, 15, 16, 1000, bytes.len() - 1] {
        assert!(Character::from_bytes(&bytes[..cut]).is_err());
    }
    let mut wrong_vertex = bytes.clone();
    let end = wrong_vertex.len();
    wrong_vertex[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(Character::from_bytes(&wrong_vertex).is_err());
    let mut other_kind = bytes;
    other_kind[0] = b'X';
    assert!(Character::from_bytes(&other_kind).is_err());
}

#[test]
fn every_build_stands_where_the_regular_one_does_and_bears_the_same_poses() {
    let regular = mannequin();
    let volume_m3 = |character: &Character| check::volume_m3(&character.meshes()[0].positions_m, &character.meshes()[0].triangles);
    let mut volumes_m3 = Vec::new();
    for build in [-1.0, -0.5, 0.5, 1.0] {
        let character = Character::mannequin_with(MannequinLook { build, ..MannequinLook::default() });
        volumes_m3.push(volume_m3(&character));
        assert_eq!(character.rig(), regular.rig(), "a motion is the same on every build");
        let ((low_m, high_m), (low_before_m, high_before_m)) =
            (bounds_m(&character.meshes()[0].positions_m), bounds_m(&regular.meshes()[0].positions_m));
        assert!((low_m.y - low_before_m.y).abs() < 1e-3 && (high_m.y - high_before_m.y).abs() < 5e-3, "{build}: {low_m} {high_m}");
        assert!((high_m.x - high_before_m.x).abs() < 1e-3, "arms as long as before");
        for (v, (before, after)) in regular.meshes()[0].positions_m.iter().zip(&character.meshes()[0].positions_m).enumerate() {
            assert!(
                before.distance(*after) < 0.05 && (before.x == 0.0 || before.x * after.x > 0.0),
                "{build}: vertex {v} from {before} to {after}"
            );
        }
        let lengths = character.meshes()[0].normals.iter().map(|normal| normal.length());
        assert!(lengths.into_iter().all(|length| (length - 1.0).abs() < 1e-3));
        for (name, pose) in check::demanding_poses() {
            let folds = check::folded_triangles(&character, &pose).len();
            // Arms that hang down press a sturdy body's flanks, and thighs its belly: there, and nowhere else, skin goes through skin.
            let most = if build > 0.0 { character.meshes()[0].triangles.len() / 800 } else { 0 };
            assert!(folds <= most, "{name}, build {build}: {folds} folds");
        }
    }
    assert!(volumes_m3.windows(2).all(|pair| pair[0] < pair[1]), "{volumes_m3:?}");
    assert!(volumes_m3[0] < 0.9 * volume_m3(&regular) && volumes_m3[3] > 1.15 * volume_m3(&regular), "{volumes_m3:?}");
}

#[test]
fn a_colour_paints_the_skin_and_leaves_the_joint_lines_to_be_seen() {
    let regular = mannequin();
    assert_eq!(Character::mannequin_with(MannequinLook::default()), regular);
    let is_line = |v: usize| regular.meshes()[0].colors[v][1] < 0.1;
    for (name, color) in COLORS {
        let character = Character::mannequin_with(MannequinLook { color, build: 0.0 });
        let mean = |of_lines: bool| {
            let of: Vec<f32> = (0..regular.meshes()[0].colors.len())
                .filter(|v| is_line(*v) == of_lines)
                .map(|v| character.meshes()[0].colors[v][1])
                .collect();
            of.iter().sum::<f32>() / of.len() as f32
        };
        let (line, skin) = (mean(true), mean(false));
        assert!((line.max(skin) + 0.05) / (line.min(skin) + 0.05) > 1.6, "{name}: {line} on {skin}");
        assert!(character.meshes()[0].colors.iter().flatten().all(|value| (0.0..=1.0).contains(value)));
    }
    let red = Character::mannequin_with(MannequinLook { color: [255, 0, 0], build: 0.0 });
    let skin = (0..red.meshes()[0].colors.len()).find(|v| regular.meshes()[0].colors[*v][1] > 0.58).unwrap();
    assert!(red.meshes()[0].colors[skin][0] > 0.95 && red.meshes()[0].colors[skin][1] < 0.05, "{:?}", red.meshes()[0].colors[skin]);
}
