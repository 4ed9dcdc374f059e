//! The published post-process against what the published code computes.

use super::kit::{Arrays, farthest};
use glam::{DMat3, DQuat, DVec3};
use zoetrope::motion::cleanup::remove_sliding::{RemoveSlidingError, Rig, Track, remove_sliding, without_sliding};
use zoetrope::motion::{Joint, Motion, Pose};

/// Parents of the kit's 24 joints in the depth-first order of BVH.
const PARENTS: [i32; 24] = [-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 12, 11, 14, 15, 16, 17, 11, 19, 20, 21, 22];

fn vectors(values: &[f64]) -> Vec<DVec3> {
    values.chunks_exact(3).map(DVec3::from_slice).collect()
}

/// The kit's clip and its skeleton's parents and offsets.
fn clip(arrays: &Arrays) -> (Vec<Option<usize>>, Vec<DVec3>, Track) {
    let parents: Vec<Option<usize>> = PARENTS.iter().map(|parent| usize::try_from(*parent).ok()).collect();
    let quats: Vec<DQuat> = arrays.get("rot_before").chunks_exact(4).map(|q| DQuat::from_xyzw(q[1], q[2], q[3], q[0])).collect();
    let places_m = vectors(&arrays.get("pos_before"));
    // A BVH joint's position is its offset, the root's is its place.
    let track = Track {
        roots_m: places_m.chunks_exact(24).map(|joints| joints[0]).collect(),
        local: quats.chunks_exact(24).map(<[DQuat]>::to_vec).collect(),
    };
    (parents, places_m[..24].to_vec(), track)
}

/// Somebody whose feet glide while they stand.
#[test]
fn a_motion_of_our_skeleton_slides_less_and_keeps_its_frames() {
    let frame = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m.x += 0.02 * (frame as f32 * 0.4).sin();
        pose.local[Joint::LShoulder as usize] = glam::Quat::from_rotation_z(-1.2);
        pose
    };
    let gliding = Motion { frames: (0..20).map(frame).collect() };
    let unslid = without_sliding(&gliding).expect("long enough");
    assert_eq!(unslid.len(), gliding.len());
    let way = |motion: &Motion| {
        let toes: Vec<f32> = motion.frames.iter().map(|pose| pose.world().positions_m[Joint::LFoot as usize].x).collect();
        toes.windows(2).map(|step| (step[1] - step[0]).abs()).sum::<f32>()
    };
    assert!(way(&unslid) < 0.8 * way(&gliding), "{} of {} m", way(&unslid), way(&gliding));
    let turned = unslid.frames[10].local[Joint::LShoulder as usize].angle_between(gliding.frames[10].local[Joint::LShoulder as usize]);
    assert!(turned < 0.2, "the arm turns by {turned}");
    let short = Motion { frames: gliding.frames[..4].to_vec() };
    assert_eq!(without_sliding(&short), Err(RemoveSlidingError::TooShort { frames: 4, window: 5 }));
}

#[test]
fn removing_sliding_gives_the_published_targets_rotations_and_file() {
    let Some(w5) = Arrays::open("postprocess/remove_sliding_w5.safetensors") else { return };
    let (parents, offsets_m, track) = clip(&w5);
    let rig = Rig { parents: &parents, offsets_m: &offsets_m, feet: [3, 4, 7, 8], hands: [17, 18, 22, 23] };
    for window in [5, 9] {
        let name = format!("postprocess/remove_sliding_w{window}.safetensors");
        let expected = Arrays::open(&name).expect("beside the other");
        let unslid = remove_sliding(&rig, &track, window).expect("a window that fits");
        assert!((unslid.floor_m - expected.get("floor_height")[0]).abs() < 1e-9);
        let targets: Vec<f64> = unslid.targets_m.iter().flatten().flat_map(DVec3::to_array).collect();
        let apart_m = farthest(&targets, &expected.get("targets"));
        assert!(apart_m < 1e-9, "targets of window {window} are {apart_m} m away");
        same_as_file(&unslid.track, &w5.file_beside(&format!("0_remove_sliding_w{window}.bvh")));
    }
    let solved = remove_sliding(&rig, &track, 5).expect("a window that fits").solved;
    let matrices = |quats: &[DQuat]| quats.iter().flat_map(|quat| DMat3::from_quat(*quat).to_cols_array()).collect::<Vec<f64>>();
    let theirs: Vec<DQuat> = w5.get("rot_after").chunks_exact(4).map(|q| DQuat::from_xyzw(q[1], q[2], q[3], q[0])).collect();
    let apart = farthest(&matrices(&solved.local.concat()), &matrices(&theirs));
    assert!(apart < 1e-7, "rotations are {apart} away");

    assert_eq!(remove_sliding(&rig, &track, 3).err(), Some(RemoveSlidingError::Window(3)), "the published default raises");
    let short = Track { roots_m: track.roots_m[..4].to_vec(), local: track.local[..4].to_vec() };
    assert_eq!(remove_sliding(&rig, &short, 5).err(), Some(RemoveSlidingError::TooShort { frames: 4, window: 5 }));
}

/// Compares with the published BVH file: root to 1e-6, angles to 2e-5° (it has six decimals, its last step is in f32).
fn same_as_file(track: &Track, file: &str) {
    let (_, rows) = file.split_once("Frame Time:").expect("motion");
    let rows: Vec<Vec<f64>> =
        rows.lines().skip(1).map(|row| row.split_whitespace().map(|number| number.parse().expect("a number")).collect()).collect();
    let rows: Vec<Vec<f64>> = rows.into_iter().filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), track.roots_m.len());
    for (frame, row) in rows.iter().enumerate() {
        assert!(DVec3::from_slice(row).distance(track.roots_m[frame]) < 2e-6, "frame {frame}: the root");
        for (joint, angles) in row[3..].chunks_exact(3).enumerate() {
            let [z, y, x] = [angles[0], angles[1], angles[2]].map(f64::to_radians);
            let theirs = DQuat::from_rotation_z(z) * DQuat::from_rotation_y(y) * DQuat::from_rotation_x(x);
            let apart = DMat3::from_quat(theirs).abs_diff_eq(DMat3::from_quat(track.local[frame][joint]), 2e-6);
            assert!(apart, "frame {frame}, joint {joint}");
        }
    }
}
