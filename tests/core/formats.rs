//! Files: what is written is read back the same.

use glam::{EulerRot, Quat, Vec3, vec3};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zoetrope::formats::{self, Contents, NpzOrigin, ReadOptions, Units, WriteOptions};
use zoetrope::motion::{Motion, NameStyle, Pose, REST_OFFSETS_M, rotation};
use zoetrope::timeline::{Provenance, Request};

/// A clip that turns every joint, walks a curve and tumbles through gimbal lock.
pub(crate) fn lively(frames: usize) -> Motion {
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
pub(crate) fn apart_m(a: &Motion, b: &Motion) -> f32 {
    assert_eq!(a.len(), b.len(), "frames");
    let distance = |(a, b): (&Pose, &Pose)| {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max)
    };
    a.frames.iter().zip(&b.frames).map(distance).fold(0.0, f32::max)
}

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
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
        for (units, root_bone) in [(Units::Cm, Some(true)), (Units::M, Some(true)), (Units::Cm, Some(false)), (Units::M, None)] {
            let options = WriteOptions { names, units, root_bone, ..WriteOptions::default() };
            let apart_m = apart_m(&motion, &folder.there_and_back("clip.bvh", &motion, &options));
            // Half a millionth of a degree and of a unit are rounded away; f32 rotations are good to a tenth of a millimetre.
            assert!(apart_m < 2e-4, "{names:?} {units:?} {root_bone:?}: {apart_m} m");
            let text = std::fs::read_to_string(folder.file("clip.bvh")).expect("read");
            assert_eq!(text.contains("ROOT root\n"), root_bone.unwrap_or(names == NameStyle::Unreal), "{names:?} {root_bone:?}");
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
fn features_come_back_from_the_origin_facing_forward() {
    let folder = Folder::new();
    let motion = lively(60);
    let back = folder.there_and_back("clip.npy", &motion, &WriteOptions::default());
    let first = motion.frames[0];
    let expected = motion.placed(0.0, -vec3(first.root_m.x, 0.0, first.root_m.z)).placed(-rotation::heading(first.local[0]), Vec3::ZERO);
    let apart_m = apart_m(&expected, &back);
    // The path is a running sum of f32 steps.
    assert!(apart_m < 1e-3, "{apart_m} m");

    let features = formats::read_features(&folder.file("clip.npy")).expect("features");
    formats::write_features(&folder.file("again.npy"), &features).expect("written");
    assert_eq!(std::fs::read(folder.file("clip.npy")).ok(), std::fs::read(folder.file("again.npy")).ok());
    let at_60 = formats::write(&folder.file("x.npy"), &motion, &WriteOptions { fps: 60.0, ..WriteOptions::default() });
    assert!(at_60.expect_err("features are at 30 fps").to_string().contains("x.npy"));
}

#[test]
fn doubles_in_fortran_order_are_the_same_features() {
    let folder = Folder::new();
    formats::write(&folder.file("clip.npy"), &lively(5), &WriteOptions::default()).expect("written");
    let features = formats::read_features(&folder.file("clip.npy")).expect("features");
    let columns = (0..272).flat_map(|column| (0..5).map(move |row| (row, column)));
    let data: Vec<u8> = columns.flat_map(|(row, column)| f64::from(features.row(row)[column]).to_le_bytes()).collect();
    let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (5, 272), }\n";
    let bytes = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &data].concat();
    std::fs::write(folder.file("fortran.npy"), bytes).expect("written");
    assert_eq!(formats::read_features(&folder.file("fortran.npy")).expect("features"), features);
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
fn a_body_hangs_below_the_origin_of_its_template_in_npz() {
    let folder = Folder::new();
    let standing = Motion { frames: vec![Pose::REST; 3] };
    let trans = |npz_origin: NpzOrigin| {
        let options = WriteOptions { npz_origin, ..WriteOptions::default() };
        formats::write(&folder.file("rest.npz"), &standing, &options).expect("written");
        let back = formats::read(&folder.file("rest.npz")).expect("read");
        assert!(apart_m(&standing, &back) < 1e-5, "{npz_origin:?}");
        let bytes = std::fs::read(folder.file("rest.npz")).expect("read");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        let mut array = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name("trans.npy").expect("trans"), &mut array).expect("read");
        let row: Vec<f32> = array[array.len() - 12..].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Vec3::from_slice(&row)
    };
    // SMPL-X puts the pelvis at trans plus (0.003, -0.351, 0.012), in the file's axes.
    let pelvis_m = trans(NpzOrigin::Smplx) + vec3(0.003, -0.351, 0.012);
    assert!(pelvis_m.distance(vec3(REST_OFFSETS_M[0].x, -REST_OFFSETS_M[0].z, REST_OFFSETS_M[0].y)) < 1e-5, "{pelvis_m}");
    assert!(trans(NpzOrigin::Floor).length() < 1e-6);
}

