//! A user's own body: a made-up model with the arrays of SMPL, shaped, stood on the floor and exported.

use glam::{Quat, Vec3};
use npyz::WriterBuilder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;
use zoetrope::body::{BodyModel, Character};
use zoetrope::formats::{self, Units, WriteOptions, read_body_model};
use zoetrope::motion::{JOINT_COUNT, Joint, Motion, NameStyle, PARENTS, Pose, REST_OFFSETS_M, rest_positions};

/// Joints of the made-up model: ours and two hands.
const JOINTS: usize = 24;
/// Corners of the little solid about each joint.
const CORNERS: [Vec3; 6] = [Vec3::X, Vec3::NEG_X, Vec3::Y, Vec3::NEG_Y, Vec3::Z, Vec3::NEG_Z];
const RADIUS_M: f32 = 0.03;
const FACES: [[usize; 3]; 8] = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];

type Arrays = Vec<(&'static str, Vec<u64>, Vec<f64>)>;

/// A body half as large again as our skeleton, hanging below its origin as SMPL's does; its first shape number makes it a tenth larger.
fn arrays() -> Arrays {
    let ours = rest_positions();
    let joint_m = |joint: usize| 1.5 * if joint < JOINT_COUNT { ours[joint] } else { ours[joint - 2] } - Vec3::Y;
    let vertices: Vec<Vec3> = (0..JOINTS).flat_map(|joint| CORNERS.map(|corner| joint_m(joint) + RADIUS_M * corner)).collect();
    let count = vertices.len();
    let numbers = |of: &dyn Fn(usize, usize) -> f64, rows: usize, columns: usize| -> Vec<f64> {
        (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(row, column)| of(row, column)).collect()
    };
    let parent = |joint: usize| {
        if joint < JOINT_COUNT { PARENTS[joint].map_or(4_294_967_295.0, |parent| parent as f64) } else { joint as f64 - 2.0 }
    };
    vec![
        ("v_template", vec![count as u64, 3], vertices.iter().flat_map(|v| v.to_array()).map(f64::from).collect()),
        // [vertices, 3, shapes]: the first number grows, the second does nothing.
        (
            "shapedirs",
            vec![count as u64, 3, 2],
            vertices.iter().flat_map(|v| v.to_array()).flat_map(|x| [0.1 * f64::from(x), 0.0]).collect(),
        ),
        (
            "J_regressor",
            vec![JOINTS as u64, count as u64],
            numbers(&|joint, vertex| if vertex / 6 == joint { 1.0 / 6.0 } else { 0.0 }, JOINTS, count),
        ),
        ("weights", vec![count as u64, JOINTS as u64], numbers(&|vertex, joint| f64::from(u8::from(vertex / 6 == joint)), count, JOINTS)),
        ("f", vec![(8 * JOINTS) as u64, 3], numbers(&|face, corner| (6 * (face / 8) + FACES[face % 8][corner]) as f64, 8 * JOINTS, 3)),
        ("kintree_table", vec![2, JOINTS as u64], numbers(&|row, joint| if row == 0 { parent(joint) } else { joint as f64 }, 2, JOINTS)),
    ]
}

/// With pose shapes: a bent left knee (the number of its second row and third column) makes the vertices of its solid go ahead.
fn with_pose_shapes() -> Arrays {
    let count = 6 * JOINTS;
    let numbers = 9 * (JOINTS - 1);
    let knee = Joint::LKnee as usize;
    let mut values = vec![0.0; count * 3 * numbers];
    for vertex in 6 * knee..6 * knee + 6 {
        values[(vertex * 3 + 2) * numbers + (knee - 1) * 9 + 5] = 0.1;
    }
    let mut arrays = arrays();
    arrays.push(("posedirs", vec![count as u64, 3, numbers as u64], values));
    arrays
}

fn save(path: &Path, arrays: &Arrays) {
    let mut archive = ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, shape, values) in arrays {
        let mut bytes = Vec::new();
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut bytes).begin_nd().expect("a header");
        writer.extend(values.iter().copied()).expect("values");
        writer.finish().expect("an array");
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).expect("a member");
        archive.write_all(&bytes).expect("bytes");
    }
    archive.finish().expect("an archive");
}

