//! Rigged characters of other programs in glTF: their meshes, materials and skeletons stand as the file means them, whatever form it has.

use super::formats::{Folder, floats, glb};
use glam::{Mat4, Quat, Vec3, vec3};
use serde_json::{Value, json};
use std::path::PathBuf;
use zoetrope::body::{Alpha, Character, Wrap, skin};
use zoetrope::formats::{self, ReadCharacter};
use zoetrope::motion::mapping::Presets;
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, NameStyle, Pose, REST_OFFSETS_M, rest_positions};

/// A file under construction: a skeleton of our proportions with Mixamo's names, and a small mesh at each joint.
pub(crate) struct File {
    pub(crate) json: Value,
    bin: Vec<u8>,
}

impl File {
    /// The nodes of the joints come first, in our order; the scene holds the first alone.
    fn new() -> Self {
        let rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
        let node = |joint: usize| {
            let children: Vec<usize> = rig.children(joint).collect();
            let mut node = json!({ "name": rig.names()[joint], "translation": rig.rest_translations()[joint].to_array() });
            if !children.is_empty() {
                node["children"] = children.into();
            }
            node
        };
        let nodes: Vec<Value> = (0..rig.len()).map(node).collect();
        let json = json!({
            "asset": { "version": "2.0" }, "scene": 0, "scenes": [{ "nodes": [0] }], "nodes": nodes,
            "buffers": [{}], "bufferViews": [], "accessors": [], "meshes": [], "materials": [], "skins": []
        });
        Self { json, bin: Vec::new() }
    }

    pub(crate) fn push(&mut self, list: &str, value: Value) -> usize {
        let list = self.json[list].as_array_mut().expect("a list");
        list.push(value);
        list.len() - 1
    }

    fn view(&mut self, bytes: &[u8]) -> usize {
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        let view = json!({ "buffer": 0, "byteOffset": self.bin.len(), "byteLength": bytes.len() });
        self.bin.extend_from_slice(bytes);
        self.push("bufferViews", view)
    }

    fn accessor(&mut self, bytes: &[u8], component: u32, kind: &str, count: usize, normalized: bool) -> usize {
        let view = self.view(bytes);
        let accessor = json!({ "bufferView": view, "componentType": component, "type": kind, "count": count, "normalized": normalized });
        self.push("accessors", accessor)
    }

    fn vectors(&mut self, values: &[Vec3]) -> usize {
        let numbers: Vec<f32> = values.iter().flat_map(|value| value.to_array()).collect();
        let accessor = self.accessor(&floats(&numbers), 5126, "VEC3", values.len(), false);
        let bound = |pick: fn(Vec3, Vec3) -> Vec3| values.iter().copied().reduce(pick).unwrap_or_default().to_array().to_vec();
        self.json["accessors"][accessor]["min"] = bound(Vec3::min).into();
        self.json["accessors"][accessor]["max"] = bound(Vec3::max).into();
        accessor
    }

    /// A skin of all joints whose bind pose has them at these places, unturned, in a unit of the mesh.
    fn skin(&mut self, places: &[Vec3]) -> usize {
        let matrices: Vec<f32> = places.iter().flat_map(|place| Mat4::from_translation(-*place).to_cols_array()).collect();
        let matrices = self.accessor(&floats(&matrices), 5126, "MAT4", places.len(), false);
        self.push("skins", json!({ "joints": (0..places.len()).collect::<Vec<usize>>(), "inverseBindMatrices": matrices }))
    }

    /// A triangle at each of these places, moved by the joint of its number.
    fn skinned_mesh(&mut self, places: &[Vec3], size: f32) -> Value {
        let corners: Vec<Vec3> =
            places.iter().flat_map(|place| [Vec3::X, Vec3::Y, Vec3::ZERO].map(|corner| *place + corner * size)).collect();
        let joints: Vec<u8> = (0..places.len() as u8).flat_map(|joint| [joint, 0, 0, 0].repeat(3)).collect();
        let positions = self.vectors(&corners);
        let joints = self.accessor(&joints, 5121, "VEC4", corners.len(), false);
        let weights = self.accessor(&[255, 0, 0, 0].repeat(corners.len()), 5121, "VEC4", corners.len(), true);
        json!({ "attributes": { "POSITION": positions, "JOINTS_0": joints, "WEIGHTS_0": weights } })
    }