#[test]
fn a_clip_may_last_an_hour_at_whatever_rate_it_is_written() {
    let folder = Folder::new();
    let motion = |secs: usize| Motion { frames: vec![Pose::REST; 30 * secs] };
    let write = |secs: usize, fps: f32, lead_in_secs: f32| {
        let options = WriteOptions { fps, lead_in_secs, ..WriteOptions::default() };
        formats::write(&folder.file("long.bvh"), &motion(secs), &options).map_err(|error| error.to_string())
    };
    assert_eq!(write(150, 1.0, 0.0), Ok(()));
    for (fps, lead_in_secs) in [(240.0, 2.0), (1.0, 2.0)] {
        let message = write(3599, fps, lead_in_secs).expect_err("too long");
        assert!(message.contains("seconds of motion"), "{message}");
    }
    for fps in [0.0, -1.0, 1e-6, f32::NAN, 1e9] {
        assert!(write(1, fps, 0.0).is_err_and(|message| message.contains("a rate of")), "{fps}");
    }
}

#[test]
fn a_body_that_hovers_in_an_npz_is_put_on_the_floor() {
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
    for name in ["walk.usd", "walk.txt", "walk"] {
        let error = formats::read(&PathBuf::from(name)).expect_err("not a known ending");
        assert!(error.to_string().contains(name) && error.to_string().contains(".bvh"), "{error}");
    }
    for name in ["walk.gltf", "walk.vrm", "walk.usdc"] {
        let error = formats::write(&PathBuf::from(name), &lively(2), &WriteOptions::default()).expect_err("not written");
        assert!(error.to_string().contains(name) && error.to_string().contains(".glb"), "{error}");
    }
}

#[test]
fn every_style_of_glb_comes_back_exactly() {
    let folder = Folder::new();
    let motion = lively(60);
    for names in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
        for (contents, root_bone, fps) in
            [(Contents::Skeleton, None, 30.0), (Contents::Character, Some(true), 60.0), (Contents::Animation, Some(false), 60.0)]
        {
            let options = WriteOptions { names, contents, root_bone, fps, ..WriteOptions::default() };
            let apart_m = apart_m(&motion, &folder.there_and_back("clip.glb", &motion, &options));
            assert!(apart_m < 1e-5, "{names:?}, {contents:?}, {root_bone:?} at {fps} fps: {apart_m} m");
        }
    }
}

#[test]
fn a_glb_holds_what_it_is_asked_for() {
    let folder = Folder::new();
    for (contents, skins, meshes) in [(Contents::Character, 1, 1), (Contents::Skeleton, 1, 0), (Contents::Animation, 0, 0)] {
        formats::write(&folder.file("clip.glb"), &lively(5), &WriteOptions { contents, ..WriteOptions::default() }).expect("written");
        let (json, _) = chunks(&folder.file("clip.glb"));
        let count = |what: &str| json[what].as_array().map_or(0, Vec::len);
        assert_eq!((count("skins"), count("meshes"), count("animations")), (skins, meshes, 1), "{contents:?}");
        assert_eq!(count("nodes"), 22 + meshes, "{contents:?}");
    }
}

/// The JSON document and the binary chunk of a `.glb` file.
pub(crate) fn chunks(path: &Path) -> (serde_json::Value, Vec<u8>) {
    let bytes = std::fs::read(path).expect("read");
    let length = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    let json = &bytes[20..20 + length(12)];
    (serde_json::from_slice(json).expect("JSON"), bytes[28 + length(12)..].to_vec())
}

