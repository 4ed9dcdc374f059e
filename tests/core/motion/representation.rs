//! Parity with the published encoder and decoder, and our own round trips.

use super::kit::{Arrays, farthest};
use glam::{DMat3, DQuat, DVec3, Quat, Vec3};
use zoetrope::motion::features::conversions::{
    axis_angle_from_quat, matrix_from_quat, matrix_from_six_d, published_quat_from_matrix, quat_from_axis_angle, quat_from_six_d,
    six_d_from_matrix,
};
use zoetrope::motion::features::rows::{self, Accumulate, Joints};
use zoetrope::motion::features::{self, Features, FeaturesError, POSITIONS, ROW};
use zoetrope::motion::{JOINT_COUNT, Motion, Pose};

const CLIPS: [&str; 5] = ["walk_turn", "spin_odd", "two_frames", "flip", "long"];

fn clips() -> impl Iterator<Item = (&'static str, Arrays)> {
    CLIPS.into_iter().filter_map(|name| Some((name, Arrays::open(&format!("representation/{name}.safetensors"))?)))
}

fn row_major(matrix: &DMat3) -> [f64; 9] {
    matrix.transpose().to_cols_array()
}

fn matrix_of(rotation: &[f64]) -> DMat3 {
    matrix_from_quat(quat_from_axis_angle(DVec3::from_slice(rotation)))
}

/// The first 22 joints of 85 numbers a frame.
fn matrices_of(smpl85: &[f64]) -> Vec<[DMat3; JOINT_COUNT]> {
    smpl85.chunks_exact(85).map(|row| std::array::from_fn(|joint| matrix_of(&row[joint * 3..joint * 3 + 3]))).collect()
}

fn translations_of(smpl85: &[f64]) -> Vec<f64> {
    smpl85.chunks_exact(85).flat_map(|row| row[72..75].to_vec()).collect()
}

fn vectors(flat: &[f64]) -> Vec<[DVec3; JOINT_COUNT]> {
    let frames = flat.chunks_exact(3 * JOINT_COUNT);
    frames.map(|frame| std::array::from_fn(|joint| DVec3::from_slice(&frame[joint * 3..joint * 3 + 3]))).collect()
}

fn flat(positions: &[[DVec3; JOINT_COUNT]]) -> Vec<f64> {
    positions.iter().flatten().flat_map(|joint| joint.to_array()).collect()
}

/// Decodes rows and compares both paths with what the published code decoded.
fn check_decoding(name: &str, file: &Arrays, repr: &[f64]) {
    let positions = rows::positions(repr, Accumulate::Published);
    let error = farthest(&flat(&positions), &file.get("positions"));
    assert!(error < 1e-10, "{name}: positions off by {error:e}");

    let decoded = file.get("smpl85_decoded");
    let turned = rows::rotations(repr, Accumulate::Published);
    let roots: Vec<f64> = turned.iter().flat_map(|frame| frame.root_m.to_array()).collect();
    let error = farthest(&roots, &translations_of(&decoded));
    assert!(error < 1e-10, "{name}: translations off by {error:e}");

    for (frame, (ours, theirs)) in turned.iter().zip(matrices_of(&decoded)).enumerate() {
        for (joint, (our, their)) in ours.local.iter().zip(&theirs).enumerate() {
            // Through the same quaternions and axis-angles as the published numbers, whose inaccuracy near a half turn is part of them.
            let our = matrix_from_quat(quat_from_axis_angle(axis_angle_from_quat(published_quat_from_matrix(our))));
            let error = farthest(&row_major(&our), &row_major(their));
            assert!(error < 1e-10, "{name}: joint {joint} of frame {frame} off by {error:e}");
        }
    }
}

#[test]
fn decoding_agrees_with_the_published_code_on_clips_and_on_a_networks_noise() {
    for (name, file) in clips() {
        check_decoding(name, &file, &file.get("repr272"));
    }
    if let Some(file) = Arrays::open("representation/network_like.safetensors") {
        check_decoding("network_like", &file, &file.get("denorm"));
    }
}

#[test]
fn accumulated_headings_and_local_matrices_agree_with_the_published_code() {
    for (name, file) in clips().filter(|(name, _)| *name != "long") {
        let repr = file.get("repr272");
        let headings: Vec<f64> = rows::headings_from_world(&repr, Accumulate::Published).iter().flat_map(row_major).collect();
        let error = farthest(&headings, &file.get("heading_cumulative"));
        assert!(error < 1e-10, "{name}: headings off by {error:e}");
        let upright: Vec<f64> = rows::headings_from_world(&repr, Accumulate::Upright).iter().flat_map(row_major).collect();
        let error = farthest(&upright, &headings);
        assert!(error < 1e-6, "{name}: on a clean clip the projected headings are the same, but they are off by {error:e}");

        let locals: Vec<f64> = repr
            .chunks_exact(ROW)
            .flat_map(|row| row[features::ROTATIONS].chunks_exact(6))
            .flat_map(|six| row_major(&matrix_from_six_d(six.try_into().expect("six numbers"))))
            .collect();
        let error = farthest(&locals, &file.get("local_rotmats"));
        assert!(error < 1e-10, "{name}: local matrices off by {error:e}");
    }
}