    /// Adds a node with a mesh of one primitive to the scene.
    fn show(&mut self, primitive: Value, skin: Option<usize>) -> usize {
        let mesh = self.push("meshes", json!({ "name": "Suit", "primitives": [primitive] }));
        let mut node = json!({ "name": "Suit", "mesh": mesh });
        if let Some(skin) = skin {
            node["skin"] = skin.into();
        }
        let node = self.push("nodes", node);
        self.json["scenes"][0]["nodes"].as_array_mut().expect("nodes").push(node.into());
        node
    }

    /// The whole: a skinned mesh on the skeleton.
    pub(crate) fn dressed() -> Self {
        let mut file = Self::new();
        let places = rest_positions();
        let skin = file.skin(&places);
        let primitive = file.skinned_mesh(&places, 0.05);
        file.show(primitive, Some(skin));
        file
    }

    /// The same under an armature of another scale that lies, as a matrix or in its parts.
    pub(crate) fn under_armature(scale: f32, by_matrix: bool) -> Self {
        let mut file = Self::new();
        let turn = Quat::from_rotation_x(-std::f32::consts::FRAC_PI_2);
        // The skeleton is in the armature's space: lying, and of another unit.
        let inside = |place: Vec3| turn.inverse() * place / scale;
        let lying: Vec<Vec3> = rest_positions().iter().map(|place| inside(*place)).collect();
        for (joint, offset) in REST_OFFSETS_M.into_iter().enumerate() {
            file.json["nodes"][joint]["translation"] = inside(offset).to_array().to_vec().into();
        }
        let skin = file.skin(&lying);
        let primitive = file.skinned_mesh(&lying, 0.05 / scale);
        let suit = file.show(primitive, Some(skin));
        let mut armature = json!({ "name": "Armature", "children": [0, suit] });
        if by_matrix {
            armature["matrix"] =
                Mat4::from_scale_rotation_translation(Vec3::splat(scale), turn, Vec3::ZERO).to_cols_array().to_vec().into();
        } else {
            armature["rotation"] = turn.to_array().to_vec().into();
            armature["scale"] = [scale; 3].to_vec().into();
        }
        let armature = file.push("nodes", armature);
        file.json["scenes"][0]["nodes"] = json!([armature]);
        file
    }

    pub(crate) fn written(&self, folder: &Folder) -> PathBuf {
        let path = folder.file("figure.glb");
        let mut json = self.json.clone();
        json["buffers"][0]["byteLength"] = self.bin.len().into();
        for list in ["bufferViews", "accessors", "meshes", "materials", "skins"] {
            if json[list].as_array().is_some_and(Vec::is_empty) {
                json.as_object_mut().expect("a document").remove(list);
            }
        }
        std::fs::write(&path, glb(&json.to_string(), &self.bin)).expect("written");
        path
    }

    fn read(&self) -> ReadCharacter {
        self.try_read().expect("a character")
    }

    fn try_read(&self) -> Result<ReadCharacter, String> {
        let folder = Folder::new();
        formats::read_character(&self.written(&folder)).map_err(|error| error.to_string())
    }
}

/// That the joints are where ours are, and a corner of each triangle of the first mesh too.
#[track_caller]
fn assert_stands(read: &ReadCharacter, places: &[Vec3]) {
    let world = read.rig.rest_world().positions;
    for (joint, place) in places.iter().enumerate() {
        let found = read.rig.find(&format!("mixamorig:{}", NameStyle::Mixamo.joint_names()[joint])).expect("a joint");
        assert!(world[found].distance(*place) < 1e-4, "joint {joint} at {} instead of {place}", world[found]);
        let corner = read.meshes[0].positions_m[3 * joint + 2];
        assert!(corner.distance(*place) < 1e-4, "vertex of joint {joint} at {corner} instead of {place}");
    }
}

#[test]
fn a_character_stands_as_its_file_has_it() {
    let read = File::dressed().read();
    assert_stands(&read, &rest_positions());
    assert_eq!((read.rig.len(), read.meshes.len()), (22, 1));
    let mesh = &read.meshes[0];
    assert_eq!((read.nodes[usize::from(mesh.joints[3 * 4][0])], mesh.weights[3 * 4]), (4, [1.0, 0.0, 0.0, 0.0]));
    assert!(mesh.normals.iter().all(|normal| normal.distance(Vec3::Z) < 1e-5), "normals are made");
    let character = read.character().expect("a human");
    let posed = skin(&character, &Pose::REST);
    assert!(posed[3 * 4 + 2].distance(rest_positions()[4]) < 0.03, "{}", posed[3 * 4 + 2]);
}