#[test]
fn a_glb_says_where_it_came_from_and_keeps_its_quaternions_continuous() {
    let folder = Folder::new();
    let path = folder.file("clip.glb");
    let request = Request { seed: u64::MAX, ..Request::new("says \"hi\"") };
    let provenance = Provenance {
        origin: request.clone().into(),
        model: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        ..Provenance::default()
    };
    let options = WriteOptions { provenance: Some(provenance), ..WriteOptions::default() };
    formats::write(&path, &lively(300), &options).expect("written");
    let (json, bin) = chunks(&path);
    assert!(json["asset"]["copyright"].as_str().is_some_and(|text| text.contains("starter") && text.contains("CC BY-NC 4.0")));
    assert_eq!(json["asset"]["extras"]["prompt"], "says \"hi\"");
    assert_eq!(json["asset"]["extras"]["seed"], u64::MAX);
    let kept = serde_json::from_value::<Provenance>(json["asset"]["extras"].clone()).expect("where it came from");
    assert_eq!(kept.origin.asked().map(|(request, _)| request), Some(&request));
    let mut checked = 0;
    for channel in json["animations"][0]["channels"].as_array().expect("channels") {
        if channel["target"]["path"] != "rotation" {
            continue;
        }
        let index = |value: &serde_json::Value| value.as_u64().expect("an index") as usize;
        let sampler = &json["animations"][0]["samplers"][index(&channel["sampler"])];
        let view = &json["bufferViews"][index(&json["accessors"][index(&sampler["output"])]["bufferView"])];
        let values = &bin[index(&view["byteOffset"])..][..index(&view["byteLength"])];
        let float = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
        let keys: Vec<Quat> = values.chunks(16).map(|key| Quat::from_slice(&key.chunks(4).map(float).collect::<Vec<_>>())).collect();
        assert!(keys.iter().all(|key| key.is_normalized()) && keys.windows(2).all(|pair| pair[0].dot(pair[1]) > 0.0));
        checked += 1;
    }
    assert_eq!(checked, 22);
}

/// Bytes of a `.glb` file with this document and binary chunk.
pub(crate) fn glb(json: &str, bin: &[u8]) -> Vec<u8> {
    let mut json = json.as_bytes().to_vec();
    json.resize(json.len().next_multiple_of(4), b' ');
    let length = |n: usize| (n as u32).to_le_bytes();
    let total = length(28 + json.len() + bin.len());
    [b"glTF", &length(2)[..], &total, &length(json.len()), b"JSON", &json, &length(bin.len()), b"BIN\0", bin].concat()
}

/// Our own file as somebody else would have made it: under a turned and scaled node, so that nothing of it is taken as it is.
fn from_elsewhere(folder: &Folder, motion: &Motion, names: NameStyle, change: impl Fn(&mut serde_json::Value)) -> Motion {
    let path = folder.file("clip.glb");
    formats::write(&path, motion, &WriteOptions { names, contents: Contents::Skeleton, ..WriteOptions::default() }).expect("written");
    let (mut json, bin) = chunks(&path);
    let nodes = json["nodes"].as_array_mut().expect("nodes");
    let half = std::f32::consts::FRAC_PI_4.sin();
    nodes.push(serde_json::json!({ "name": "Armature", "children": [0], "scale": [2, 2, 2], "rotation": [0, half, 0, half] }));
    json["scenes"][0]["nodes"] = serde_json::json!([nodes_len(&json) - 1]);
    change(&mut json);
    std::fs::write(&path, glb(&json.to_string(), &bin)).expect("written");
    formats::read(&path).expect("read")
}

fn nodes_len(json: &serde_json::Value) -> usize {
    json["nodes"].as_array().map_or(0, Vec::len)
}

