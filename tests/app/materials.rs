//! Materials of characters on the stage: each mesh has its own, with pictures, as glTF means them.

use crate::window::can_draw;
use glam::{Quat, Vec3};
use std::f32::consts::PI;
use std::sync::Arc;
use zoetrope::body::{Alpha, BodyMesh, Character, Image, Material, PoseShapes, Texture, Wrap};
use zoetrope::motion::mapping::Mapping;
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, Pose};
use zoetrope::stage::{CameraRig, Pictures};
use zoetrope::view::{CharacterHandle, Figure, Shown, ViewAngle};

/// Half of a card's side, metres, and how high its middle is.
const HALF_M: f32 = 0.4;
const HEIGHT_M: f32 = 0.95;

/// A square card that faces ahead and moves with one joint; its picture lies on it upright. Its normals lean.
fn card(material: Material, joint: u16, normal: Vec3) -> BodyMesh {
    let corner = |x: f32, y: f32| Vec3::new(x * HALF_M, HEIGHT_M + y * HALF_M, 0.1);
    // Who looks at it sees its +X on the right.
    BodyMesh {
        name: "card".to_owned(),
        material,
        positions_m: vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)],
        normals: vec![normal.normalize(); 4],
        triangles: vec![[0, 1, 2], [0, 2, 3]],
        joints: vec![[joint, 0, 0, 0]; 4],
        weights: vec![[1.0, 0.0, 0.0, 0.0]; 4],
        colors: Vec::new(),
        uvs: vec![[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]],
        pose_shapes: Arc::new(PoseShapes::default()),
    }
}

fn of(meshes: Vec<BodyMesh>) -> Shown {
    let mut shown = Shown::alone(Pose::REST, Figure::Mannequin);
    let character = Character::new(Mapping::of(&Rig::canonical()).expect("our own rig"), meshes);
    shown.actors[0].character = CharacterHandle(Some(Arc::new(character)));
    shown
}

fn one(material: Material) -> Shown {
    of(vec![card(material, 0, Vec3::Z)])
}

/// The other side of it.
fn from_behind(mut shown: Shown) -> Shown {
    shown.actors[0].pose.local[0] = Quat::from_rotation_y(PI);
    shown
}

fn picture(width: u32, pixels: &[[u8; 4]]) -> Texture {
    let height = pixels.len() as u32 / width;
    let image = Image::new("picture", width, height, pixels.concat()).expect("a picture");
    Texture { image: Arc::new(image), wrap: [Wrap::Clamp; 2], is_pixelated: true }
}

fn unlit(base: [f32; 4]) -> Material {
    Material { base_color: base, unlit: true, ..Material::default() }
}

/// What is seen of the quarters of the card in each scene: top left, top right, bottom left, bottom right. Each is a mean colour.
fn seen(scenes: Vec<Shown>) -> Vec<[[u8; 3]; 4]> {
    let marker = one(unlit([1.0, 0.0, 1.0, 1.0]));
    // A stage takes a frame or two to show what is new on it.
    let frames: Vec<Shown> = std::iter::once(marker).chain(scenes).flat_map(|shown| vec![shown; 3]).collect();
    let pictures = Pictures::of(frames.into_iter(), CameraRig::new(ViewAngle::Front), (160, 120)).expect("a stage");
    let pictures: Vec<_> = pictures.map(|picture| picture.expect("a picture").pixels).skip(2).step_by(3).collect();
    let marked: Vec<(u32, u32)> = pictures[0]
        .enumerate_pixels()
        .filter(|(_, _, pixel)| pixel.0[0] > 240 && pixel.0[1] < 15 && pixel.0[2] > 240)
        .map(|(x, y, _)| (x, y))
        .collect();
    let range =
        |axis: fn(&(u32, u32)) -> u32| (marked.iter().map(axis).min().expect("a card"), marked.iter().map(axis).max().expect("a card"));
    let ((left, right), (top, bottom)) = (range(|place| place.0), range(|place| place.1));
    assert!(right - left > 20 && bottom - top > 20, "the card is large enough: {left} to {right}, {top} to {bottom}");
    let quarter = |picture: &image::RgbaImage, across: u32, down: u32| {
        // The middle of the quarter.
        let of = |low: u32, high: u32, place: u32| (low + (high - low) * (1 + 4 * place) / 8, low + (high - low) * (3 + 4 * place) / 8);
        let ((x0, x1), (y0, y1)) = (of(left, right, across), of(top, bottom, down));
        let mut sum = [0; 3];
        for (x, y) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (x, y))) {
            (0..3).for_each(|channel| sum[channel] += u32::from(picture.get_pixel(x, y).0[channel]));
        }
        sum.map(|sum| (sum / ((x1 - x0) * (y1 - y0))) as u8)
    };
    pictures[1..].iter().map(|it| [quarter(it, 0, 0), quarter(it, 1, 0), quarter(it, 0, 1), quarter(it, 1, 1)]).collect()
}