#[test]
fn an_armature_of_another_scale_and_turn_changes_nothing() {
    for (scale, by_matrix) in [(0.01, false), (100.0, false), (0.01, true)] {
        assert_stands(&File::under_armature(scale, by_matrix).read(), &rest_positions());
    }
}

#[test]
fn a_skeleton_that_was_left_in_a_pose_rests_as_its_skin_was_bound() {
    let mut file = File::dressed();
    let elbow = Joint::LElbow as usize;
    file.json["nodes"][elbow]["rotation"] = Quat::from_rotation_y(1.2).to_array().to_vec().into();
    assert_stands(&file.read(), &rest_positions());
}

#[test]
fn what_no_skin_moves_follows_the_joint_that_it_hangs_on() {
    let mut file = File::dressed();
    let corners = [Vec3::ZERO, Vec3::X, Vec3::Y].map(|corner| corner * 0.1);
    let positions = file.vectors(&corners);
    let head = Joint::Head as usize;
    let hat = file.push("meshes", json!({ "name": "Hat", "primitives": [{ "attributes": { "POSITION": positions } }] }));
    let hat = file.push("nodes", json!({ "name": "Hat", "mesh": hat, "translation": [0.0, 0.2, 0.0], "scale": [2.0, 2.0, 2.0] }));
    file.json["nodes"][head]["children"] = json!([hat]);
    let lamp = file.push("meshes", json!({ "name": "Lamp", "primitives": [{ "attributes": { "POSITION": positions } }] }));
    let lamp = file.push("nodes", json!({ "name": "Lamp", "mesh": lamp }));
    file.json["scenes"][0]["nodes"].as_array_mut().expect("nodes").push(lamp.into());
    let read = file.read();
    assert_eq!(read.meshes.len(), 2);
    let hat = read.meshes.iter().find(|mesh| mesh.name == "Hat").expect("a hat");
    assert_eq!((read.nodes[usize::from(hat.joints[0][0])], hat.weights[0]), (head, [1.0, 0.0, 0.0, 0.0]));
    let brim = rest_positions()[head] + vec3(0.2, 0.2, 0.0);
    assert!(hat.positions_m[1].distance(brim) < 1e-5, "{} instead of {brim}", hat.positions_m[1]);
    assert!(read.notes.iter().any(|note| note.contains("hang on no joint")), "{:?}", read.notes);
}

#[test]
fn indices_of_all_kinds_strips_and_further_joints_are_read() {
    let corners = [Vec3::ZERO, Vec3::X, Vec3::Y, Vec3::ONE];
    for (bytes, component) in [
        (vec![0, 1, 2, 2, 1, 3], 5121),
        ([0u16, 1, 2, 2, 1, 3].iter().flat_map(|index| index.to_le_bytes()).collect(), 5123),
        ([0u32, 1, 2, 2, 1, 3].iter().flat_map(|index| index.to_le_bytes()).collect::<Vec<u8>>(), 5125),
    ] {
        let mut file = File::new();
        let skin = file.skin(&rest_positions());
        let positions = file.vectors(&corners);
        let indices = file.accessor(&bytes, component, "SCALAR", 6, false);
        let first = file.accessor(&[1, 2, 3, 4].repeat(4), 5121, "VEC4", 4, false);
        let second = file.accessor(&[5, 6, 1, 0].repeat(4), 5121, "VEC4", 4, false);
        let half: Vec<u8> = [6553u16, 13107, 6553, 6553].iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let rest: Vec<u8> = [19660u16, 6553, 6553, 0].iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let (half, rest) = (file.accessor(&half.repeat(4), 5123, "VEC4", 4, true), file.accessor(&rest.repeat(4), 5123, "VEC4", 4, true));
        let colors = file.accessor(&[255, 0, 0, 255].repeat(4), 5121, "VEC4", 4, true);
        let primitive = json!({ "indices": indices, "attributes": {
            "POSITION": positions, "JOINTS_0": first, "JOINTS_1": second, "WEIGHTS_0": half, "WEIGHTS_1": rest, "COLOR_0": colors
        } });
        file.show(primitive, Some(skin));
        let read = file.read();
        let mesh = &read.meshes[0];
        assert_eq!(mesh.triangles, [[0, 1, 2], [2, 1, 3]]);
        assert_eq!(mesh.colors[0], [1.0, 0.0, 0.0]);
        // 5 has three tenths, 2 two, 1 twice one, which rounding makes a little less; of those with one the first stays.
        let nodes = mesh.joints[0].map(|joint| read.nodes[usize::from(joint)]);
        assert_eq!(nodes[..3], [5, 2, 1]);
        assert!(
            (mesh.weights[0].iter().sum::<f32>() - 1.0).abs() < 1e-5 && (mesh.weights[0][0] - 0.375).abs() < 1e-3,
            "{:?}",
            mesh.weights[0]
        );
    }
}