/// A person who stands and swings arms and legs.
fn swinging(frames: usize) -> Motion {
    let pose = |frame: usize| {
        let mut pose = Pose::REST;
        for joint in [1, 2, 16, 17, 18, 19, 12] {
            pose.local[joint] = Quat::from_rotation_z(0.3 * (0.1 * frame as f32 + joint as f32).sin());
        }
        pose
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

/// The largest distance between joints once both first pelvises stand on one spot.
fn apart_from_the_start_m(expected: &Motion, found: &Motion) -> f32 {
    let shift_m = expected.frames[0].root_m - found.frames[0].root_m;
    apart_m(expected, &found.placed(0.0, shift_m))
}

#[test]
fn a_turned_and_scaled_glb_of_another_program_plays_the_same() {
    let folder = Folder::new();
    let motion = swinging(40);
    for names in [NameStyle::Mixamo, NameStyle::Unreal] {
        let back = from_elsewhere(&folder, &motion, names, |_| {});
        let expected = motion.placed(std::f32::consts::FRAC_PI_2, Vec3::ZERO);
        let apart_m = apart_from_the_start_m(&expected, &back);
        assert!(apart_m < 2e-3, "{names:?}: {apart_m} m");
    }
}

#[test]
fn a_vrm_file_is_understood_whatever_its_nodes_are_called() {
    let folder = Folder::new();
    let motion = swinging(20);
    let parts = "hips leftUpperLeg leftLowerLeg leftFoot leftToes rightUpperLeg rightLowerLeg rightFoot rightToes spine chest upperChest \
                 neck head leftShoulder leftUpperArm leftLowerArm leftHand rightShoulder rightUpperArm rightLowerArm rightHand";
    let back = from_elsewhere(&folder, &motion, NameStyle::Smpl, |json| {
        let mut bones = serde_json::Map::new();
        for (node, part) in parts.split_whitespace().enumerate() {
            json["nodes"][node]["name"] = format!("Node.{node}").into();
            bones.insert(part.to_owned(), serde_json::json!({ "node": node }));
        }
        json["extensions"] = serde_json::json!({ "VRMC_vrm": { "humanoid": { "humanBones": bones } } });
    });
    let expected = motion.placed(std::f32::consts::FRAC_PI_2, Vec3::ZERO);
    let apart_m = apart_from_the_start_m(&expected, &back);
    assert!(apart_m < 2e-3, "{apart_m} m");
}

#[test]
fn poses_of_other_amass_releases_are_read() {
    let folder = Folder::new();
    // SMPL-H: 52 joints in one array, another name of the rate, 60 frames a second.
    let mut poses = vec![0.0; 3 * 156];
    for frame in 0..3 {
        poses[156 * frame] = std::f32::consts::FRAC_PI_2; // upright: Z up
        poses[156 * frame + 3 * 18] = 0.1 * frame as f32; // the left elbow turns about X
    }
    let arrays = [
        ("trans", npy("(3, 3)", "'<f4'", &floats(&[0.0, 0.0, 0.0, 0.0, -0.5, 0.25, 0.0, -1.0, 0.5]))),
        ("poses", npy("(3, 156)", "'<f4'", &floats(&poses))),
        ("mocap_framerate", npy("()", "'<f8'", &60f64.to_le_bytes())),
    ];
    std::fs::write(folder.file("smplh.npz"), npz(&arrays)).expect("written");
    let motion = formats::read(&folder.file("smplh.npz")).expect("read");
    assert_eq!(motion.len(), 2);
    let last = motion.frames[1];
    assert!(last.root_m.distance(REST_OFFSETS_M[0] + vec3(0.0, 0.5, 1.0)) < 1e-5, "{}", last.root_m);
    assert!(last.local[0].angle_between(Quat::IDENTITY) < 1e-3);
    assert!(last.local[18].angle_between(Quat::from_rotation_x(0.2)) < 1e-3);
    // Without a rate in the file, the user gives it.
    std::fs::write(folder.file("no-rate.npz"), npz(&arrays[..2])).expect("written");
    let with = |source_fps| formats::read_with(&folder.file("no-rate.npz"), &ReadOptions { source_fps, ..ReadOptions::default() });
    assert!(with(None).is_err_and(|error| error.to_string().contains("--source-fps")));
    assert_eq!(with(Some(60.0)).expect("read").motion, motion);
}

/// Bytes of a `.npy` file with this header.
pub(crate) fn npy(shape: &str, kind: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

pub(crate) fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).expect("started");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

pub(crate) fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
