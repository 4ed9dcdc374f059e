//! Writing `.vrma`: the motion alone, on nodes that VRM's table of human bones names, for any VRM character.
//!
//! VRMC_vrm_animation 1.0 wants the rest pose to be a T-pose, which ours is, turns for all bones and a place for the hips alone.

use super::binary::Binary;
use super::write::{add_bones, animation, asset, pack};
use crate::formats::WriteOptions;
use crate::formats::bones;
use crate::formats::error::Fault;
use crate::motion::mapping::Mapping;
use crate::motion::rig::Rig;
use crate::motion::{Motion, NameStyle, REST_OFFSETS_M};
use gltf_json::{Animation, Root, Scene};
use serde_json::{Map, Value, json};

const EXTENSION: &str = "VRMC_vrm_animation";

/// What VRM calls our joints, in their order.
const HUMAN_BONES: [&str; 22] = [
    "hips",
    "leftUpperLeg",
    "rightUpperLeg",
    "spine",
    "leftLowerLeg",
    "rightLowerLeg",
    "chest",
    "leftFoot",
    "rightFoot",
    "upperChest",
    "leftToes",
    "rightToes",
    "neck",
    "leftShoulder",
    "rightShoulder",
    "head",
    "leftUpperArm",
    "rightUpperArm",
    "leftLowerArm",
    "rightLowerArm",
    "leftHand",
    "rightHand",
];

/// The bytes of a `.vrma` file of a motion.
pub(in crate::formats) fn encode_vrma(motion: &Motion, fps: f32, options: &WriteOptions) -> Result<Vec<u8>, Fault> {
    let clip = Mapping::shared(&Rig::canonical()).onto(motion).at_fps(fps);
    let mut bones = bones::ours(NameStyle::Smpl, false, &REST_OFFSETS_M);
    let mut human_bones = Map::new();
    for (node, bone) in bones.iter_mut().enumerate() {
        let Some(joint) = bone.joint else { continue };
        HUMAN_BONES[joint].clone_into(&mut bone.name);
        human_bones.insert(bone.name.clone(), json!({ "node": node }));
    }
    let (mut root, mut binary) = (Root::default(), Binary::default());
    root.asset = asset(options.provenance.as_ref());
    root.extensions_used.push(EXTENSION.to_owned());
    let nodes = add_bones(&mut root, &bones);
    let animation = animation(&mut root, &mut binary, &bones, &clip);
    root.push(Animation { name: Some(options.clip_name()), ..animation });
    root.scene = Some(root.push(Scene { name: Some("Scene".to_owned()), nodes, extensions: None, extras: None }));
    let about = json!({ "specVersion": "1.0", "humanoid": { "humanBones": Value::Object(human_bones) } });
    pack(root, binary, Some(json!({ EXTENSION: about })))
}