#[test]
fn morphs_that_are_on_at_rest_are_part_of_the_mesh() {
    let mut file = File::new();
    let skin = file.skin(&rest_positions());
    let places = rest_positions();
    let mut primitive = file.skinned_mesh(&places, 0.05);
    let moved = file.vectors(&[Vec3::Z; 66]);
    primitive["targets"] = json!([{ "POSITION": moved }, { "POSITION": moved }]);
    file.show(primitive, Some(skin));
    file.json["meshes"][0]["weights"] = json!([0.5, 0.0]);
    let read = file.read();
    assert_eq!(read.morphs, 2);
    assert!(read.meshes[0].positions_m[2].distance(places[0] + 0.5 * Vec3::Z) < 1e-5);
}

fn png(color: [u8; 4]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    image::ImageEncoder::write_image(encoder, &color.repeat(4), 2, 2, image::ExtendedColorType::Rgba8).expect("a picture");
    bytes
}

/// A dressed file whose material has pictures, from within, from beside and from the document's text.
fn textured() -> File {
    let mut file = File::dressed();
    let uvs: Vec<f32> = (0..66).flat_map(|vertex| [vertex as f32 / 66.0, 0.25]).collect();
    let uvs = file.accessor(&floats(&uvs), 5126, "VEC2", 66, false);
    file.json["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"] = uvs.into();
    file.json["meshes"][0]["primitives"][0]["material"] = 0.into();
    let inside = file.view(&png([10, 20, 30, 255]));
    file.json["images"] = json!([{ "bufferView": inside, "mimeType": "image/png", "name": "skin" }, { "uri": "shine%20map.png" }]);
    file.json["samplers"] = json!([{ "wrapS": 33071, "wrapT": 33648, "magFilter": 9728 }]);
    file.json["textures"] = json!([{ "source": 0, "sampler": 0 }, { "source": 1 }]);
    file.json["materials"] = json!([{
        "name": "Skin", "alphaMode": "MASK", "alphaCutoff": 0.25, "doubleSided": true, "emissiveFactor": [0.0, 0.5, 0.0],
        "pbrMetallicRoughness": {
            "baseColorFactor": [1.0, 0.5, 0.25, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.75,
            "baseColorTexture": { "index": 0 }, "metallicRoughnessTexture": { "index": 1 }
        }
    }]);
    file
}

#[test]
fn materials_have_their_colours_pictures_and_alpha() {
    let folder = Folder::new();
    std::fs::write(folder.file("shine map.png"), png([0, 128, 64, 255])).expect("written");
    let read = formats::read_character(&textured().written(&folder)).expect("a character");
    assert!(read.notes.is_empty(), "{:?}", read.notes);
    let (mesh, material) = (&read.meshes[0], &read.meshes[0].material);
    assert_eq!((material.name.as_str(), material.alpha, material.double_sided, material.unlit), ("Skin", Alpha::Mask(0.25), true, false));
    assert_eq!((material.base_color, material.metallic, material.roughness), ([1.0, 0.5, 0.25, 1.0], 0.0, 0.75));
    assert_eq!(material.emissive, [0.0, 0.5, 0.0]);
    let skin = material.base_color_texture.as_ref().expect("a texture");
    assert_eq!((skin.image.name(), skin.image.width(), &skin.image.pixels()[..4]), ("skin", 2, &[10, 20, 30, 255][..]));
    assert_eq!((skin.wrap, skin.is_pixelated), ([Wrap::Clamp, Wrap::Mirror], true));
    assert_eq!(material.metal_rough_texture.as_ref().expect("a texture").image.pixels()[1], 128);
    assert_eq!((mesh.uvs.len(), mesh.uvs[33]), (66, [0.5, 0.25]));
}

#[test]
fn a_character_that_is_written_anew_keeps_its_materials_and_pictures() {
    let folder = Folder::new();
    std::fs::write(folder.file("shine map.png"), png([0, 128, 64, 255])).expect("written");
    let (character, _) = formats::read_humanoid(&textured().written(&folder), &Presets::NONE).expect("a human");
    let path = folder.file("anew.glb");
    let options = formats::WriteOptions { character: Some(std::sync::Arc::new(character.clone())), ..formats::WriteOptions::default() };
    formats::write(&path, &super::formats::lively(3), &options).expect("written");
    let read = formats::read_character(&path).expect("a character");
    assert!(read.notes.is_empty(), "{:?}", read.notes);
    let (ours, theirs) = (&character.meshes()[0], &read.meshes[0]);
    assert_eq!((&theirs.material, &theirs.uvs), (&ours.material, &ours.uvs));
}

#[test]
fn pictures_that_cannot_be_shown_are_named_and_the_character_stands() {
    let mut file = textured();
    let read = file.read();
    assert!(read.notes.iter().any(|note| note.contains("shine map.png") && note.contains("not beside")), "{:?}", read.notes);
    assert!(read.meshes[0].material.metal_rough_texture.is_none() && read.meshes[0].material.base_color_texture.is_some());
    let webp = file.view(b"RIFF\0\0\0\0WEBPVP8 ");
    file.json["images"][0]["bufferView"] = webp.into();
    file.json["textures"][0] = json!({ "extensions": { "EXT_texture_webp": { "source": 0 } } });
    let read = file.read();
    assert!(read.notes.iter().any(|note| note.contains("skin is WebP")), "{:?}", read.notes);
    assert!(read.meshes[0].material.base_color_texture.is_none());
}

#[test]
fn textures_that_are_moved_lie_where_they_are_moved_to() {
    let mut file = textured();
    let lies = json!({ "KHR_texture_transform": { "offset": [0.5, 0.0], "scale": [2.0, 4.0] } });
    file.json["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["extensions"] = lies;
    let read = file.read();
    assert_eq!(read.meshes[0].uvs[33], [1.5, 1.0]);
}

#[test]
fn a_vrm_that_looks_backwards_is_turned_never_mirrored_and_its_rights_are_told() {
    let mut file = File::new();
    let turn = Quat::from_rotation_y(std::f32::consts::PI);
    let places: Vec<Vec3> = rest_positions().iter().map(|place| turn * *place).collect();
    let names = [
        (Joint::Pelvis, "hips"),
        (Joint::LHip, "leftUpperLeg"),
        (Joint::RHip, "rightUpperLeg"),
        (Joint::LKnee, "leftLowerLeg"),
        (Joint::RKnee, "rightLowerLeg"),
        (Joint::LAnkle, "leftFoot"),
        (Joint::RAnkle, "rightFoot"),
        (Joint::Head, "head"),
        (Joint::LShoulder, "leftUpperArm"),
        (Joint::RShoulder, "rightUpperArm"),
        (Joint::LElbow, "leftLowerArm"),
        (Joint::RElbow, "rightLowerArm"),
        (Joint::LWrist, "leftHand"),
        (Joint::RWrist, "rightHand"),
        (Joint::Neck, "neck"),
    ];
    for (joint, offset) in REST_OFFSETS_M.into_iter().enumerate() {
        file.json["nodes"][joint]["translation"] = (turn * offset).to_array().to_vec().into();
        file.json["nodes"][joint]["name"] = format!("node_{joint}").into();
    }
    let skin_index = file.skin(&places);
    let mut primitive = file.skinned_mesh(&places, 0.05);
    primitive["material"] = 0.into();
    file.show(primitive, Some(skin_index));
    file.json["materials"] = json!([{ "name": "Face" }]);
    let bones: Vec<Value> = names.iter().map(|(joint, bone)| json!({ "bone": bone, "node": *joint as usize })).collect();
    file.json["extensions"] = json!({ "VRM": {
        "humanoid": { "humanBones": bones }, "materialProperties": [{ "name": "Face", "shader": "VRM/MToon" }],
        "meta": { "title": "Doll", "author": "Somebody", "licenseName": "CC_BY", "commercialUssageName": "Disallow" }
    } });
    let read = file.read();
    assert!(read.meshes[0].material.unlit);
    assert_eq!(read.rights, ["title: Doll", "author: Somebody", "licence: CC_BY", "commercial use: Disallow"]);
    let character = read.character().expect("a human");
    let posed = skin(&character, &Pose::REST);
    for joint in [Joint::LWrist, Joint::RWrist, Joint::LFoot, Joint::Head] {
        let (at, ours) = (posed[3 * joint as usize + 2], rest_positions()[joint as usize]);
        assert!(at.distance(ours) < 0.05, "{joint:?} at {at} instead of {ours}");
    }
}

#[test]
fn a_file_in_centimetres_that_says_metres_is_made_smaller_and_says_so() {
    let mut file = File::new();
    let places = rest_positions().map(|place| place * 100.0);
    for (joint, offset) in REST_OFFSETS_M.into_iter().enumerate() {
        file.json["nodes"][joint]["translation"] = (offset * 100.0).to_array().to_vec().into();
    }
    let skin = file.skin(&places);
    let primitive = file.skinned_mesh(&places, 5.0);
    file.show(primitive, Some(skin));
    let read = file.read();
    assert_stands(&read, &rest_positions());
    assert!(read.notes.iter().any(|note| note.contains("no metres")), "{:?}", read.notes);
}

#[test]
fn damaged_files_end_in_one_line() {
    let with = |change: &dyn Fn(&mut File)| {
        let mut file = File::dressed();
        change(&mut file);
        let error = file.try_read().expect_err("refused");
        assert!(!error.contains('\n') && error.contains("figure.glb"), "{error}");
        error
    };
    assert!(with(&|file| file.json["accessors"][1]["count"] = 4_000_000_000_u64.into()).contains("accessor"));
    assert!(with(&|file| file.json["meshes"][0]["primitives"][0]["indices"] = 99.into()).contains("accessor 99"));
    assert!(with(&|file| file.json["skins"][0]["joints"] = json!([0])).contains("joint that its skin has not"));
    assert!(with(&|file| file.json["extensionsRequired"] = json!(["KHR_draco_mesh_compression"])).contains("draco"));
    assert!(with(&|file| file.json["nodes"][22]["mesh"] = 7.into()).contains("mesh that does not exist"));
    let beyond = with(&|file| {
        let indices = file.accessor(&[0, 1, 200], 5121, "SCALAR", 3, false);
        file.json["meshes"][0]["primitives"][0]["indices"] = indices.into();
    });
    assert!(beyond.contains("vertex that is not there"), "{beyond}");
    // The same vertices named again and again.
    let much = with(&|file| {
        let positions = file.push("accessors", json!({ "componentType": 5126, "type": "VEC3", "count": 1 << 20 }));
        let primitive = json!({ "attributes": { "POSITION": positions } });
        file.json["meshes"][0]["primitives"] = vec![primitive; 40].into();
    });
    assert!(much.contains("too many vertices"), "{much}");
    let lines = Folder::new();
    std::fs::write(lines.file("a.bvh"), "HIERARCHY").expect("written");
    assert!(formats::read_character(&lines.file("a.bvh")).expect_err("refused").to_string().contains("without a character"));
}

#[test]
fn our_own_export_comes_back_as_the_same_character() {
    let folder = Folder::new();
    let path = folder.file("ours.glb");
    let mannequin = Character::mannequin();
    formats::write(&path, &super::formats::lively(3), &formats::WriteOptions::default()).expect("written");
    let (character, read) = formats::read_humanoid(&path, &Presets::NONE).expect("a human");
    assert_eq!((read.clips.len(), character.meshes().len()), (1, 1));
    let (ours, theirs) = (skin(&mannequin, &Pose::REST), skin(&character, &Pose::REST));
    assert_eq!(ours.len(), theirs.len());
    let some = ours.iter().step_by(400);
    let apart = some.map(|place| theirs.iter().map(|other| place.distance(*other)).fold(f32::INFINITY, f32::min)).fold(0.0, f32::max);
    assert!(apart < 0.02, "{apart} m");
}

#[test]
fn a_table_of_human_bones_that_names_nobody_is_refused() {
    let folder = Folder::new();
    let mut file = File::dressed();
    file.json["extensions"] = json!({ "VRM": { "humanoid": { "humanBones": [{ "bone": "spine", "node": 12345 }] } } });
    let error = formats::read_character(&file.written(&folder)).expect_err("refused").to_string();
    assert!(error.contains("spine") && error.contains("12345") && !error.contains('\n'), "{error}");
}
