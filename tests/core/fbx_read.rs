//! FBX of other programs: skeletons, motion and characters, whatever axes, units and forms of transforms they have.

use super::formats::{Folder, apart_m, lively};
use crate::characters::character;
use crate::motion::rigs::{Build, PLAIN, foreign, walk};
use glam::{Quat, Vec3};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use zoetrope::body::Alpha;
use zoetrope::formats::{self, ClipChoice, Contents, ReadOptions, WriteOptions};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, NameStyle, REST_OFFSETS_M, rest_positions};

/// How a scene is written.
#[derive(Clone, Copy)]
struct Scene<'a> {
    z_up: bool,
    units_per_m: f32,
    /// A rotation before each joint's own, which takes it back.
    pre_rotated: bool,
    /// Where the character's definition names its joints.
    characterised: bool,
    named: bool,
    /// Animation stacks: name, and the joint that turns in it.
    stacks: &'a [(&'a str, Joint)],
    texture: Option<&'a str>,
}

const PLAIN_SCENE: Scene<'static> =
    Scene { z_up: false, units_per_m: 100.0, pre_rotated: false, characterised: false, named: true, stacks: &[], texture: None };

/// The number of a joint's object.
fn id(joint: usize) -> usize {
    1000 + joint
}

impl Scene<'_> {
    /// From our world into the scene's.
    fn turned(&self, place: Vec3) -> Vec3 {
        let place = place * self.units_per_m;
        if self.z_up { Vec3::new(place.x, -place.z, place.y) } else { place }
    }

    /// A skeleton of our proportions, a skinned triangle at each joint, and the stacks, as ASCII FBX 7.4.
    fn text(&self) -> String {
        let rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
        let (up, up_sign, front, front_sign) = if self.z_up { (2, 1, 1, -1) } else { (1, 1, 2, 1) };
        let mut text = String::from("; FBX 7.4.0 project file\nFBXHeaderExtension: {\n FBXHeaderVersion: 1003\n FBXVersion: 7400\n}\n");
        let p = |name: &str, kind: &str, value: String| format!("  P: \"{name}\", \"{kind}\", \"\", \"\",{value}\n");
        let settings = [
            p("UpAxis", "int", up.to_string()),
            p("UpAxisSign", "int", up_sign.to_string()),
            p("FrontAxis", "int", front.to_string()),
            p("FrontAxisSign", "int", front_sign.to_string()),
            p("CoordAxis", "int", "0".to_owned()),
            p("CoordAxisSign", "int", "1".to_owned()),
            p("UnitScaleFactor", "double", (100.0 / self.units_per_m).to_string()),
            p("TimeMode", "enum", "6".to_owned()),
        ];
        write!(text, "GlobalSettings: {{\n Version: 1000\n Properties70: {{\n{} }}\n}}\nObjects: {{\n", settings.concat()).expect("text");
        let mut connections = String::new();
        let mut oo = |from: usize, to: usize| writeln!(connections, " C: \"OO\",{from},{to}").expect("text");
        let places = rest_positions();
        for joint in 0..rig.len() {
            let at = self.turned(rig.rest_translations()[joint]);
            let name = if self.named { rig.names()[joint].clone() } else { format!("node_{joint}") };
            let mut properties = p("Lcl Translation", "Lcl Translation", format!("{},{},{}", at.x, at.y, at.z));
            if self.pre_rotated {
                properties += &p("RotationActive", "bool", "1".to_owned());
                properties += &p("PreRotation", "Vector3D", "0,0,40".to_owned());
                properties += &p("Lcl Rotation", "Lcl Rotation", "0,0,-40".to_owned());
                properties += &p("RotationPivot", "Vector3D", "3,4,5".to_owned());
            }
            write!(
                text,
                " Model: {}, \"Model::{name}\", \"LimbNode\" {{\n  Version: 232\n  Properties70: {{\n{properties}  }}\n }}\n",
                id(joint)
            )
            .expect("text");
            write!(text, " NodeAttribute: {}, \"NodeAttribute::\", \"LimbNode\" {{\n  TypeFlags: \"Skeleton\"\n }}\n", 2000 + joint)
                .expect("text");
            oo(2000 + joint, id(joint));
            oo(id(joint), rig.parents()[joint].map_or(0, id));
        }
        // A triangle with its third corner at each joint.
        let corners: Vec<Vec3> =
            places.iter().flat_map(|place| [Vec3::X, Vec3::Y, Vec3::ZERO].map(|corner| self.turned(*place + corner * 0.05))).collect();
        let list = |numbers: &[String]| format!("*{} {{\n   a: {}\n  }}\n", numbers.len(), numbers.join(","));
        let numbers: Vec<String> = corners.iter().flat_map(|corner| corner.to_array()).map(|number| number.to_string()).collect();
        let indices: Vec<String> = (0..places.len() as i32)
            .flat_map(|joint| [3 * joint, 3 * joint + 1, -(3 * joint + 2) - 1])
            .map(|index| index.to_string())
            .collect();
        write!(text, " Geometry: 10, \"Geometry::\", \"Mesh\" {{\n  Vertices: {}  PolygonVertexIndex: {}", list(&numbers), list(&indices))
            .expect("text");
        text += "  LayerElementUV: 0 {\n   Version: 101\n   Name: \"map\"\n   MappingInformationType: \"AllSame\"\n   ReferenceInformationType: \"Direct\"\n   UV: *2 {\n    a: 0.25,0.75\n   }\n  }\n";
        text += "  LayerElementMaterial: 0 {\n   Version: 101\n   Name: \"\"\n   MappingInformationType: \"AllSame\"\n   ReferenceInformationType: \"IndexToDirect\"\n   Materials: *1 {\n    a: 0\n   }\n  }\n";
        text += "  Layer: 0 {\n   Version: 100\n   LayerElement:  {\n    Type: \"LayerElementUV\"\n    TypedIndex: 0\n   }\n   LayerElement:  {\n    Type: \"LayerElementMaterial\"\n    TypedIndex: 0\n   }\n  }\n }\n";
        text += " Model: 11, \"Model::Suit\", \"Mesh\" {\n  Version: 232\n }\n";
        let material = [
            p("DiffuseColor", "Color", "0.5,0.25,1".to_owned()),
            p("Opacity", "double", "0.5".to_owned()),
            p("TransparencyFactor", "double", "0.5".to_owned()),
            p("TransparentColor", "Color", "1,1,1".to_owned()),
        ]
        .concat();
        write!(text, " Material: 12, \"Material::Cloth\", \"\" {{\n  Version: 102\n  ShadingModel: \"lambert\"\n  Properties70: {{\n{material}  }}\n }}\n").expect("text");
        text += " Deformer: 13, \"Deformer::\", \"Skin\" {\n  Version: 101\n }\n";
        oo(10, 11);
        oo(12, 11);
        oo(13, 10);
        oo(11, 0);
        for (joint, place) in places.into_iter().enumerate() {
            let [x, y, z] = self.turned(place).to_array();
            let first = 3 * joint;
            write!(
                text,
                " Deformer: {}, \"SubDeformer::\", \"Cluster\" {{\n  Version: 100\n  Indexes: *3 {{\n   a: {first},{},{}\n  }}\n  Weights: *3 {{\n   a: 1,1,1\n  }}\n  Transform: *16 {{\n   a: 1,0,0,0,0,1,0,0,0,0,1,0,{},{},{},1\n  }}\n  TransformLink: *16 {{\n   a: 1,0,0,0,0,1,0,0,0,0,1,0,{x},{y},{z},1\n  }}\n }}\n",
                3000 + joint, first + 1, first + 2, -x, -y, -z
            ).expect("text");
            oo(3000 + joint, 13);
            oo(id(joint), 3000 + joint);
        }
        if let Some(file) = self.texture {
            write!(text, " Texture: 14, \"Texture::map\", \"\" {{\n  Type: \"TextureVideoClip\"\n  Version: 202\n  FileName: \"C:\\somewhere\\{file}\"\n  RelativeFilename: \"{file}\"\n }}\n").expect("text");
            connections += " C: \"OP\",14,12, \"DiffuseColor\"\n";
        }
        if self.characterised {
            text += " Constraint: 15, \"Constraint::Figure\", \"Character\" {\n  Type: \"Character\"\n }\n";
            for (joint, name) in NameStyle::Mixamo.joint_names().iter().enumerate() {
                writeln!(connections, " C: \"OP\",{},15, \"{name}Link\"", id(joint)).expect("text");
            }
        }
        for (at, (name, joint)) in self.stacks.iter().enumerate() {
            let first = 5000 + 10 * at;
            const SECOND: u64 = 46_186_158_000;
            write!(
                text,
                " AnimationStack: {first}, \"AnimStack::{name}\", \"\" {{\n  Properties70: {{\n{}  }}\n }}\n",
                p("LocalStop", "KTime", SECOND.to_string())
            )
            .expect("text");
            write!(text, " AnimationLayer: {}, \"AnimLayer::Base\", \"\" {{\n }}\n AnimationCurveNode: {}, \"AnimCurveNode::R\", \"\" {{\n  Properties70: {{\n{}  }}\n }}\n", first + 1, first + 2, p("d|X", "Number", "0".to_owned())).expect("text");
            write!(text, " AnimationCurve: {}, \"AnimCurve::\", \"\" {{\n  Default: 0\n  KeyVer: 4008\n  KeyTime: *2 {{\n   a: 0,{SECOND}\n  }}\n  KeyValueFloat: *2 {{\n   a: 0,60\n  }}\n  KeyAttrFlags: *1 {{\n   a: 24836\n  }}\n  KeyAttrDataFloat: *4 {{\n   a: 0,0,0,0\n  }}\n  KeyAttrRefCount: *1 {{\n   a: 2\n  }}\n }}\n", first + 3).expect("text");
            write!(
                connections,
                " C: \"OO\",{},{first}\n C: \"OO\",{},{}\n C: \"OP\",{},{}, \"Lcl Rotation\"\n C: \"OP\",{},{}, \"d|X\"\n",
                first + 1,
                first + 2,
                first + 1,
                first + 2,
                id(*joint as usize),
                first + 3,
                first + 2
            )
            .expect("text");
        }
        text + "}\nConnections: {\n" + &connections + "}\n"
    }

    fn written(&self, folder: &Folder) -> PathBuf {
        let path = folder.file("figure.fbx");
        std::fs::write(&path, self.text()).expect("written");
        path
    }
}

