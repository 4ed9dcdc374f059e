//! Characters on rigs of their own: what they look like in a pose, and what goes out.

use crate::motion::rigs::{Build, PLAIN, foreign, walk};
use glam::{Affine3A, Mat4, Quat, Vec3};
use std::path::Path;
use std::sync::Arc;
use zoetrope::body::{BodyMesh, Character, Material, skin};
use zoetrope::formats::{self, Contents, Units, WriteOptions};
use zoetrope::motion::mapping::Mapping;
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, Motion};

/// A little solid about each joint of a rig, moved by it and by its parent, in two meshes.
pub(crate) fn character(rig: &Rig) -> Character {
    let corners = [Vec3::X, Vec3::Y, Vec3::Z, -Vec3::ONE];
    let rest_m = rig.rest_world().positions;
    let mesh = |name: &str, joints: Vec<usize>| {
        let vertices = || joints.iter().flat_map(|joint| corners.map(|corner| (*joint, corner)));
        let parent = |joint: usize| rig.parents()[joint].unwrap_or(joint);
        BodyMesh {
            name: name.to_owned(),
            material: Material {
                name: format!("{name} cloth"),
                base_color: [0.2, 0.4, 0.6, 1.0],
                metallic: 0.1,
                roughness: 0.8,
                ..Material::default()
            },
            positions_m: vertices().map(|(joint, corner)| rest_m[joint] + 0.02 * corner).collect(),
            normals: vertices().map(|(_, corner)| corner.normalize()).collect(),
            triangles: (0..joints.len() as u32)
                .flat_map(|j| [[0, 1, 2], [1, 0, 3], [2, 1, 3], [0, 2, 3]].map(|t| t.map(|v| 4 * j + v)))
                .collect(),
            joints: vertices().map(|(joint, _)| [joint as u16, parent(joint) as u16, 0, 0]).collect(),
            weights: vertices().map(|_| [0.75, 0.25, 0.0, 0.0]).collect(),
            colors: Vec::new(),
            uvs: Vec::new(),
            pose_shapes: Arc::default(),
        }
    };
    let (even, odd) = (0..rig.len()).partition(|joint| joint % 2 == 0);
    Character::new(Mapping::of(rig).expect("a human"), vec![mesh("Suit", even), mesh("Coat", odd)])
}

/// Vertices of all meshes of a `.glb` file at a key frame, skinned as a viewer does it.
pub(crate) fn seen_in(path: &Path, frame: usize) -> Vec<Vec3> {
    let gltf = gltf::Gltf::open(path).expect("a glTF");
    let (document, blob) = (gltf.document, gltf.blob.expect("a binary part"));
    let mut local: Vec<(Vec3, Quat, Vec3)> = document
        .nodes()
        .map(|node| {
            let (translation, rotation, scale) = node.transform().decomposed();
            (translation.into(), Quat::from_array(rotation), scale.into())
        })
        .collect();
    for channel in document.animations().next().expect("an animation").channels() {
        let node = channel.target().node().index();
        match channel.reader(|_| Some(&blob)).read_outputs().expect("values") {
            gltf::animation::util::ReadOutputs::Translations(mut values) => local[node].0 = values.nth(frame).expect("a key").into(),
            gltf::animation::util::ReadOutputs::Rotations(values) => {
                local[node].1 = Quat::from_array(values.into_f32().nth(frame).expect("a key"));
            }
            _ => panic!("another property"),
        }
    }
    fn place(node: &gltf::Node<'_>, above: Affine3A, local: &[(Vec3, Quat, Vec3)], world: &mut [Affine3A]) {
        let (translation, rotation, scale) = local[node.index()];
        world[node.index()] = above * Affine3A::from_scale_rotation_translation(scale, rotation, translation);
        node.children().for_each(|child| place(&child, world[node.index()], local, world));
    }
    let mut world = vec![Affine3A::IDENTITY; local.len()];
    document.default_scene().expect("a scene").nodes().for_each(|node| place(&node, Affine3A::IDENTITY, &local, &mut world));
    let mut seen = Vec::new();
    for node in document.nodes() {
        let (Some(mesh), Some(skin)) = (node.mesh(), node.skin()) else { continue };
        let joints: Vec<usize> = skin.joints().map(|joint| joint.index()).collect();
        let binds: Vec<Mat4> =
            skin.reader(|_| Some(&blob)).read_inverse_bind_matrices().expect("binds").map(|bind| Mat4::from_cols_array_2d(&bind)).collect();
        for primitive in mesh.primitives() {
            let reader = primitive.reader(|_| Some(&blob));
            let joints_of = reader.read_joints(0).expect("joints").into_u16();
            let weights = reader.read_weights(0).expect("weights").into_f32();
            for ((place_m, of), weights) in reader.read_positions().expect("positions").zip(joints_of).zip(weights) {
                let moved = |slot: usize| {
                    let joint = usize::from(of[slot]);
                    weights[slot] * world[joints[joint]].transform_point3(binds[joint].transform_point3(place_m.into()))
                };
                seen.push((0..4).map(moved).sum());
            }
        }
    }
    seen
}

