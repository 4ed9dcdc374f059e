//! FBX files, read back by ufbx, which is strict: every joint, every vertex, no warning.

use crate::characters::character;
use crate::motion::rigs::{Build, PLAIN, foreign, walk};
use glam::{Quat, Vec3};
use std::path::Path;
use std::sync::Arc;
use ufbx::{EvaluateOpts, LoadOpts, SceneRoot};
use zoetrope::body::{Character, Image, Texture, Wrap, skin};
use zoetrope::formats::{self, Contents, WriteOptions};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Motion, NameStyle, Pose};
use zoetrope::timeline::{Context, Origin, Provenance, Request};

/// A file as ufbx has it, which says nothing against it.
fn read(path: &Path) -> SceneRoot {
    let bytes = std::fs::read(path).expect("a file");
    let scene = ufbx::load_memory(&bytes, LoadOpts { strict: true, ..LoadOpts::default() });
    let scene = scene.unwrap_or_else(|error| panic!("{}: {}", path.display(), error.description));
    let warnings: Vec<_> = scene.metadata.warnings.iter().map(|warning| warning.description.to_string()).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    scene
}

/// Where the node of a name is, metres.
fn place_m(scene: &SceneRoot, name: &str) -> Vec3 {
    let node = scene.nodes.iter().find(|node| &*node.element.name == name).unwrap_or_else(|| panic!("no {name}"));
    let at = node.node_to_world;
    Vec3::new(at.m03 as f32, at.m13 as f32, at.m23 as f32) * 0.01
}

fn at(scene: &SceneRoot, secs: f64) -> SceneRoot {
    let stack = scene.anim_stacks.iter().next().expect("an animation");
    ufbx::evaluate_scene(scene, &stack.anim, secs, EvaluateOpts { evaluate_skinning: true, ..EvaluateOpts::default() }).expect("a pose")
}

#[test]
fn every_variant_has_our_joints_and_vertices_at_every_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let motion = walk();
    let figure = Arc::new(character(&foreign(Build { spine: 5, arms_down: 0.8, ground: true, twists: true, ..PLAIN })));
    let path = folder.path().join("clip.fbx");
    for (name, who) in [("mannequin", Arc::new(Character::mannequin())), ("a foreign rig", figure)] {
        for contents in [Contents::Character, Contents::Skeleton] {
            let styles = [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal];
            for (names, fps) in styles.into_iter().flat_map(|names| [24.0, 25.0, 29.97, 30.0, 50.0, 60.0].map(|fps| (names, fps))) {
                // With a mesh each name and most rates, but not all of both.
                let has_mesh = contents == Contents::Character;
                if has_mesh
                    && ![(NameStyle::Smpl, 24.0), (NameStyle::Smpl, 30.0), (NameStyle::Mixamo, 50.0), (NameStyle::Unreal, 60.0)]
                        .contains(&(names, fps))
                {
                    continue;
                }
                let options = WriteOptions { names, fps, contents, character: Some(Arc::clone(&who)), ..WriteOptions::default() };
                formats::write(&path, &motion, &options).expect("written");
                let scene = read(&path);
                assert!((scene.settings.frames_per_second - f64::from(fps)).abs() < 1e-3, "{}", scene.settings.frames_per_second);
                assert_eq!(
                    (scene.settings.unit_meters, scene.root_node.children.iter().filter(|node| node.bone.is_some()).count()),
                    (0.01, 1)
                );
                let meshes = if contents == Contents::Character { who.meshes().len() } else { 0 };
                assert_eq!(scene.meshes.iter().count(), meshes);
                let clip = who.follows(&motion).at_fps(fps);
                // All frames of one, some of the others.
                let step = if names == NameStyle::Smpl && contents == Contents::Skeleton && fps == 30.0 { 1 } else { 19 };
                for frame in (0..clip.frame_count()).step_by(step) {
                    let posed = at(&scene, frame as f64 / f64::from(fps));
                    let world = clip.world(frame);
                    for (joint, expected_m) in world.positions.iter().enumerate() {
                        let joint_name = if who.mapping().is_shared() {
                            format!("{}{}", names.prefix(), names.joint_names()[joint])
                        } else {
                            who.rig().names()[joint].clone()
                        };
                        let apart_m = place_m(&posed, &joint_name).distance(*expected_m);
                        assert!(apart_m < 1e-4, "{name} {names:?} {fps} {joint_name} at frame {frame}: {apart_m} m");
                    }
                }
                if fps != 30.0 || names != NameStyle::Smpl || contents != Contents::Character {
                    continue;
                }
                for frame in [0, 15, 30, 45, 59] {
                    let posed = at(&scene, frame as f64 / 30.0);
                    let seen = posed.meshes.iter().flat_map(|mesh| mesh.skinned_position.values.iter().copied().collect::<Vec<_>>());
                    let seen: Vec<Vec3> = seen.map(|v| Vec3::new(v.x as f32, v.y as f32, v.z as f32) * 0.01).collect();
                    let expected = skin(&who, &motion.frames[frame]);
                    assert_eq!(seen.len(), expected.len());
                    let apart_m = seen.iter().zip(&expected).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
                    assert!(apart_m < 2e-4, "{name} at frame {frame}: {apart_m} m");
                }
            }
        }
    }
}