#[test]
fn encoding_agrees_with_the_published_code() {
    for (name, file) in clips().filter(|(name, _)| *name != "long") {
        let positions_m = vectors(&file.get("joints"));
        let floor_m = positions_m.iter().flatten().map(|joint| joint.y).fold(f64::INFINITY, f64::min);
        let locals = matrices_of(&file.get("smpl85_facez"));
        let joints: Vec<Joints> =
            positions_m.iter().zip(&locals).map(|(positions_m, local)| Joints { positions_m: *positions_m, local: *local }).collect();
        // The published encoder passes through float32 inside.
        let error = farthest(&rows::encode(&joints, floor_m), &file.get("repr272"));
        assert!(error < 2e-5, "{name}: rows off by {error:e}");
    }
}

#[test]
fn rotation_conversions_agree_with_the_published_code_special_cases_included() {
    let Some(file) = Arrays::open("representation/rotations.safetensors") else { return };
    let six: Vec<[f64; 6]> = file.get("d6").chunks_exact(6).map(|s| s.try_into().expect("six numbers")).collect();
    let quats: Vec<DQuat> = file.get("quat").chunks_exact(4).map(|q| DQuat::from_xyzw(q[1], q[2], q[3], q[0])).collect();
    let axis_angles: Vec<DVec3> = file.get("aa").chunks_exact(3).map(DVec3::from_slice).collect();
    let w_first = |quat: DQuat| [quat.w, quat.x, quat.y, quat.z];
    let matrices: Vec<DMat3> = file.get("matrix_from_quat").chunks_exact(9).map(|m| DMat3::from_cols_slice(m).transpose()).collect();

    let check = |name: &str, ours: Vec<f64>| {
        let theirs = file.get(name);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        let error = farthest(&ours, &theirs);
        assert!(error < 1e-12, "{name} off by {error:e}");
    };
    check("matrix_from_d6", six.iter().flat_map(|six| row_major(&matrix_from_six_d(six))).collect());
    check("matrix_from_quat", quats.iter().flat_map(|quat| row_major(&matrix_from_quat(*quat))).collect());
    check("d6_from_matrix", six.iter().flat_map(|six| six_d_from_matrix(&matrix_from_six_d(six))).collect());
    check("quat_from_matrix", matrices.iter().flat_map(|m| w_first(published_quat_from_matrix(m))).collect());
    check("matrix_from_aa", axis_angles.iter().flat_map(|aa| row_major(&matrix_from_quat(quat_from_axis_angle(*aa)))).collect());
    check("quat_from_aa", axis_angles.iter().flat_map(|aa| w_first(quat_from_axis_angle(*aa))).collect());
    check("aa_from_matrix", matrices.iter().flat_map(|m| axis_angle_from_quat(published_quat_from_matrix(m)).to_array()).collect());
}