#[test]
fn a_glb_on_a_foreign_rig_shows_what_the_stage_shows_with_all_meshes_and_materials() {
    let folder = tempfile::tempdir().expect("a folder");
    let motion = walk();
    for build in [
        Build { spine: 5, arms_down: 0.8, ground: true, twists: true, ..PLAIN },
        Build { spine: 1, lower: 0.8, upper: 0.8, facing: 1.0, ..PLAIN },
    ] {
        let character = Arc::new(character(&foreign(build)));
        let path = folder.path().join("clip.glb");
        let options = WriteOptions { character: Some(Arc::clone(&character)), ..WriteOptions::default() };
        formats::write(&path, &motion, &options).expect("written");
        for frame in [0, 31, 59] {
            let expected = skin(&character, &motion.frames[frame]);
            let seen = seen_in(&path, frame);
            assert_eq!(seen.len(), expected.len());
            let apart_m = seen.iter().zip(&expected).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
            assert!(apart_m < 1e-4, "frame {frame}: {apart_m} m");
        }
        let document = gltf::Gltf::open(&path).expect("a glTF").document;
        let names: Vec<_> = document.nodes().filter_map(|node| node.name().map(str::to_owned)).collect();
        assert!(
            character.rig().names().iter().chain(&["Suit".to_owned(), "Coat".to_owned()]).all(|name| names.contains(name)),
            "{names:?}"
        );
        let material = document.materials().next().expect("a material");
        assert_eq!((material.name(), material.pbr_metallic_roughness().base_color_factor()), (Some("Suit cloth"), [0.2, 0.4, 0.6, 1.0]));
    }
}

#[test]
fn a_character_stands_on_its_soles_wherever_it_rests() {
    let rig = foreign(Build { facing: 0.4, ..PLAIN });
    // The pelvis rests in the origin, and the soles are as thick as a platform shoe's.
    let mut low = Rig::default();
    for (joint, name) in rig.names().iter().enumerate() {
        let place_m = if joint == 0 { Vec3::ZERO } else { rig.rest_translations()[joint] };
        low.push(name, rig.parents()[joint], place_m, rig.rest_rotations()[joint]);
    }
    let mut meshes = character(&low).into_meshes();
    let sole = meshes.iter().flat_map(|mesh| &mesh.positions_m).map(|place_m| place_m.y).fold(f32::INFINITY, f32::min) - 0.06;
    for mesh in &mut meshes {
        for (place_m, joints) in mesh.positions_m.iter_mut().zip(&mesh.joints) {
            if low.names()[usize::from(joints[0])].starts_with("ball") {
                place_m.y = sole;
            }
        }
    }
    let character = Character::new(Mapping::of(&low).expect("a human"), meshes);
    let standing = Motion { frames: walk().frames[10..11].to_vec() };
    let lowest_m = skin(&character, &standing.frames[0]).iter().map(|place_m| place_m.y).fold(f32::INFINITY, f32::min);
    assert!(lowest_m.abs() < 0.012, "soles at {lowest_m} m");
}

#[test]
fn a_rig_of_more_joints_than_a_byte_counts_goes_out_whole() {
    let mut rig = foreign(PLAIN);
    let head = rig.find("head").expect("a head");
    for hair in 0..300 {
        rig.push(&format!("hair_{hair}"), Some(head), Vec3::Y * (0.1 + 0.001 * hair as f32), Quat::IDENTITY);
    }
    let character = Arc::new(character(&rig));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.glb");
    let motion = Motion { frames: walk().frames[..4].to_vec() };
    formats::write(&path, &motion, &WriteOptions { character: Some(Arc::clone(&character)), ..WriteOptions::default() }).expect("written");
    let expected = skin(&character, &motion.frames[3]);
    let apart_m = seen_in(&path, 3).iter().zip(&expected).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
    assert!(apart_m < 1e-4, "{apart_m} m");
}

#[test]
fn a_bvh_on_a_foreign_rig_has_its_joints_where_the_stage_has_them_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let motion = walk();
    let character = Arc::new(character(&foreign(Build { spine: 2, arms_down: 0.8, ground: true, twists: true, facing: 0.4, ..PLAIN })));
    let path = folder.path().join("clip.bvh");
    let options = WriteOptions { character: Some(Arc::clone(&character)), units: Units::M, ..WriteOptions::default() };
    formats::write(&path, &motion, &options).expect("written");
    let clip = formats::read_bvh(&path).expect("read");
    for frame in [0, 31, 59] {
        let (written, shown) = (clip.world(frame), character.world(&motion.frames[frame]));
        for (joint, name) in character.rig().names().iter().enumerate() {
            let index = clip.rig.find(name).expect("a joint");
            let apart_m = written.positions[index].distance(shown.positions[joint]);
            assert!(apart_m < 1e-3, "{name} in frame {frame}: {apart_m} m");
        }
    }
    let again = formats::read(&path).expect("read");
    for (before, after) in motion.frames.iter().zip(&again.frames) {
        let (before, after) = (before.world(), after.world());
        for joint in [Joint::LWrist, Joint::RWrist, Joint::LFoot, Joint::RFoot] {
            let apart_m = before.positions_m[joint as usize].distance(after.positions_m[joint as usize]);
            assert!(apart_m < 0.03, "{joint:?}: {apart_m} m");
        }
    }
}

#[test]
fn a_skeleton_alone_goes_out_without_meshes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.glb");
    let character = Some(Arc::new(character(&foreign(PLAIN))));
    formats::write(&path, &walk(), &WriteOptions { character, contents: Contents::Skeleton, ..WriteOptions::default() }).expect("written");
    let document = gltf::Gltf::open(&path).expect("a glTF").document;
    assert_eq!((document.meshes().count(), document.skins().count()), (0, 1));
}

#[test]
#[should_panic(expected = "beyond the")]
fn a_vertex_of_a_joint_that_is_not_there_is_a_mistake() {
    let character = character(&foreign(PLAIN));
    let mapping = character.mapping().clone();
    let mut meshes = character.into_meshes();
    meshes[0].joints[0][0] = 999;
    drop(Character::new(mapping, meshes));
}
