//! A motion in the user's own FBX file: it moves there as on the stage, and everything else is as it was.

use super::fbx_read::figure;
use super::formats::Folder;
use crate::motion::rigs::walk;
use glam::Vec3;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ufbx::{EvaluateOpts, LoadOpts, SceneRoot};
use zoetrope::body::{Character, skin};
use zoetrope::formats::{self, ClipChoice, Contents, NamedMotion, ReadOptions, WriteOptions};
use zoetrope::motion::Motion;
use zoetrope::motion::mapping::Presets;

/// A node of the text form.
struct Item {
    name: String,
    values: Vec<String>,
    children: Vec<Item>,
}

fn items<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Item> {
    let mut items = Vec::new();
    while let Some(line) = lines.next().map(str::trim).filter(|line| *line != "}") {
        let Some((name, rest)) = line.split_once(':').filter(|_| !line.starts_with(';')) else { continue };
        let values = rest.trim().trim_end_matches('{').split(',').map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let values = values.collect();
        let children = if rest.ends_with('{') { self::items(lines) } else { Vec::new() };
        items.push(Item { name: name.trim().to_owned(), values, children });
    }
    items
}

/// The nodes of a text as the binary form has them, with offsets of 64 bits or of 32.
fn write(items: &[Item], is_wide: bool, bytes: &mut Vec<u8>) {
    let offset = |value: usize| if is_wide { (value as u64).to_le_bytes().to_vec() } else { (value as u32).to_le_bytes().to_vec() };
    let width = if is_wide { 8 } else { 4 };
    for item in items {
        let start = bytes.len();
        bytes.resize(start + 3 * width, 0);
        bytes.push(item.name.len() as u8);
        bytes.extend(item.name.as_bytes());
        let properties = bytes.len();
        let array = item.values.first().is_some_and(|value| value.starts_with('*'));
        if array {
            let values = &item.children[0].values;
            let code = match item.name.as_str() {
                "KeyTime" => b'l',
                "KeyValueFloat" | "KeyAttrDataFloat" => b'f',
                "Indexes" | "PolygonVertexIndex" | "KeyAttrFlags" | "KeyAttrRefCount" | "Materials" => b'i',
                _ => b'd',
            };
            let number = |text: &String| match code {
                b'l' => text.parse::<i64>().expect("a number").to_le_bytes().to_vec(),
                b'i' => text.parse::<i32>().expect("a number").to_le_bytes().to_vec(),
                b'f' => text.parse::<f32>().expect("a number").to_le_bytes().to_vec(),
                _ => text.parse::<f64>().expect("a number").to_le_bytes().to_vec(),
            };
            let plain: Vec<u8> = values.iter().flat_map(number).collect();
            bytes.push(code);
            for head in [values.len(), 0, plain.len()] {
                bytes.extend((head as u32).to_le_bytes());
            }
            bytes.extend(plain);
        }
        for (place, value) in item.values.iter().enumerate().filter(|_| !array) {
            let is_id = (place == 0 && item.values.len() == 3) || item.name == "C";
            if let Some(text) = value.strip_prefix('"') {
                let text = text.trim_end_matches('"');
                let text = text.split_once("::").map_or(text.to_owned(), |(class, name)| format!("{name}\0\x01{class}"));
                bytes.push(b'S');
                bytes.extend((text.len() as u32).to_le_bytes());
                bytes.extend(text.as_bytes());
            } else if let Ok(number) = value.parse::<i32>()
                && !is_id
            {
                bytes.push(b'I');
                bytes.extend(number.to_le_bytes());
            } else if let Ok(number) = value.parse::<i64>() {
                bytes.push(b'L');
                bytes.extend(number.to_le_bytes());
            } else {
                bytes.push(b'D');
                bytes.extend(value.parse::<f64>().expect("a number").to_le_bytes());
            }
        }
        let length = bytes.len() - properties;
        if !array && !item.children.is_empty() {
            write(&item.children, is_wide, bytes);
            bytes.resize(bytes.len() + 3 * width + 1, 0);
        }
        let count = if array { 1 } else { item.values.len() };
        let head = [bytes.len(), count, length].map(offset).concat();
        bytes[start..start + head.len()].copy_from_slice(&head);
    }
}