#[test]
fn six_numbers_that_span_no_plane_decode_to_a_rotation_all_the_same() {
    for six in [[0.0; 6], [1.0, 0.0, 0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 0.0], [1e-30; 6]] {
        assert_eq!(quat_from_six_d(&six), DQuat::IDENTITY);
    }
    let half_turn = quat_from_six_d(&[-1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert!(half_turn.is_finite() && half_turn.is_normalized() && half_turn.y.abs() > 0.999);
}

#[test]
fn mirroring_agrees_with_the_published_tools() {
    let Some(file) = Arrays::open("representation/dataset_tools.safetensors") else { return };
    let motion_of = |name: &str| Motion {
        frames: file
            .get(name)
            .chunks_exact(85)
            .map(|row| Pose {
                root_m: DVec3::from_slice(&row[72..75]).as_vec3(),
                local: std::array::from_fn(|j| quat_from_axis_angle(DVec3::from_slice(&row[j * 3..j * 3 + 3])).as_quat()),
            })
            .collect(),
    };
    let (ours, theirs) = (motion_of("mirror_in").mirrored(), motion_of("mirror_out"));
    for (a, b) in ours.frames.iter().zip(&theirs.frames) {
        assert!(a.root_m.distance(b.root_m) < 1e-5);
        assert!(a.local.iter().zip(&b.local).all(|(a, b)| a.dot(*b).abs() > 1.0 - 1e-6));
    }
}

/// Somebody who walks a curve, bobbing and swinging every joint, starting away from the origin and turned.
fn wandering(frames: usize) -> Motion {
    let pose = |frame: usize| {
        let t = frame as f32 / 30.0;
        let yaw = 2.1 + 0.9 * t;
        let mut local: [Quat; JOINT_COUNT] = std::array::from_fn(|joint| {
            let axis = Vec3::new(1.0, (joint as f32).sin(), (joint as f32 * 0.7).cos()).normalize();
            Quat::from_axis_angle(axis, 0.5 * (3.0 * t + joint as f32).sin())
        });
        local[0] = Quat::from_rotation_y(yaw) * Quat::from_rotation_x(0.2);
        Pose { root_m: Vec3::new(3.0 + t.cos(), 0.95 + 0.05 * (6.0 * t).sin(), -2.0 + t), local }
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

#[test]
fn encoding_and_decoding_gives_the_motion_back_at_the_origin_facing_forward() {
    let motion = wandering(90);
    let decoded = features::decode(&features::encode(&motion));
    let start = &motion.frames[0];
    let yaw_rad = zoetrope::motion::rotation::heading(start.local[0]);
    let turn = Quat::from_rotation_y(-yaw_rad);
    let at = turn * start.root_m;
    let expected = motion.placed(-yaw_rad, Vec3::new(-at.x, 0.0, -at.z));
    assert_eq!(decoded.len(), motion.len());
    for (ours, expected) in decoded.frames.iter().zip(&expected.frames) {
        let (ours, expected) = (ours.world(), expected.world());
        for joint in 0..JOINT_COUNT {
            let error_m = ours.positions_m[joint].distance(expected.positions_m[joint]);
            assert!(error_m < 1e-4, "joint {joint} off by {error_m} m");
        }
    }
    assert!(decoded.frames[0].root_m.x.abs() < 1e-6 && decoded.frames[0].root_m.z.abs() < 1e-6);
}

#[test]
fn the_position_block_is_forward_kinematics_of_the_rotations() {
    let features = features::encode(&wandering(40));
    let rows: Vec<f64> = features.values().iter().copied().map(f64::from).collect();
    let by_rotations = features::decode(&features);
    for (positions, pose) in rows::positions(&rows, Accumulate::Upright).iter().zip(&by_rotations.frames) {
        for (a, b) in positions.iter().zip(pose.world().positions_m) {
            assert!(a.as_vec3().distance(b) < 1e-4);
        }
    }
    assert!((features.row(0)[POSITIONS.start + 1] - 0.95).abs() < 1e-6, "the pelvis keeps its height");
}

#[test]
fn one_frame_and_no_frame_encode_to_one_row() {
    assert_eq!(features::encode(&wandering(1)).frames(), 1);
    assert_eq!(features::encode(&Motion { frames: Vec::new() }).frames(), 1);
}

#[test]
fn the_first_row_of_a_network_neither_moves_nor_turns_nor_tilts_the_start() {
    let Some(file) = Arrays::open("representation/network_like.safetensors") else { return };
    let values: Vec<f32> = file.get("denorm").into_iter().map(|value| value as f32).collect();
    let features = Features::new(values).expect("finite noise");
    let start = features::decode(&features).frames[0];
    assert_eq!((start.root_m.x, start.root_m.z), (0.0, 0.0));
    assert!(zoetrope::motion::rotation::heading(start.local[0]).abs() < 1e-5);

    let published = features::decode_published(&features).frames[0];
    let rows: Vec<f64> = features.values().iter().copied().map(f64::from).collect();
    let translation_m = rows::rotations(&rows, Accumulate::Published)[0].root_m.as_vec3();
    assert!(published.root_m.distance(translation_m + zoetrope::motion::REST_OFFSETS_M[0]) < 1e-6);

    let upright = rows::headings_from_world(&rows, Accumulate::Upright);
    assert!(upright.iter().all(|heading| heading.y_axis == DVec3::Y), "headings stay upright");
    let tilted = rows::headings_from_world(&rows, Accumulate::Published);
    assert!(tilted.iter().any(|heading| heading.y_axis.y < 0.999), "the published product drifts off the vertical");
}

#[test]
fn arrays_that_are_no_features_are_refused_in_words() {
    assert_eq!(Features::new(Vec::new()), Err(FeaturesError::Empty));
    assert_eq!(Features::new(vec![0.0; 271]), Err(FeaturesError::Length(271)));
    let mut values = vec![0.0; 2 * ROW];
    values[ROW + 5] = f32::NAN;
    assert_eq!(Features::new(values), Err(FeaturesError::NotFinite { frame: 1, element: 5 }));
    let zeros = Features::new(vec![0.0; 3 * ROW]).expect("zeros are finite");
    assert!(features::decode(&zeros).frames.iter().all(|pose| pose.root_m.is_finite() && pose.local.iter().all(|q| q.is_normalized())));
}