fn model() -> (tempfile::TempDir, PathBuf, BodyModel) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body.npz");
    save(&path, &arrays());
    let model = read_body_model(&path).expect("a body model");
    (folder, path, model)
}

/// Walks a metre with a lifted arm.
fn motion() -> Motion {
    let pose = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m += Vec3::Z * (frame as f32 / 30.0);
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(0.03 * frame as f32);
        pose
    };
    Motion { frames: (0..31).map(pose).collect() }
}

/// The same arrays as Python 2 pickled them, the sparse one by columns.
fn pickled(arrays: &Arrays) -> Vec<u8> {
    let mut bytes = b"\x80\x02}".to_vec();
    let number = |bytes: &mut Vec<u8>, number: u64| {
        bytes.push(b'J');
        bytes.extend((number as u32).to_le_bytes());
    };
    let text = |bytes: &mut Vec<u8>, text: &[u8]| {
        bytes.push(b'T');
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text);
    };
    let dense = |bytes: &mut Vec<u8>, shape: &[u64], values: &[f64]| {
        bytes.extend(b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR(K\x01(");
        shape.iter().for_each(|size| number(bytes, *size));
        bytes.extend(b"tcnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNK\x00K\x00K\x00tb\x89");
        text(bytes, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        bytes.extend(b"tb");
    };
    for (name, shape, values) in arrays {
        text(&mut bytes, name.as_bytes());
        if *name != "J_regressor" {
            dense(&mut bytes, shape, values);
            bytes.push(b's');
            continue;
        }
        let (rows, columns) = (shape[0] as usize, shape[1] as usize);
        let entries = |column: usize| (0..rows).map(move |row| (row, values[row * columns + column])).filter(|(_, value)| *value != 0.0);
        let all: Vec<(usize, f64)> = (0..columns).flat_map(entries).collect();
        let mut starts = vec![0.0];
        starts.extend((0..columns).scan(0, |sum, column| {
            *sum += entries(column).count();
            Some(*sum as f64)
        }));
        bytes.extend(b"ccopy_reg\n_reconstructor\n(cscipy.sparse.csc\ncsc_matrix\nc__builtin__\nobject\nNtR}(U\x06_shape(");
        shape.iter().for_each(|size| number(&mut bytes, *size));
        bytes.push(b't');
        for (name, values) in [
            ("data", all.iter().map(|(_, value)| *value).collect::<Vec<f64>>()),
            ("indices", all.iter().map(|(row, _)| *row as f64).collect()),
            ("indptr", starts),
        ] {
            text(&mut bytes, name.as_bytes());
            dense(&mut bytes, &[values.len() as u64], &values);
        }
        bytes.extend(b"ubs");
    }
    bytes.push(b'.');
    bytes
}

#[test]
fn a_pickled_body_is_the_same_body() {
    let (folder, _, model) = model();
    let path = folder.path().join("body.pkl");
    fs::write(&path, pickled(&arrays())).expect("a file");
    assert_eq!(read_body_model(&path).expect("a body model"), model);
    fs::write(&path, pickled(&with_pose_shapes())).expect("a file");
    assert!(!read_body_model(&path).expect("a body model").pose_shapes.is_empty());
}

#[test]
fn an_archive_that_is_cut_off_is_not_taken_for_a_pickle() {
    let (folder, path, _) = model();
    let bytes = fs::read(path).expect("a file");
    let half = folder.path().join("half.npz");
    fs::write(&half, &bytes[..bytes.len() / 2]).expect("a file");
    let message = read_body_model(&half).expect_err("half of a body").to_string();
    assert!(message.contains("no whole body model"), "{message}");
}

#[test]
fn a_body_stands_on_the_floor_under_its_own_joints() {
    let (_folder, _, model) = model();
    let body = model.character(&[]);
    let lowest = body.meshes()[0].positions_m.iter().map(|position_m| position_m.y).fold(f32::INFINITY, f32::min);
    assert!(lowest.abs() < 1e-6);
    assert!(body.rig().rest_translations()[0].x.abs() < 1e-6 && body.rig().rest_translations()[0].z.abs() < 1e-6);
    for (theirs, ours) in body.rig().rest_translations().iter().zip(REST_OFFSETS_M).skip(1) {
        assert!(theirs.distance(1.5 * ours) < 1e-5, "{theirs} {ours}");
    }
    for (joint, place_m) in body.rest_positions_m().iter().enumerate() {
        let around: Vec3 = body.meshes()[0].positions_m[6 * joint..6 * joint + 6].iter().sum::<Vec3>() / 6.0;
        assert!(around.distance(*place_m) < 1e-5, "{joint}");
    }
    // The hands of the model move with our wrists.
    assert_eq!(body.meshes()[0].joints[6 * 22][0], Joint::LWrist as u16);
    assert_eq!(body.meshes()[0].weights[6 * 23], [1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn shape_numbers_make_other_bodies_and_stay_within_people() {
    let (_folder, _, model) = model();
    let height = |shape: &[f32]| model.character(shape).meshes()[0].positions_m.iter().map(|v| v.y).fold(0.0, f32::max);
    let mean = height(&[]);
    assert!((height(&[1.0]) / mean - 1.1).abs() < 1e-4);
    assert!((height(&[0.0, 3.0, 9.0]) - mean).abs() < 1e-5, "a number that does nothing, and one that is not there");
    assert!((height(&[99.0]) - height(&[5.0])).abs() < 1e-5);
}

#[test]
fn a_bent_joint_moves_the_vertices_of_its_pose_shapes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body.npz");
    save(&path, &with_pose_shapes());
    let body = read_body_model(&path).expect("a body model").character(&[]);
    let knee = Joint::LKnee as usize;
    let mut bent = Pose::REST;
    bent.local[knee] = Quat::from_rotation_x(0.8);
    let posed_m = body.meshes()[0].posed_m(&bent);
    for (vertex, (posed_m, rest_m)) in posed_m.iter().zip(&body.meshes()[0].positions_m).enumerate() {
        // In that place of a turn about X stands minus its sine.
        let ahead_m = if vertex / 6 == knee { -0.1 * 0.8_f32.sin() } else { 0.0 };
        assert!((*posed_m - *rest_m - Vec3::Z * ahead_m).length() < 1e-6, "{vertex}");
    }
    assert_eq!(body.meshes()[0].posed_m(&Pose::REST), body.meshes()[0].positions_m);
    // Skinning takes the moved vertices along.
    let world = body.stands(&bent);
    let skinned_m = zoetrope::body::skin(&body, &bent)[6 * knee];
    let expected_m = world.positions_m[knee] + world.rotations[knee] * (posed_m[6 * knee] - body.rest_positions_m()[knee]);
    assert!(skinned_m.distance(expected_m) < 1e-5);
}

#[test]
fn feet_touch_where_ours_do() {
    let (_folder, _, model) = model();
    let body = model.character(&[]);
    let motion = motion();
    let placed = body.follows(&motion);
    for (frame, pose) in motion.frames.iter().enumerate() {
        let [ours, theirs] = [pose.world().positions_m, body.stands(pose).positions_m];
        assert_eq!(placed.world(frame).positions, theirs);
        // One and a half times as large, so everything is one and a half times as far, but for the sole below the toe.
        let sole_m = theirs[Joint::LFoot as usize].y - 1.5 * ours[Joint::LFoot as usize].y;
        assert!(sole_m.abs() < 0.05, "{sole_m}");
    }
    let mannequin = Character::mannequin();
    assert_eq!(mannequin.mapping().to_ours(&mannequin.follows(&motion)), motion, "the mannequin's bones are ours");
}

#[test]
fn exports_go_out_on_the_body() {
    let (folder, _, model) = model();
    let body = Arc::new(model.character(&[0.5]));
    let motion = motion();
    let options = WriteOptions { character: Some(Arc::clone(&body)), units: Units::M, ..WriteOptions::default() };

    let glb = folder.path().join("body.glb");
    formats::write(&glb, &motion, &options).expect("written");
    let gltf = gltf::Gltf::open(&glb).expect("a glTF");
    let (document, blob) = (gltf.document, gltf.blob.expect("a binary part"));
    let joints = NameStyle::Smpl.joint_names();
    for node in document.nodes() {
        let Some(joint) = joints.iter().position(|name| Some(*name) == node.name()) else { continue };
        let (translation, _, _) = node.transform().decomposed();
        assert!(Vec3::from(translation).distance(body.rig().rest_translations()[joint]) < 1e-6, "{joint}");
    }
    let primitive = document.meshes().next().expect("a mesh").primitives().next().expect("a primitive");
    let reader = primitive.reader(|_| Some(&blob));
    assert_eq!(reader.read_positions().expect("positions").len(), body.meshes()[0].positions_m.len());

    let bvh = folder.path().join("body.bvh");
    formats::write(&bvh, &motion, &options).expect("written");
    let text = fs::read_to_string(&bvh).expect("text");
    let offsets: Vec<Vec3> = text.lines().filter_map(|line| line.trim().strip_prefix("OFFSET ")).map(numbers).collect();
    for offset in body.rig().rest_translations() {
        assert!(offsets.iter().any(|other| other.distance(*offset) < 1e-5), "{offset}");
    }
    let last = numbers(text.lines().last().expect("a frame"));
    assert!(last.distance(body.follows(&motion).frame(30).0[0]) < 1e-5, "the root of the last frame");
}

fn numbers(line: &str) -> Vec3 {
    let numbers: Vec<f32> = line.split_whitespace().take(3).map(|word| word.parse().expect("a number")).collect();
    Vec3::from_slice(&numbers)
}

#[test]
fn what_is_wrong_with_a_body_is_one_line_that_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body.npz");
    let changed = |name: &str, change: &dyn Fn(&mut Vec<u64>, &mut Vec<f64>)| {
        let mut arrays = arrays();
        let (_, shape, values) = arrays.iter_mut().find(|(other, _, _)| *other == name).expect("an array");
        change(shape, values);
        arrays
    };
    let without = |name: &str| arrays().into_iter().filter(|(other, _, _)| *other != name).collect::<Arrays>();
    let mut short = with_pose_shapes();
    let (_, shape, values) = short.last_mut().expect("the pose shapes");
    shape[2] = 9;
    values.truncate(6 * JOINTS * 3 * 9);
    let cases: [(Arrays, &str); 9] = [
        (short, "posedirs"),
        (without("v_template"), "v_template"),
        (without("kintree_table"), "kintree_table"),
        (changed("f", &|_, values| values[0] = 1e6), "triangle"),
        (changed("weights", &|shape, _| shape.reverse()), "weights"),
        (changed("v_template", &|_, values| values[0] = f64::NAN), "v_template holds a number that is not finite"),
        (changed("kintree_table", &|_, values| values[5] = 0.0), "hang together"),
        (changed("J_regressor", &|_, values| values.fill(0.0)), "follows from no vertex"),
        (changed("shapedirs", &|shape, _| *shape = vec![shape.iter().product()]), "dimensions"),
    ];
    for (arrays, says) in cases {
        save(&path, &arrays);
        let error = read_body_model(&path).expect_err(says).to_string();
        assert!(error.contains(says) && error.contains("body.npz") && !error.contains('\n'), "{error}");
    }
    // A member that is no array is named.
    let mut archive = ZipWriter::new(fs::File::create(&path).expect("a file"));
    archive.start_file("v_template.npy", SimpleFileOptions::default()).expect("a member");
    archive.write_all(b"nothing").expect("bytes");
    archive.finish().expect("an archive");
    let error = read_body_model(&path).expect_err("no array").to_string();
    assert!(error.contains("v_template.npy: no npy header") && error.contains("body.npz"), "{error}");
    fs::write(&path, b"nothing").expect("a file");
    assert!(read_body_model(&path).expect_err("no archive").to_string().contains("body.npz"));
}

#[test]
fn the_command_line_takes_a_body() {
    let (folder, body, _model) = model();
    let (walk, out) = (folder.path().join("walk.bvh"), folder.path().join("out.glb"));
    formats::write(&walk, &motion(), &WriteOptions::default()).expect("written");
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zoetrope"));
        command.arg("convert").arg(&walk).arg(&out).args(more).output().expect("the program")
    };
    assert!(run(&["--character", &body.display().to_string(), "--shape", "-1,0.5"]).status.success());
    assert!(out.exists());
    let failed = run(&["--character", &walk.display().to_string()]);
    assert_eq!(failed.status.code(), Some(1));
    let error = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(error.contains("walk.bvh") && error.trim_end().lines().count() == 1, "{error}");
}