/// The same file in the binary form of a version.
fn binary(text: &str, version: u32) -> Vec<u8> {
    let mut bytes = b"Kaydara FBX Binary  \0\x1a\0".to_vec();
    bytes.extend(version.to_le_bytes());
    let is_wide = version >= 7500;
    write(&items(&mut text.lines()), is_wide, &mut bytes);
    bytes.resize(bytes.len() + if is_wide { 25 } else { 13 }, 0);
    bytes
}

/// A scene in metres, Y up, as ufbx has it, which says nothing against it.
fn read(path: &Path) -> SceneRoot {
    let options = LoadOpts { strict: true, target_axes: ufbx::axes_right_handed_y_up(), target_unit_meters: 1.0, ..LoadOpts::default() };
    let scene = ufbx::load_file(path.to_str().expect("text"), options);
    let scene = scene.unwrap_or_else(|error| panic!("{}: {}", path.display(), error.description));
    let warnings: Vec<_> = scene.metadata.warnings.iter().map(|warning| warning.description.to_string()).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    scene
}

/// The scene in a stack at a time, its joints where the clip of the character has them.
fn compare(scene: &SceneRoot, stack: usize, who: &Character, motion: &Motion, frame: usize, what: &str) -> SceneRoot {
    let options = EvaluateOpts { evaluate_skinning: true, ..EvaluateOpts::default() };
    let posed = ufbx::evaluate_scene(scene, &scene.anim_stacks[stack].anim, frame as f64 / 30.0, options).expect("a pose");
    let world = who.follows(motion).world(frame);
    for (joint, expected_m) in world.positions.iter().enumerate() {
        let node = posed.nodes.iter().find(|node| &*node.element.name == who.rig().names()[joint].as_str()).expect("a node");
        let at = node.node_to_world;
        let apart_m = Vec3::new(at.m03 as f32, at.m13 as f32, at.m23 as f32).distance(*expected_m);
        assert!(apart_m < 1e-4, "{what}: {} at frame {frame}: {apart_m} m", who.rig().names()[joint]);
    }
    posed
}

/// The options that put a motion onto a file, and whose that is.
fn onto(whose: &Path) -> (Character, WriteOptions) {
    let (who, _) = formats::read_humanoid(whose, &Presets::default()).expect("a human");
    (who.clone(), WriteOptions { character: Some(Arc::new(who)), onto: Some(whose.to_owned()), ..WriteOptions::default() })
}

fn written(folder: &Folder, bytes: &[u8]) -> PathBuf {
    let path = folder.file("figure.fbx");
    std::fs::write(&path, bytes).expect("written");
    path
}

/// Turns about other axes first, and one behind the joint's own.
fn turned_otherwise(text: &str) -> String {
    let turns = "  P: \"RotationOrder\", \"enum\", \"\", \"\",4\n  P: \"PostRotation\", \"Vector3D\", \"\", \"\",0,0,15\n";
    let offsets = "  P: \"RotationOffset\", \"Vector3D\", \"\", \"\",1,2,3\n";
    let text = text
        .replace("\"Lcl Rotation\", \"Lcl Rotation\", \"\", \"\",0,0,-40\n", "\"Lcl Rotation\", \"Lcl Rotation\", \"\", \"\",0,0,-25\n");
    text.replace("  P: \"RotationPivot\"", &format!("{turns}{offsets}  P: \"RotationPivot\""))
}

