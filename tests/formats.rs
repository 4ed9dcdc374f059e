//! Files: what is written is read back the same, and what is damaged is refused in one line.

use glam::{EulerRot, Quat, Vec3, vec3};
use std::path::PathBuf;
use tempfile::TempDir;
use zoetrope::formats::{self, Units, WriteOptions};
use zoetrope::motion::{Motion, NameStyle, Pose, REST_OFFSETS_M};

/// A clip that turns every joint, walks a curve and tumbles through gimbal lock.
fn lively(frames: usize) -> Motion {
    let pose = |frame: usize| {
        let t = frame as f32 / 30.0;
        let swing = |joint: usize, rate: f32| 0.8 * (rate * t + joint as f32).sin();
        let mut pose = Pose {
            root_m: vec3(0.7 * t, 0.9 + 0.05 * (6.0 * t).sin(), 0.3 * t * t),
            local: std::array::from_fn(|joint| {
                Quat::from_euler(EulerRot::ZYX, swing(joint, 3.0), 2.0 * swing(joint, 1.7), swing(joint, 2.3))
            }),
        };
        pose.local[0] = Quat::from_rotation_y(1.5 * t) * Quat::from_rotation_x(2.0 * t);
        pose
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

/// The largest distance between any joint of the two motions, metres.
fn apart_m(a: &Motion, b: &Motion) -> f32 {
    assert_eq!(a.len(), b.len(), "frames");
    let distance = |(a, b): (&Pose, &Pose)| {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max)
    };
    a.frames.iter().zip(&b.frames).map(distance).fold(0.0, f32::max)
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("the folder lists");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    fn there_and_back(&self, name: &str, motion: &Motion, options: &WriteOptions) -> Motion {
        let path = self.file(name);
        formats::write(&path, motion, options).expect("it is written");
        formats::read(&path).expect("it is read")
    }
}

#[test]
fn every_style_and_unit_of_bvh_comes_back_within_a_hair() {
    let folder = Folder::new();
    let motion = lively(90);
    for names in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
        for units in [Units::Cm, Units::M] {
            let options = WriteOptions { names, units, ..WriteOptions::default() };
            let apart_m = apart_m(&motion, &folder.there_and_back("clip.bvh", &motion, &options));
            // Half a millionth of a degree and of a unit are rounded away; f32 rotations are good to a tenth of a millimetre.
            assert!(apart_m < 2e-4, "{names:?} {units:?}: {apart_m} m");
        }
    }
}

#[test]
fn amass_comes_back_within_a_hair_at_any_rate() {
    let folder = Folder::new();
    let motion = lively(91);
    for fps in [30.0, 60.0, 120.0] {
        let options = WriteOptions { fps, ..WriteOptions::default() };
        let apart_m = apart_m(&motion, &folder.there_and_back("clip.npz", &motion, &options));
        assert!(apart_m < 2e-4, "{fps} fps: {apart_m} m");
    }
}

#[test]
fn other_rates_keep_the_length() {
    let folder = Folder::new();
    let motion = lively(91);
    for name in ["clip.bvh", "clip.npz"] {
        for fps in [24.0, 60.0, 29.97] {
            let back = folder.there_and_back(name, &motion, &WriteOptions { fps, ..WriteOptions::default() });
            let lost_secs = (motion.duration_secs() - back.duration_secs()).abs();
            assert!(lost_secs < 0.07, "{name} at {fps} fps lost {lost_secs} s");
        }
    }
}

#[test]
fn a_bvh_file_has_a_t_pose_six_root_channels_and_ends() {
    let folder = Folder::new();
    let path = folder.file("rest.bvh");
    formats::write(&path, &Motion { frames: vec![Pose::REST; 2] }, &WriteOptions::default()).expect("written");
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.contains("ROOT Pelvis\n{\n\tOFFSET 0.000000 93.500000 0.000000\n\tCHANNELS 6 Xposition Yposition Zposition Zrotation"));
    assert_eq!(text.matches("CHANNELS 3 Zrotation Yrotation Xrotation").count(), 21);
    assert_eq!(text.matches("End Site").count(), 5);
    assert!(text.contains("Frames: 2\nFrame Time: 0.033333\n"));
    let zeros = " 0.000000".repeat(66);
    assert!(text.ends_with(&format!("\n0.000000 93.500000 0.000000{zeros}\n")), "the rest pose is all zero rotations");
}

#[test]
fn in_place_keeps_the_root_over_one_spot() {
    let folder = Folder::new();
    let motion = lively(40);
    for name in ["clip.bvh", "clip.npz"] {
        let options = WriteOptions { in_place: true, names: NameStyle::Unreal, ..WriteOptions::default() };
        let back = folder.there_and_back(name, &motion, &options);
        for (before, after) in motion.frames.iter().zip(&back.frames) {
            let expected_m = Vec3::new(motion.frames[0].root_m.x, before.root_m.y, motion.frames[0].root_m.z);
            assert!(after.root_m.distance(expected_m) < 1e-4);
        }
    }
}

#[test]
fn a_body_of_amass_itself_stands_on_the_floor() {
    // AMASS's translation holds the height of the pelvis above the floor; ours is measured from the standing rest pose.
    let folder = Folder::new();
    let mut motion = lively(30);
    for pose in &mut motion.frames {
        pose.root_m += REST_OFFSETS_M[0];
    }
    let back = folder.there_and_back("amass.npz", &motion, &WriteOptions::default());
    let lowest = |pose: &Pose| pose.world().positions_m.iter().map(|position_m| position_m.y).fold(f32::INFINITY, f32::min);
    let lowest_m = back.frames.iter().map(lowest).fold(f32::INFINITY, f32::min);
    assert!((0.0..0.04).contains(&lowest_m), "{lowest_m} m above the floor");
}

#[test]
fn a_failed_write_leaves_the_old_file_and_no_litter() {
    let folder = Folder::new();
    let path = folder.file("clip.bvh");
    formats::write(&path, &lively(3), &WriteOptions::default()).expect("written");
    let before = std::fs::read(&path).expect("read");
    let mut broken = lively(3);
    broken.frames[1].root_m.x = f32::NAN;
    let unwritable = [
        formats::write(&path, &broken, &WriteOptions::default()),
        formats::write(&path, &Motion { frames: Vec::new() }, &WriteOptions::default()),
        formats::write(&path, &lively(3), &WriteOptions { fps: 0.0, ..WriteOptions::default() }),
    ];
    for result in unwritable {
        let message = result.expect_err("refused").to_string();
        assert!(message.contains("clip.bvh") && !message.contains('\n'), "{message}");
    }
    assert_eq!(std::fs::read(&path).expect("read"), before);
    assert_eq!(folder.files(), ["clip.bvh"]);
    let error = formats::write(&folder.file("nowhere/clip.bvh"), &lively(3), &WriteOptions::default()).expect_err("no such folder");
    assert!(error.to_string().starts_with("cannot write"), "{error}");
}

#[test]
fn an_unknown_ending_names_the_known_ones() {
    let error = formats::read(&PathBuf::from("walk.fbx")).expect_err("not a known ending");
    assert!(error.to_string().contains("walk.fbx") && error.to_string().contains(".bvh"), "{error}");
}