/// A motion that turns every joint about every axis, also where angles are not unique.
fn tumble(frames: usize) -> Motion {
    let pose = |frame: usize| {
        let t = frame as f32 / 10.0;
        let turn = |joint: usize| Quat::from_rotation_z(1.3 * t) * Quat::from_rotation_y(t + joint as f32) * Quat::from_rotation_x(0.7 * t);
        Pose { root_m: Vec3::new(t, 1.0, -t), local: std::array::from_fn(turn) }
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

#[test]
fn angles_never_jump_by_more_than_half_a_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    for (names, fps) in [(NameStyle::Smpl, 30.0), (NameStyle::Mixamo, 24.0), (NameStyle::Unreal, 60.0), (NameStyle::Unreal, 25.0)] {
        let options = WriteOptions { names, fps, contents: Contents::Skeleton, ..WriteOptions::default() };
        formats::write(&path, &tumble(200), &options).expect("written");
        let scene = read(&path);
        let mut curves = 0;
        for curve in &scene.anim_curves {
            curves += 1;
            let values: Vec<f64> = curve.keyframes.iter().map(|key| key.value).collect();
            let jump = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
            assert!(jump <= 180.0, "a jump of {jump}");
        }
        let ground = usize::from(names == NameStyle::Unreal);
        assert_eq!(curves, 3 * (23 + 2 * ground), "three for each joint that turns, three for each that goes");
    }
}

#[test]
fn one_frame_and_ten_minutes_are_files_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    for frames in [1, 10 * 60 * 30] {
        let motion = tumble(frames);
        formats::write(&path, &motion, &WriteOptions { contents: Contents::Skeleton, ..WriteOptions::default() }).expect("written");
        let scene = read(&path);
        let last = at(&scene, (frames - 1) as f64 / 30.0);
        let apart_m = place_m(&last, "L_Wrist").distance(motion.frames[frames - 1].world().positions_m[20]);
        // At the end of ten minutes the root is two kilometres away.
        assert!(apart_m < 1e-4 + 1e-6 * frames as f32, "{frames} frames: {apart_m} m");
    }
}

/// A human of our proportions with as many joints more as asked for, whose names are what users and programs come up with.
fn crowded(more: usize) -> Rig {
    let plain = foreign(PLAIN);
    let mut rig = plain.clone();
    let odd = ["骨", "rig:spine:03", "Ä ö/ü", "same", "same", &"long".repeat(50), "", "a|b", "x\0y"];
    let head = plain.len() - 1;
    for joint in 0..more {
        let name = odd.get(joint).map_or_else(|| format!("helper.{joint}"), |name| (*name).to_owned());
        rig.push(&name, Some(head), Vec3::splat(0.01 * joint as f32), Quat::from_rotation_x(0.1 * joint as f32));
    }
    rig
}