/// A skeleton of our proportions with a skin, as another program has it, as text: whichever axis is up, in any unit, with transforms around
/// those of the joints or without.
pub(crate) fn figure(z_up: bool, units_per_m: f32, pre_rotated: bool) -> String {
    Scene { z_up, units_per_m, pre_rotated, stacks: &[("Bow", Joint::Spine1)], ..PLAIN_SCENE }.text()
}

/// A scene of three animations, as text.
pub(crate) fn ascii() -> String {
    Scene { stacks: &[("Still", Joint::Pelvis), ("Bow", Joint::Spine1), ("Kick", Joint::RKnee)], ..PLAIN_SCENE }.text()
}

#[test]
fn axes_units_pre_rotations_and_pivots_change_nothing() {
    let folder = Folder::new();
    for (z_up, units_per_m, pre_rotated) in [(false, 100.0, false), (true, 100.0, false), (false, 1.0, true), (true, 39.37, true)] {
        let scene = Scene { z_up, units_per_m, pre_rotated, ..PLAIN_SCENE };
        let read = formats::read_character(&scene.written(&folder)).expect("a character");
        assert!(read.notes.is_empty(), "{:?}", read.notes);
        assert_eq!((read.rig.len(), read.meshes.len()), (22, 1));
        let world = read.rig.rest_world();
        for (joint, place) in rest_positions().into_iter().enumerate() {
            let found = read.rig.find(&format!("mixamorig:{}", NameStyle::Mixamo.joint_names()[joint])).expect("a joint");
            assert!(
                world.positions[found].distance(place) < 1e-4,
                "z up {z_up}, {units_per_m}: joint {joint} at {}",
                world.positions[found]
            );
            let corner = read.meshes[0].positions_m.iter().map(|corner| corner.distance(place)).fold(f32::INFINITY, f32::min);
            assert!(corner < 1e-4, "z up {z_up}, {units_per_m}: no vertex at joint {joint}, the nearest {corner} m away");
        }
    }
}

