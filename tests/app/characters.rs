//! Several characters at once on the stage, each on its own rig.

use crate::window::can_draw;
use glam::{Quat, Vec3};
use std::sync::Arc;
use zoetrope::body::{BodyMesh, Character};
use zoetrope::motion::mapping::Mapping;
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Pose, REST_OFFSETS_M};
use zoetrope::stage::{CameraRig, Pictures};
use zoetrope::view::{Actor, CharacterHandle, Figure, Look, Shown, ViewAngle};

/// The mannequin's mesh in red on a rig of other axes, under a bone on the floor and with a plume: 24 joints in another order.
fn red_one() -> Character {
    let mannequin = Character::mannequin();
    let axes = |joint: usize| Quat::from_rotation_y(0.7 * joint as f32) * Quat::from_rotation_x(1.1 * joint as f32);
    let ours = mannequin.rig();
    let mut rig = Rig::default();
    rig.push("root", None, Vec3::ZERO, Quat::IDENTITY);
    for (joint, offset_m) in REST_OFFSETS_M.into_iter().enumerate() {
        let above = ours.parents()[joint].map_or(Quat::IDENTITY, axes);
        let parent = ours.parents()[joint].map_or(0, |parent| parent + 1);
        rig.push(&ours.names()[joint], Some(parent), above.inverse() * offset_m, above.inverse() * axes(joint));
    }
    rig.push("plume", Some(16), Vec3::Y * 0.2, Quat::IDENTITY);
    let mesh = mannequin.meshes()[0].clone();
    let mut material = mesh.material.clone();
    material.base_color = [1.0, 0.05, 0.05, 1.0];
    let joints = mesh.joints.iter().map(|joints| joints.map(|joint| joint + 1)).collect();
    Character::new(Mapping::of(&rig).expect("a human"), vec![BodyMesh { material, joints, ..mesh }])
}

#[test]
fn every_actor_has_its_own_character_and_takes_on_another_one_at_once() {
    if !can_draw() {
        return;
    }
    let red = CharacterHandle(Some(Arc::new(red_one())));
    let plain = CharacterHandle::default();
    let shown = |characters: [&CharacterHandle; 2]| {
        let actor = |(place, character): (usize, &CharacterHandle)| {
            let root_m = Pose::REST.root_m + Vec3::X * (1.0 - 2.0 * place as f32);
            Actor { pose: Pose { root_m, ..Pose::REST }, look: Look::Solid, character: character.clone() }
        };
        Shown { actors: characters.into_iter().enumerate().map(actor).collect(), ..Shown::alone(Pose::REST, Figure::Mannequin) }
    };
    // Four frames each: a stage takes one or two to show what is new on it.
    let pairs = [[&plain, &red], [&red, &plain], [&red, &red], [&plain, &plain], [&plain, &red]];
    let frames: Vec<Shown> = pairs.into_iter().flat_map(|characters| vec![shown(characters); 4]).collect();
    let pictures = Pictures::of(frames.into_iter(), CameraRig::new(ViewAngle::Front), (320, 240)).expect("a stage");
    let pictures: Vec<_> = pictures.map(|picture| picture.expect("a picture").pixels).collect();
    // The first actor stands to the character's left, which is the right half of the picture.
    let reds = |picture: usize| {
        let mut of_half = [0, 0];
        for (x, _, pixel) in pictures[4 * picture + 3].enumerate_pixels() {
            let [r, g, b, _] = pixel.0;
            of_half[usize::from(x < 160)] += usize::from(u16::from(r) > 2 * u16::from(g.max(b)) && r > 40);
        }
        of_half.map(|count| count > 100)
    };
    let seen: Vec<_> = (0..pairs.len()).map(reds).collect();
    assert_eq!(seen, [[false, true], [true, false], [true, true], [false, false], [false, true]]);
}

#[test]
fn a_character_on_a_foreign_rig_looks_as_the_mannequin_does_on_ours() {
    if !can_draw() {
        return;
    }
    let mut of_red = red_one().into_meshes().remove(0);
    of_red.material = Character::mannequin().meshes()[0].material.clone();
    let same = Character::new(red_one().mapping().clone(), vec![of_red]);
    let mut pose = Pose::REST;
    for (joint, local) in pose.local.iter_mut().enumerate() {
        *local = Quat::from_rotation_z(if joint == 16 { -1.0 } else { 0.05 }) * Quat::from_rotation_y(0.1);
    }
    let draw = |character: CharacterHandle| {
        let mut shown = Shown::alone(pose, Figure::Mannequin);
        shown.actors[0].character = character;
        let pictures = Pictures::of(vec![shown; 4].into_iter(), CameraRig::new(ViewAngle::ThreeQuarter), (320, 240)).expect("a stage");
        pictures.map(|picture| picture.expect("a picture").pixels).last().expect("a picture")
    };
    let (ours, theirs) = (draw(CharacterHandle::default()), draw(CharacterHandle(Some(Arc::new(same)))));
    let differing = ours.pixels().zip(theirs.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24)).count();
    assert!(differing < 60, "{differing} pixels differ");
}