#[test]
fn the_file_moves_as_the_stage_shows_it_whatever_its_space() {
    let folder = Folder::new();
    let path = folder.file("walking.fbx");
    let motion = Motion { frames: walk().frames[..30].to_vec() };
    let plain = |z_up, units_per_m, pre_rotated| figure(z_up, units_per_m, pre_rotated);
    let files = [
        ("plain", binary(&plain(false, 100.0, false), 7400)),
        ("Z up", binary(&plain(true, 100.0, false), 7500)),
        ("metres, turned before", binary(&plain(false, 1.0, true), 7700)),
        ("Z up, inches, turned before", binary(&plain(true, 39.37, true), 7100)),
        ("another order", binary(&turned_otherwise(&plain(true, 100.0, true)), 7400)),
        ("text", plain(false, 100.0, false).into_bytes()),
        ("text, Z up, another order", turned_otherwise(&plain(true, 39.37, true)).into_bytes()),
    ];
    for (what, bytes) in files {
        let whose = written(&folder, &bytes);
        let (who, options) = onto(&whose);
        formats::write(&path, &motion, &options).expect("written");
        let scene = read(&path);
        assert_eq!((scene.metadata.version, scene.anim_stacks.len()), (7400, 2), "{what}");
        for frame in [0, 13, 29] {
            let posed = compare(&scene, 1, &who, &motion, frame, what);
            let shown = skin(&who, &motion.frames[frame]);
            let seen = posed.meshes.iter().flat_map(|mesh| mesh.skinned_position.values.iter().copied().collect::<Vec<_>>());
            let seen: Vec<Vec3> = seen.map(|v| Vec3::new(v.x as f32, v.y as f32, v.z as f32)).collect();
            let apart = |vertex: &Vec3| shown.iter().map(|other| other.distance(*vertex)).fold(f32::INFINITY, f32::min);
            let apart_m = seen.iter().map(apart).fold(0.0, f32::max);
            assert!(apart_m < 1e-4 && seen.len() == 66, "{what}: a vertex {apart_m} m away");
        }
        let jump = |curve: &ufbx::AnimCurve| {
            let values: Vec<f64> = curve.keyframes.iter().map(|key| key.value).collect();
            values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max)
        };
        assert!(scene.anim_curves.iter().all(|curve| jump(curve) <= 180.0), "{what}");
    }
}

#[test]
fn everything_else_in_the_file_is_as_it_was() {
    let folder = Folder::new();
    let text = figure(false, 100.0, true)
        .replace("  P: \"RotationPivot\"", "  P: \"mood\", \"KString\", \"\", \"U\", \"content\"\n  P: \"RotationPivot\"");
    for bytes in [binary(&text, 7500), text.into_bytes()] {
        let whose = written(&folder, &bytes);
        let (_, options) = onto(&whose);
        let path = folder.file("walking.fbx");
        formats::write(&path, &walk(), &options).expect("written");
        compare_rest(&whose, &path);
    }
}

/// What was in a file of the figure is in its copy.
fn compare_rest(whose: &Path, path: &Path) {
    let (before, after) = (read(whose), read(path));
    let names = |scene: &SceneRoot| scene.elements.iter().map(|element| element.name.to_string()).collect::<Vec<_>>();
    let (old, new) = (names(&before), names(&after));
    assert!(old.iter().all(|name| new.contains(name)));
    let stacks: Vec<String> = after.anim_stacks.iter().map(|stack| stack.element.name.to_string()).collect();
    assert_eq!(stacks, ["Bow", "Motion"]);
    let hips = |scene: &SceneRoot| {
        let node = scene.nodes.iter().find(|node| node.element.name.ends_with("Hips")).expect("hips");
        let prop = |name: &str| ufbx::find_prop(&node.element.props, name).map(|prop| (prop.value_str.to_string(), prop.value_vec4.x));
        (prop("mood"), prop("PreRotation"), prop("RotationPivot"))
    };
    assert_eq!(hips(&before), hips(&after));
    assert_eq!(hips(&after).0.expect("a property").0, "content");
    let vertices = |scene: &SceneRoot| scene.meshes[0].vertices.iter().map(|v| (v.x, v.y, v.z)).collect::<Vec<_>>();
    assert_eq!(vertices(&before), vertices(&after));
    assert_eq!((after.materials.len(), &*after.materials[0].element.name), (1, "Cloth"));
    let bow = ReadOptions { clip: Some(ClipChoice::Named("Bow".to_owned())), ..ReadOptions::default() };
    let [old, new] = [whose, path].map(|path| formats::read_with(path, &bow).expect("a motion").motion);
    assert_eq!(old, new, "the animations that were there move as before");
}

