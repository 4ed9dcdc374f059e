//! USD files as text: what is in them, and that it is where the stage shows it. Pixar's own library reads them in `tests/dcc`.

use crate::characters::character;
use crate::motion::rigs::{Build, PLAIN, foreign, walk};
use std::sync::Arc;
use zoetrope::body::{Alpha, Character, Image, Texture, Wrap};
use zoetrope::formats::{self, Contents, WriteOptions};

/// What stands between the brackets behind a word, as numbers.
fn numbers(text: &str, after: &str) -> Vec<f32> {
    let from = text.find(after).unwrap_or_else(|| panic!("no {after}")) + after.len();
    let line = text[from..].lines().next().expect("a line");
    line.split(|letter: char| !(letter.is_ascii_digit() || "-.e".contains(letter))).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn the_rest_pose_and_every_frame_are_the_character_s() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.usda");
    let who = Arc::new(character(&foreign(Build { spine: 5, arms_down: 0.8, ground: true, twists: true, ..PLAIN })));
    let motion = walk();
    formats::write(&path, &motion, &WriteOptions { character: Some(Arc::clone(&who)), fps: 60.0, ..WriteOptions::default() })
        .expect("written");
    let text = std::fs::read_to_string(&path).expect("text");
    assert!(text.contains("timeCodesPerSecond = 60") && text.contains("endTimeCode = 118") && text.contains("upAxis = \"Y\""));
    // A row of sixteen numbers a joint; its place is in the last four.
    let binds = numbers(&text, "bindTransforms = ");
    assert_eq!(binds.len(), 16 * who.rig().len());
    let names = text[text.find("jointNames = ").expect("names")..].lines().next().expect("a line");
    for (joint, place_m) in who.rest_positions_m().into_iter().enumerate() {
        let name = &who.rig().names()[joint];
        let at =
            names.split(", ").position(|listed| listed.trim_start_matches("jointNames = [").trim_matches([']', '"']) == name).expect(name);
        let bind = &binds[16 * at + 12..16 * at + 15];
        assert!(place_m.distance(glam::Vec3::from_slice(bind)) < 1e-5, "{name}: {bind:?}");
    }
    let clip = who.follows(&motion).at_fps(60.0);
    let rotations = numbers(&text[text.find("rotations.timeSamples").expect("rotations")..], "\n                118: ");
    assert_eq!(rotations.len(), 4 * who.rig().len());
    let last = clip.frame(118).1;
    let root = glam::Quat::from_xyzw(rotations[1], rotations[2], rotations[3], rotations[0]);
    assert!(root.dot(last[0]).abs() > 1.0 - 1e-6, "{root} {}", last[0]);
    for mesh in who.meshes() {
        assert!(text.contains(&format!("def Mesh \"{}\"", mesh.name)) && text.contains(&format!("def Material \"{}\"", mesh.name)));
    }
}

#[test]
fn textures_lie_beside_the_text_and_within_the_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let pixels = (0..8 * 4 * 4).map(|byte: u32| (byte * 3) as u8).collect();
    let image = Arc::new(Image::new("skin of/her.png", 8, 4, pixels).expect("a picture"));
    let texture = Texture { image: Arc::clone(&image), wrap: [Wrap::Clamp, Wrap::Repeat], is_pixelated: false };
    let plain = character(&foreign(PLAIN));
    let mut meshes = plain.meshes().to_vec();
    for mesh in &mut meshes {
        mesh.uvs = mesh.positions_m.iter().map(|place_m| [place_m.x, 0.25]).collect();
        mesh.material.base_color_texture = Some(texture.clone());
        mesh.material.alpha = Alpha::Mask(0.5);
    }
    meshes[1].material.normal_texture = Some(texture);
    let who = Arc::new(Character::new(plain.mapping().clone(), meshes));
    let options = WriteOptions { character: Some(who), ..WriteOptions::default() };
    let (text, package) = (folder.path().join("a walk.usda"), folder.path().join("a walk.usdz"));
    formats::write(&text, &walk(), &options).expect("written");
    formats::write(&package, &walk(), &options).expect("written");
    let picture = std::fs::read(folder.path().join("a_walk-textures/skin_of_her.png")).expect("a picture");
    let shown = image::load_from_memory(&picture).expect("a PNG").into_rgba8();
    assert_eq!(shown.as_raw(), image.pixels());
    let layer = std::fs::read(&text).expect("text");
    let said = String::from_utf8_lossy(&layer).into_owned();
    for line in [
        "asset inputs:file = @a_walk-textures/skin_of_her.png@",
        "token inputs:wrapS = \"clamp\"",
        "float inputs:opacityThreshold = 0.5",
        "BaseColor.outputs:a>",
        "normal3f inputs:normal.connect",
        "primvars:st = [(",
        ", 0.75)",
    ] {
        assert!(said.contains(line), "{line}");
    }
    let bytes = std::fs::read(&package).expect("bytes");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).expect("an archive");
    let found: Vec<(String, u64, u64)> = (0..archive.len())
        .map(|at| {
            let file = archive.by_index_raw(at).expect("a file");
            assert_eq!(file.compression(), zip::CompressionMethod::Stored);
            (file.name().expect("a name").into_owned(), file.data_start().expect("a place"), file.size())
        })
        .collect();
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["a walk.usda", "a_walk-textures/skin_of_her.png"], "the layer first, a picture that several share once");
    for ((name, start, size), expected) in found.iter().zip([&layer, &picture]) {
        assert_eq!(start % 64, 0, "{name}");
        assert_eq!(&bytes[*start as usize..][..*size as usize], &expected[..], "{name}");
    }
}

#[test]
fn a_skeleton_alone_has_no_mesh() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.usda");
    formats::write(&path, &walk(), &WriteOptions { contents: Contents::Skeleton, ..WriteOptions::default() }).expect("written");
    let text = std::fs::read_to_string(&path).expect("text");
    assert!(text.contains("def SkelAnimation") && !text.contains("def Mesh") && !text.contains("Material"));
}