fn apart(a: [u8; 3], b: [u8; 3]) -> u8 {
    a.into_iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

#[test]
fn pictures_lie_upright_on_meshes_of_which_each_has_its_own_material() {
    if !can_draw() {
        return;
    }
    let four = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255; 4]];
    let four = Some(picture(2, &four));
    let upright = one(Material { base_color_texture: four.clone(), ..unlit([1.0; 4]) });
    let halved = one(Material { base_color_texture: four.clone(), ..unlit([0.5, 0.5, 0.5, 1.0]) });
    let mut painted = card(Material { base_color_texture: four, ..unlit([1.0; 4]) }, 0, Vec3::Z);
    painted.colors = vec![[0.0, 1.0, 1.0]; 4];
    // Two cards side by side, as halves of the first.
    let half = |color: [f32; 4], side: f32| {
        let mut card = card(unlit(color), 0, Vec3::Z);
        card.positions_m.iter_mut().for_each(|place_m| place_m.x = place_m.x / 2.0 + side * HALF_M / 2.0);
        card
    };
    let two = of(vec![half([1.0, 0.0, 0.0, 1.0], -1.0), half([0.0, 0.0, 1.0, 1.0], 1.0)]);
    let glowing = one(Material { emissive: [0.0, 1.0, 0.0], ..unlit([0.0, 0.0, 0.0, 1.0]) });
    let seen = seen(vec![upright, halved, of(vec![painted]), two, glowing]);
    assert_eq!(seen[0], [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]], "as it is drawn, in no light");
    assert!(apart(seen[1][3], [188; 3]) <= 1, "half the light of white: {:?}", seen[1]);
    assert_eq!(seen[2], [[0; 3], [0, 255, 0], [0, 0, 255], [0, 255, 255]]);
    assert_eq!(seen[3], [[255, 0, 0], [0, 0, 255], [255, 0, 0], [0, 0, 255]]);
    assert_eq!(seen[4], [[0, 255, 0]; 4]);
}

#[test]
fn alpha_cuts_or_lets_through_and_backs_are_seen_where_the_material_says_so() {
    if !can_draw() {
        return;
    }
    let holed = Some(picture(2, &[[255; 4], [255, 255, 255, 0], [255; 4], [255; 4]]));
    let behind = || {
        let mut card = card(unlit([1.0, 0.0, 0.0, 1.0]), 0, Vec3::Z);
        card.positions_m.iter_mut().for_each(|place_m| place_m.z -= 0.05);
        card
    };
    let before = |material: Material| of(vec![behind(), card(material, 0, Vec3::Z)]);
    let masked = before(Material { alpha: Alpha::Mask(0.5), base_color_texture: holed.clone(), ..unlit([1.0; 4]) });
    let blended = before(Material { alpha: Alpha::Blend, ..unlit([1.0, 1.0, 1.0, 0.25]) });
    let opaque = before(Material { base_color_texture: holed, ..unlit([1.0, 1.0, 1.0, 0.25]) });
    let blue = unlit([0.0, 0.0, 1.0, 1.0]);
    let back = from_behind(one(blue.clone()));
    let both = from_behind(one(Material { double_sided: true, ..blue }));
    let seen = seen(vec![masked, blended, opaque, back, both]);
    assert_eq!(seen[0], [[255; 3], [255, 0, 0], [255; 3], [255; 3]], "the hole shows what is behind");
    assert!(apart(seen[1][0], [255, 137, 137]) <= 2, "a quarter of white light before red: {:?}", seen[1][0]);
    assert_eq!(seen[2], [[255; 3]; 4], "alpha means nothing where it is opaque");
    assert!(seen[3][0][2] < 200 && seen[4] == [[0, 0, 255]; 4], "{:?} {:?}", seen[3], seen[4]);
}