#[test]
fn rigs_of_many_joints_and_odd_names_go_out_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let rig = crowded(230);
    let who = Arc::new(character(&rig));
    formats::write(&path, &walk(), &WriteOptions { character: Some(Arc::clone(&who)), ..WriteOptions::default() }).expect("written");
    let scene = read(&path);
    let bones: Vec<_> = scene.nodes.iter().filter(|node| node.bone.is_some()).collect();
    assert_eq!(bones.len(), rig.len());
    let mut names: Vec<String> = scene.nodes.iter().map(|node| node.element.name.to_string()).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "no name twice");
    assert!(["骨", "rig:spine:03", "Ä ö/ü", "same", "same_2", &"long".repeat(50), "xy"].iter().all(|name| names.iter().any(|n| n == name)));
}

#[test]
fn rigs_of_any_names_and_any_shape_go_out_and_move_as_on_the_stage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let letters: Vec<char> = "aZ9_ :|.\\/\"'<>&%{}é骨🦴\u{202e}\u{feff}\t\n\0\u{1}".chars().collect();
    let motion = Motion { frames: walk().frames[..12].to_vec() };
    for round in 0..40 {
        let build = Build { spine: 1 + next(6), arms_down: next(14) as f32 / 10.0, ground: next(2) == 0, twists: next(2) == 0, ..PLAIN };
        let mut rig = foreign(build);
        let plain = rig.len();
        for _ in 0..1 + next(40) {
            let length = [0, 1, 3, 8, 200][next(5)];
            let name: String = if next(4) == 0 { "twin".to_owned() } else { (0..length).map(|_| letters[next(letters.len())]).collect() };
            let turn = Quat::from_xyzw(next(9) as f32 - 4.0, next(9) as f32, next(9) as f32, 1.0).normalize();
            let place = Vec3::new(next(9) as f32, next(9) as f32, next(9) as f32) * 0.01;
            // Never above a joint of the body.
            let parent = next(rig.len());
            rig.push(&name, Some(parent), place, turn);
        }
        let who = Arc::new(character(&rig));
        let contents = if round % 2 == 0 { Contents::Character } else { Contents::Skeleton };
        formats::write(&path, &motion, &WriteOptions { contents, character: Some(Arc::clone(&who)), ..WriteOptions::default() })
            .expect("written");
        let scene = read(&path);
        assert_eq!(scene.nodes.iter().filter(|node| node.bone.is_some()).count(), rig.len(), "round {round}");
        let mut names: Vec<&str> = scene.nodes.iter().map(|node| &*node.element.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "round {round}: {names:?}");
        let posed = at(&scene, 11.0 / 30.0);
        let world = who.follows(&motion).world(11);
        for (joint, expected_m) in world.positions.iter().enumerate().take(plain) {
            let apart_m = place_m(&posed, &rig.names()[joint]).distance(*expected_m);
            assert!(apart_m < 1e-4, "round {round}: {} is {apart_m} m away", rig.names()[joint]);
        }
        formats::read(&path).unwrap_or_else(|error| panic!("round {round}: {error}"));
    }
}

#[test]
fn several_trees_of_joints_hang_on_one_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let mut rig = foreign(PLAIN);
    rig.push("hat stand", None, Vec3::X, Quat::from_rotation_y(1.0));
    let who = Arc::new(character(&rig));
    let motion = walk();
    formats::write(&path, &motion, &WriteOptions { character: Some(Arc::clone(&who)), ..WriteOptions::default() }).expect("written");
    let scene = read(&path);
    assert_eq!(scene.root_node.children.iter().filter(|node| node.bone.is_some()).count(), 1);
    let posed = at(&scene, 1.0);
    let clip = who.follows(&motion);
    for (joint, expected_m) in clip.world(30).positions.iter().enumerate() {
        let apart_m = place_m(&posed, &rig.names()[joint]).distance(*expected_m);
        assert!(apart_m < 1e-4, "{}: {apart_m} m", rig.names()[joint]);
    }
}