#[test]
fn a_material_has_its_colour_and_a_texture_that_lies_beside() {
    let folder = Folder::new();
    let scene = Scene { texture: Some("cloth.png"), ..PLAIN_SCENE };
    let path = scene.written(&folder);
    let read = formats::read_character(&path).expect("a character");
    assert!(read.notes.iter().any(|note| note.contains("cloth.png") && note.contains("nor beside")), "{:?}", read.notes);
    let material = &read.meshes[0].material;
    assert_eq!((material.name.as_str(), material.alpha), ("Cloth", Alpha::Blend));
    assert!((Vec3::from_slice(&material.base_color[..3]) - Vec3::new(0.5, 0.25, 1.0)).length() < 1e-3, "{:?}", material.base_color);

    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &[9; 16], 2, 2, image::ExtendedColorType::Rgba8).expect("a picture");
    std::fs::create_dir(folder.file("textures")).expect("a folder");
    std::fs::write(folder.file("textures").join("cloth.png"), bytes).expect("written");
    let read = formats::read_character(&path).expect("a character");
    let texture = read.meshes[0].material.base_color_texture.as_ref().expect("a texture");
    assert_eq!((texture.image.pixels()[0], read.meshes[0].uvs[0]), (9, [0.25, 0.25]));
    assert!(read.notes.is_empty(), "{:?}", read.notes);
}