#[test]
fn a_normal_picture_leans_the_surface_as_its_normals_would() {
    if !can_draw() {
        return;
    }
    // Steps of light are seen where the key light grazes.
    let leans = [Vec3::new(0.5, 0.0, 1.0), Vec3::new(-0.5, 0.0, 1.0), Vec3::new(0.0, 0.6, 1.0), Vec3::new(0.0, -0.6, 1.0)];
    let byte = |x: f32| ((x * 0.5 + 0.5) * 255.0).round() as u8;
    let scenes = leans.into_iter().flat_map(|lean| {
        let [x, y, z] = lean.normalize().to_array().map(byte);
        let mapped = Material { normal_texture: Some(picture(1, &[[x, y, z, 255]])), ..Material::default() };
        // The same gloss as a material with more than the plain one's.
        [one(mapped), of(vec![card(Material::default(), 0, lean)])]
    });
    let scenes: Vec<Shown> = scenes.chain([one(Material::default())]).collect();
    let seen = seen(scenes);
    let flat = seen[8][0];
    for (lean, pair) in leans.iter().zip(seen.chunks_exact(2)) {
        let (mapped, modelled) = (pair[0][0], pair[1][0]);
        assert!(apart(mapped, modelled) <= 4, "{lean}: {mapped:?} as {modelled:?}");
        assert!(apart(mapped, flat) >= 6, "{lean} is seen: {mapped:?} beside {flat:?}");
    }
}

#[test]
fn metal_and_roughness_are_seen_from_numbers_and_from_a_picture() {
    if !can_draw() {
        return;
    }
    let gold = [1.0, 0.7, 0.3, 1.0];
    let material = |metallic, roughness| Material { base_color: gold, metallic, roughness, ..Material::default() };
    // Roughness in green, metal in blue.
    let told = Material { metal_rough_texture: Some(picture(1, &[[0, 77, 255, 255]])), ..material(1.0, 1.0) };
    let seen = seen(vec![one(material(0.0, 0.6)), one(material(0.0, 0.61)), one(material(1.0, 77.0 / 255.0)), one(told)]);
    assert!(apart(seen[0][0], seen[1][0]) <= 2, "the plain material is one of them: {:?} {:?}", seen[0][0], seen[1][0]);
    assert!(apart(seen[0][0], seen[2][0]) > 15, "metal is another thing: {:?} {:?}", seen[0][0], seen[2][0]);
    assert!(apart(seen[2][0], seen[3][0]) <= 2, "from a picture as from numbers: {:?} {:?}", seen[2][0], seen[3][0]);
}

#[test]
fn the_last_of_two_hundred_and_fifty_joints_moves_its_mesh() {
    if !can_draw() {
        return;
    }
    let mut rig = Rig::canonical();
    while rig.len() < 250 {
        let joint = rig.len();
        rig.push(&format!("helper_{joint}"), Some(Joint::Head as usize), Vec3::ZERO, Quat::IDENTITY);
    }
    let shown = |turn: f32| {
        let blue = Material { double_sided: true, ..unlit([0.0, 0.0, 1.0, 1.0]) };
        let character = Character::new(Mapping::of(&rig).expect("a human"), vec![card(blue, 249, Vec3::Z)]);
        let mut shown = Shown::alone(Pose::REST, Figure::Mannequin);
        shown.actors[0].pose.local[Joint::Head as usize] = Quat::from_rotation_y(turn);
        shown.actors[0].character = CharacterHandle(Some(Arc::new(character)));
        shown
    };
    // Turned by a right angle it is seen by its edge.
    let seen = seen(vec![shown(0.0), shown(PI / 2.0)]);
    assert_eq!(seen[0], [[0, 0, 255]; 4]);
    assert!(seen[1].iter().all(|color| color[2] < 200), "{:?}", seen[1]);
}