#[test]
fn pictures_beside_the_file_go_into_its_copy() {
    let folder = Folder::new();
    let video = " Video: 21, \"Video::cloth\", \"Clip\" {\n  Type: \"Clip\"\n  RelativeFilename: \"cloth.png\"\n }\n";
    let text = figure(false, 100.0, false).replace(" Material: 12", &format!("{video} Material: 12"));
    let whose = written(&folder, &binary(&text, 7400));
    std::fs::write(folder.file("cloth.png"), b"\x89PNG of cloth").expect("written");
    let (_, options) = onto(&whose);
    let path = folder.file("walking.fbx");
    formats::write(&path, &walk(), &options).expect("written");
    let scene = read(&path);
    assert_eq!((scene.videos.len(), &scene.videos[0].content[..]), (1, &b"\x89PNG of cloth"[..]));
}

#[test]
fn the_skeleton_alone_keeps_its_own_transforms() {
    let folder = Folder::new();
    let whose = written(&folder, &binary(&figure(true, 100.0, true), 7400));
    let (who, options) = onto(&whose);
    let path = folder.file("bare.fbx");
    let motion = walk();
    formats::write(&path, &motion, &WriteOptions { contents: Contents::Skeleton, ..options }).expect("written");
    let scene = read(&path);
    assert_eq!((scene.meshes.len(), scene.materials.len(), scene.skin_clusters.len()), (0, 0, 0));
    assert_eq!(scene.nodes.iter().filter(|node| !node.is_root).count(), who.rig().len(), "the node of the mesh is gone too");
    compare(&scene, 1, &who, &motion, 40, "bare");
    let pre = scene.nodes.iter().find_map(|node| ufbx::find_prop(&node.element.props, "PreRotation")).expect("a turn before");
    assert!((pre.value_vec4.z - 40.0).abs() < 1e-9);
}

#[test]
fn a_file_of_another_version_is_written_anew_and_one_that_has_changed_is_refused() {
    let folder = Folder::new();
    let old = figure(true, 100.0, true).replace("FBXVersion: 7400", "FBXVersion: 8000");
    let whose = written(&folder, old.as_bytes());
    let (who, options) = onto(&whose);
    let path = folder.file("walking.fbx");
    let motion = walk();
    formats::write(&path, &motion, &options).expect("written");
    compare(&read(&path), 0, &who, &motion, 20, "anew");
    std::fs::write(&whose, binary(&figure(true, 100.0, true).replace("mixamorig:Hips", "Root"), 7400)).expect("written");
    let error = formats::write(&path, &motion, &options).expect_err("refused").to_string();
    assert!(error.contains("changed since it was read"), "{error}");
}

#[test]
fn several_motions_become_several_animations() {
    let folder = Folder::new();
    let own = written(&folder, &binary(&figure(false, 100.0, true), 7400));
    let (who, with_own) = onto(&own);
    let (short, long) = (Motion { frames: walk().frames[..10].to_vec() }, walk());
    for (file, options, others) in
        [("all.fbx", WriteOptions::default(), 0), ("all.glb", WriteOptions::default(), 0), ("own.fbx", with_own, 1)]
    {
        let path = folder.file(file);
        let named = |name: &str, motion| NamedMotion { name: name.to_owned(), motion, provenance: None };
        let motions = [named("short", &short), named("long", &long), named("long", &short)];
        formats::write_all(&path, &motions, &options).expect("written");
        let reading = |clip: &str| {
            let options = ReadOptions { clip: Some(ClipChoice::Named(clip.to_owned())), ..ReadOptions::default() };
            formats::read_with(&path, &options).expect("a motion")
        };
        let found: Vec<String> = reading("long").animations.iter().skip(others).map(|animation| animation.name.clone()).collect();
        assert_eq!(found, ["short", "long", "long_2"], "{file}");
        assert_eq!(["short", "long", "long_2"].map(|clip| reading(clip).motion.len()), [10, long.len(), 10], "{file}");
        if file == "own.fbx" {
            compare(&read(&path), 2, &who, &long, 50, file);
        }
    }
    let motions = [&short, &long].map(|motion| NamedMotion { name: String::new(), motion, provenance: None });
    let error = formats::write_all(&folder.file("all.bvh"), &motions, &WriteOptions::default()).expect_err("refused").to_string();
    assert!(error.contains("several motions") && error.contains(".fbx"), "{error}");
}