#[test]
fn several_stacks_are_listed_and_chosen_and_the_first_that_moves_a_body_is_taken() {
    let folder = Folder::new();
    let scene = Scene { stacks: &[("Still", Joint::Pelvis), ("Bow", Joint::Spine1), ("Kick", Joint::RKnee)], ..PLAIN_SCENE };
    // The first one moves nothing: its curve is flat.
    let text = scene.text().replacen("a: 0,60", "a: 0,0", 1);
    let path = folder.file("clips.fbx");
    std::fs::write(&path, text).expect("written");
    let reading = formats::read_with(&path, &ReadOptions::default()).expect("a motion");
    let names: Vec<(&str, bool)> = reading.animations.iter().map(|animation| (animation.name.as_str(), animation.moves)).collect();
    assert_eq!((names, reading.taken), (vec![("Still", false), ("Bow", true), ("Kick", true)], 1));
    assert_eq!((reading.recorded.frames, reading.recorded.fps), (31, 30.0));
    let kick = ReadOptions { clip: Some(ClipChoice::Named("kick".to_owned())), ..ReadOptions::default() };
    let kick = formats::read_with(&path, &kick).expect("a motion").motion;
    let turned = kick.frames[30].local[Joint::RKnee as usize].angle_between(Quat::IDENTITY).to_degrees();
    assert!((turned - 60.0).abs() < 1.0, "{turned}°");
    let none = ReadOptions { clip: Some(ClipChoice::Numbered(4)), ..ReadOptions::default() };
    assert!(formats::read_with(&path, &none).expect_err("refused").to_string().contains("no animation 4 among the 3"));
}

#[test]
fn a_characterisation_says_which_joint_is_which() {
    let folder = Folder::new();
    let scene = Scene { named: false, characterised: true, ..PLAIN_SCENE };
    let rig = formats::read_rig(&scene.written(&folder)).expect("a rig");
    assert_eq!(rig.told().len(), 19);
    assert!(rig.told().contains(&(Joint::LElbow, Joint::LElbow as usize)), "{:?}", rig.told());
}

#[test]
fn our_own_exports_come_back() {
    let folder = Folder::new();
    let path = folder.file("ours.fbx");
    let motion = lively(20);
    for (names, contents) in [(NameStyle::Smpl, Contents::Character), (NameStyle::Unreal, Contents::Skeleton)] {
        formats::write(&path, &motion, &WriteOptions { names, contents, ..WriteOptions::default() }).expect("written");
        let apart = apart_m(&motion, &formats::read(&path).expect("read"));
        assert!(apart < 2e-3, "{names:?}: {apart} m");
    }
    let figure = Arc::new(character(&foreign(Build { spine: 5, arms_down: 0.8, ground: true, twists: true, ..PLAIN })));
    formats::write(&path, &walk(), &WriteOptions { character: Some(Arc::clone(&figure)), ..WriteOptions::default() }).expect("written");
    let read = formats::read_character(&path).expect("a character");
    assert_eq!(read.meshes.len(), figure.meshes().len());
    let world = read.rig.rest_world();
    for (joint, place) in figure.rest_positions_m().into_iter().enumerate() {
        let found = read.rig.find(&figure.rig().names()[joint]).expect("a joint");
        // Roots are written a hair aside, for Blender's sake.
        assert!(
            world.positions[found].distance(place) < 2e-4,
            "{}: {} instead of {place}",
            figure.rig().names()[joint],
            world.positions[found]
        );
    }
    for (mesh, ours) in read.meshes.iter().zip(figure.meshes()) {
        assert_eq!(mesh.material.name, ours.material.name);
        for place in &ours.positions_m {
            let nearest = mesh.positions_m.iter().map(|other| other.distance(*place)).fold(f32::INFINITY, f32::min);
            assert!(nearest < 2e-4, "{nearest} m");
        }
    }
}

#[test]
fn damaged_files_end_in_one_line() {
    let folder = Folder::new();
    let path = folder.file("figure.fbx");
    formats::write(&path, &lively(3), &WriteOptions::default()).expect("written");
    let whole = std::fs::read(&path).expect("bytes");
    let mut spoilt: Vec<Vec<u8>> = [0, 10, 30, 300, 3000, whole.len() / 2, whole.len() - 200].map(|length| whole[..length].to_vec()).into();
    spoilt.push(b"no scene at all".to_vec());
    spoilt.extend((0..40).map(|at| {
        let mut bytes = whole.clone();
        let place = 27 + at * (bytes.len() - 27) / 41;
        bytes[place..place + 4].copy_from_slice(&[0xff; 4]);
        bytes
    }));
    for bytes in spoilt {
        std::fs::write(&path, bytes).expect("written");
        for error in [formats::read(&path).err(), formats::read_character(&path).err()].into_iter().flatten() {
            let error = error.to_string();
            assert!(!error.contains('\n') && error.contains("figure.fbx"), "{error}");
        }
    }
}
