//! Motion files that are damaged, or made to do damage: refused in one line that names them.

use super::formats::{Folder, floats, glb, lively, npy, npz};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use zoetrope::formats::{self, Contents, FormatError, WriteOptions};

/// One frame of AMASS arrays, with one of them replaced.
fn amass_with(name: &str, replacement: &[u8]) -> Vec<u8> {
    let arrays = [
        ("trans", npy("(1, 3)", "'<f4'", &[0; 12])),
        ("root_orient", npy("(1, 3)", "'<f4'", &[0; 12])),
        ("pose_body", npy("(1, 63)", "'<f4'", &[0; 252])),
        ("mocap_frame_rate", npy("()", "'<f8'", &120f64.to_le_bytes())),
    ];
    let arrays = arrays.map(|(key, bytes)| (key, if key == name { replacement.to_vec() } else { bytes }));
    npz(&arrays)
}

const BVH: &str = "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Yrotation Xrotation\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n";

fn hostile_files() -> Vec<(&'static str, Vec<u8>)> {
    let node_cycle = r#"{"asset":{"version":"2.0"},"nodes":[{"children":[1]},{"children":[2]},{"children":[1]}]}"#;
    let self_parent = r#"{"asset":{"version":"2.0"},"nodes":[{"children":[0]}]}"#;
    let far_child = r#"{"asset":{"version":"2.0"},"nodes":[{"children":[4000000000]}]}"#;
    let million_nodes = format!(r#"{{"asset":{{"version":"2.0"}},"nodes":[{}{{}}]}}"#, "{},".repeat(1_000_000));
    let too_many_joints = format!(r#"{{"asset":{{"version":"2.0"}},"nodes":[{}{{}}]}}"#, "{},".repeat(100_000));
    let animated = |accessors: &str, views: &str| {
        format!(
            r#"{{"asset":{{"version":"2.0"}},"nodes":[{{"name":"Hips"}}],"buffers":[{{"byteLength":40}}],"bufferViews":[{views}],
            "accessors":[{accessors}],"animations":[{{"channels":[{{"sampler":0,"target":{{"node":0,"path":"rotation"}}}}],
            "samplers":[{{"input":0,"output":1}}]}}]}}"#
        )
    };
    let times = |count: u64| format!(r#"{{"bufferView":0,"componentType":5126,"type":"SCALAR","count":{count}}}"#);
    let turns = |count: u64| format!(r#"{{"bufferView":1,"byteOffset":0,"componentType":5126,"type":"VEC4","count":{count}}}"#);
    let views = r#"{"buffer":0,"byteOffset":0,"byteLength":8},{"buffer":0,"byteOffset":8,"byteLength":32}"#;
    let keys = |secs: [f32; 2]| floats(&[secs[0], secs[1], 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    let both = |count: u64| format!("{},{}", times(count), turns(count));
    let huge_view = r#"{"buffer":0,"byteOffset":18446744073709551615,"byteLength":18446744073709551615},{"buffer":7,"byteLength":1}"#;

    vec![
        ("empty.bvh", Vec::new()),
        ("no-motion.bvh", BVH.into()),
        ("negative.bvh", format!("{BVH}MOTION\nFrames: -4\nFrame Time: 0.033\n").into()),
        ("countless.bvh", format!("{BVH}MOTION\nFrames: 18446744073709551615\nFrame Time: 0.033\n").into()),
        ("cut-off.bvh", format!("{BVH}MOTION\nFrames: 1000000\nFrame Time: 0.033\n0 0 0\n").into()),
        ("timeless.bvh", format!("{BVH}MOTION\nFrames: 1\nFrame Time: nan\n0 0 0\n").into()),
        ("not-a-number.bvh", format!("{BVH}MOTION\nFrames: 1\nFrame Time: 0.033\n0 nan 0\n").into()),
        ("million-joints.bvh", format!("HIERARCHY\nROOT a\n{{\n{}", "JOINT b\n{\n".repeat(1_000_000)).into()),
        ("binary.bvh", vec![0xff; 4096]),
        ("no-person.bvh", format!("{BVH}MOTION\nFrames: 1\nFrame Time: 0.033\n0 0 0\n").into()),
        ("empty.npz", Vec::new()),
        ("no-archive.npz", b"PK\x03\x04 not really".to_vec()),
        ("nothing.npz", npz(&[])),
        ("no-poses.npz", npz(&[("trans", npy("(1, 3)", "'<f4'", &[0; 12])), ("mocap_frame_rate", npy("()", "'<f4'", &floats(&[30.0])))])),
        ("zero-rate.npz", amass_with("mocap_frame_rate", &npy("()", "'<f8'", &0f64.to_le_bytes()))),
        ("slow-rate.npz", amass_with("mocap_frame_rate", &npy("()", "'<f8'", &1e-30f64.to_le_bytes()))),
        ("nan-rate.npz", amass_with("mocap_frame_rate", &npy("()", "'<f8'", &f64::NAN.to_le_bytes()))),
        ("negative-rate.npz", amass_with("mocap_frame_rate", &npy("()", "'<f8'", &(-30f64).to_le_bytes()))),
        ("no-frames.npz", amass_with("trans", &npy("(0, 3)", "'<f4'", &[]))),
        ("more-frames.npz", amass_with("trans", &npy("(2, 3)", "'<f4'", &[0; 24]))),
        ("flat.npz", amass_with("trans", &npy("(3,)", "'<f4'", &[0; 12]))),
        ("nan.npz", amass_with("trans", &npy("(1, 3)", "'<f4'", &floats(&[0.0, f32::NAN, 0.0])))),
        ("endless.npz", amass_with("pose_body", &npy("(1, 63)", "'<f4'", &floats(&[f32::INFINITY; 63])))),
        ("negative-shape.npz", amass_with("trans", &npy("(-1, 3)", "'<f4'", &[0; 12]))),
        ("overflow.npz", amass_with("trans", &npy("(4294967296, 4294967296, 3)", "'<f4'", &[0; 12]))),
        ("declared.npz", amass_with("trans", &npy("(9000000, 3)", "'<f4'", &[0; 12]))),
        ("pickle.npz", amass_with("trans", &npy("(1, 3)", "'|O'", &[0; 12]))),
        ("text.npz", amass_with("trans", &npy("(1, 3)", "'<U3'", &[0; 36]))),
        ("deep-header.npz", amass_with("trans", &npy(&"(".repeat(9000), "'<f4'", &[0; 12]))),
        ("zip-bomb.npz", amass_with("trans", &npy("(89000000, 3)", "'<f4'", &vec![0; 300 << 20]))),
        ("narrow.npy", npy("(2, 271)", "'<f4'", &[0; 2 * 271 * 4])),
        ("flat.npy", npy("(272,)", "'<f4'", &[0; 272 * 4])),
        ("no-frames.npy", npy("(0, 272)", "'<f4'", &[])),
        ("nan.npy", npy("(1, 272)", "'<f4'", &floats(&[f32::NAN; 272]))),
        ("giant.npy", npy("(1, 272)", "'<f4'", &floats(&[1e30; 272]))),
        ("cut-off.npy", npy("(9, 272)", "'<f4'", &[0; 272])),
        ("declared.npy", npy("(1099511627776, 272)", "'<f4'", &[0; 272])),
        ("records.npy", npy("(1, 272)", "[('a', '<f4')]", &[0; 272])),
        ("empty.glb", Vec::new()),
        ("header-only.glb", b"glTF\x02\0\0\0\x00\0\0\0".to_vec()),
        ("short-length.glb", [b"glTF\x02\0\0\0\x03\0\0\0".as_slice(), &[0; 40]].concat()),
        ("long-length.glb", b"glTF\x02\0\0\0\xff\xff\xff\xff".to_vec()),
        ("no-json.glb", glb("hello", &[])),
        ("no-animation.glb", glb(r#"{"asset":{"version":"2.0"}}"#, &[])),
        ("cycle.glb", glb(node_cycle, &[])),
        ("ring.glb", glb(r#"{"asset":{"version":"2.0"},"nodes":[{"children":[1]},{"children":[0]}]}"#, &[])),
        ("escape.bvh", b"\x1b[31m".to_vec()),
        ("self-parent.glb", glb(self_parent, &[])),
        ("far-child.glb", glb(far_child, &[])),
        ("million-nodes.glb", glb(&million_nodes, &[])),
        ("too-many-joints.glb", glb(&too_many_joints, &[])),
        ("deep.gltf", "[".repeat(100_000).into()),
        ("bad-accessors.glb", glb(&animated("", views), &keys([0.0, 1.0]))),
        ("huge-count.glb", glb(&animated(&both(u64::MAX), views), &keys([0.0, 1.0]))),
        ("cut-count.glb", glb(&animated(&both(3), views), &keys([0.0, 1.0]))),
        ("huge-view.glb", glb(&animated(&both(2), huge_view), &keys([0.0, 1.0]))),
        ("cut-binary.glb", glb(&animated(&both(2), views), &keys([0.0, 1.0])[..20])),
        ("backwards.glb", glb(&animated(&both(2), views), &keys([1.0, 0.0]))),
        ("nan-times.glb", glb(&animated(&both(2), views), &keys([0.0, f32::NAN]))),
        ("days.glb", glb(&animated(&both(2), views), &keys([0.0, 900_000.0]))),
        ("no-person.glb", glb(&animated(&both(2), views), &keys([0.0, 1.0]))),
        ("elsewhere.gltf", br#"{"asset":{"version":"2.0"},"buffers":[{"uri":"../../../etc/passwd","byteLength":9}]}"#.to_vec()),
    ]
}

#[test]
fn a_hostile_file_is_refused_in_one_line_that_names_it() {
    let folder = Folder::new();
    for (name, bytes) in hostile_files() {
        let path = folder.file(name);
        std::fs::write(&path, bytes).expect("written");
        let message = formats::read(&path).map(|motion| motion.len()).expect_err(name).to_string();
        assert!(message.contains(name) && !message.contains(char::is_control) && message.len() < 500, "{name}: {message}");
        std::fs::remove_file(&path).expect("removed");
    }
    let missing = formats::read(&folder.file("missing.glb")).expect_err("no such file");
    assert!(matches!(missing, FormatError::Read { .. }) && missing.to_string().contains("missing.glb"), "{missing}");
}

/// Small valid files of each kind.
fn valid_files() -> &'static [(&'static str, Vec<u8>)] {
    static FILES: std::sync::OnceLock<Vec<(&str, Vec<u8>)>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| {
        let folder = Folder::new();
        let options = WriteOptions { contents: Contents::Skeleton, ..WriteOptions::default() };
        ["clip.bvh", "clip.npz", "clip.glb", "clip.npy"]
            .into_iter()
            .map(|name| {
                formats::write(&folder.file(name), &lively(3), &options).expect("written");
                (name, std::fs::read(folder.file(name)).expect("read"))
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/regressions/hostile.txt"))), ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_never_panics(
        kind in 0..valid_files().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        kept in prop::option::weighted(0.3, any::<prop::sample::Index>()),
    ) {
        let (name, mut bytes) = valid_files()[kind].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(kept) = kept {
            bytes.truncate(kept.index(bytes.len()));
        }
        let folder = Folder::new();
        let path = folder.file(name);
        std::fs::write(&path, bytes).expect("written");
        match formats::read(&path) {
            Ok(motion) => prop_assert!(!motion.is_empty() && motion.frames.iter().all(|pose| pose.root_m.is_finite())),
            Err(error) => {
                let message = error.to_string();
                prop_assert!(message.contains(name) && !message.contains('\n'), "{}", message);
            }
        }
    }
}