#[test]
fn the_file_says_who_made_it_of_what_and_the_same_motion_makes_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let request = Request { prompt: "a person walks: \u{1F6B6}".to_owned(), ..Request::default() };
    let origin = Origin::Prompt { request, canonical_prompt: None, context: Context::default() };
    let provenance = Provenance { origin, model: "starter".to_owned(), licence: "CC BY 4.0".to_owned(), ..Provenance::default() };
    let options = WriteOptions { contents: Contents::Skeleton, provenance: Some(provenance.clone()), ..WriteOptions::default() };
    formats::write(&path, &walk(), &options).expect("written");
    let bytes = std::fs::read(&path).expect("bytes");
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&provenance.credit()) && holds("CC BY 4.0"));
    formats::write(&path, &walk(), &options).expect("written");
    assert_eq!(std::fs::read(&path).expect("bytes"), bytes);
    assert_eq!(bytes.len() % 16, 0, "the end is aligned");
    assert_eq!(&*read(&path).anim_stacks.iter().next().expect("an animation").element.name, "a person walks_ _");
}

#[test]
fn no_bone_that_moves_begins_on_the_line_of_the_one_above_where_blender_would_tie_it_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let figure = Arc::new(character(&foreign(Build { ground: true, ..PLAIN })));
    for (who, names) in [(None, NameStyle::Unreal), (Some(figure), NameStyle::Smpl)] {
        formats::write(&path, &walk(), &WriteOptions { names, character: who, ..WriteOptions::default() }).expect("written");
        let scene = read(&path);
        let root = scene.root_node.children.iter().find(|node| node.bone.is_some()).expect("a root");
        let pelvis = root.children.iter().next().expect("a pelvis").local_transform.translation;
        let [x, y, z] = [pelvis.x, pelvis.y, pelvis.z].map(f64::abs);
        assert!([x, y, z].into_iter().filter(|aside_cm| *aside_cm > 5e-3).count() >= 2, "{x} {y} {z} cm");
    }
}

#[test]
fn a_character_comes_back_from_its_fbx_with_textures_and_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.fbx");
    let picture = |name: &str, shade: u8| {
        let pixels = (0..8 * 4 * 4).map(|byte: u32| (byte * 3) as u8 ^ shade).collect();
        Arc::new(Image::new(name, 8, 4, pixels).expect("a picture"))
    };
    let (skin_picture, bumps) = (picture("skin.png", 0), picture("bumps", 77));
    let texture = |image: &Arc<Image>| Some(Texture { image: Arc::clone(image), wrap: [Wrap::Clamp, Wrap::Repeat], is_pixelated: false });
    let plain = character(&foreign(Build { arms_down: 0.5, ..PLAIN }));
    let mut meshes = plain.meshes().to_vec();
    for (number, mesh) in meshes.iter_mut().enumerate() {
        mesh.uvs = (0..mesh.positions_m.len()).map(|vertex| [vertex as f32 / 64.0, 0.25 + number as f32 / 2.0]).collect();
        mesh.material.base_color_texture = texture(&skin_picture);
        mesh.material.normal_texture = if number == 0 { texture(&bumps) } else { None };
        mesh.material.base_color = [1.0; 4];
    }
    let who = Arc::new(Character::new(plain.mapping().clone(), meshes));
    formats::write(&path, &walk(), &WriteOptions { character: Some(Arc::clone(&who)), ..WriteOptions::default() }).expect("written");
    assert_eq!(read(&path).videos.iter().count(), 2, "a picture that several share is in the file once");
    let again = formats::read_character(&path).expect("read").character().expect("a human");
    assert_eq!(again.meshes().len(), 2);
    for mesh in who.meshes() {
        let found = again.meshes().iter().find(|found| found.name == mesh.name).expect("the mesh");
        assert_eq!(found.material.name, mesh.material.name);
        let shown = |texture: &Option<Texture>| texture.as_ref().map(|texture| (texture.image.pixels().to_vec(), texture.wrap));
        assert_eq!(shown(&found.material.base_color_texture), shown(&mesh.material.base_color_texture));
        assert_eq!(shown(&found.material.normal_texture), shown(&mesh.material.normal_texture));
        for (corner, from) in found.triangles.as_flattened().iter().zip(mesh.triangles.as_flattened()) {
            let (corner, from) = (*corner as usize, *from as usize);
            assert!(found.positions_m[corner].distance(mesh.positions_m[from]) < 1e-4);
            let apart = glam::Vec2::from(found.uvs[corner]).distance(mesh.uvs[from].into());
            assert!(apart < 1e-5, "{apart}");
        }
    }
}
