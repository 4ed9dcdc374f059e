// Loads a .vrma file with three-vrm's own loader, plays it on a humanoid of VRM's bones, and compares each bone with the .glb file of the
// same motion under SMPL's names.
//
//     node vrma.mjs CLIP.vrma CLIP.glb          copied into a folder with three, @pixiv/three-vrm, @pixiv/three-vrm-animation
import { readFile } from 'node:fs/promises';
import { VRMHumanoid } from '@pixiv/three-vrm';
import { VRMAnimationLoaderPlugin, createVRMAnimationHumanoidTracks } from '@pixiv/three-vrm-animation';
import * as THREE from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';

const SMPL = {
    hips: "Pelvis", leftUpperLeg: "L_Hip", rightUpperLeg: "R_Hip", spine: "Spine1", leftLowerLeg: "L_Knee", rightLowerLeg: "R_Knee",
    chest: "Spine2", leftFoot: "L_Ankle", rightFoot: "R_Ankle", upperChest: "Spine3", leftToes: "L_Foot", rightToes: "R_Foot",
    neck: "Neck", leftShoulder: "L_Collar", rightShoulder: "R_Collar", head: "Head", leftUpperArm: "L_Shoulder",
    rightUpperArm: "R_Shoulder", leftLowerArm: "L_Elbow", rightLowerArm: "R_Elbow", leftHand: "L_Wrist", rightHand: "R_Wrist",
};

async function open(path) {
    const loader = new GLTFLoader();
    loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
    const bytes = await readFile(path);
    return loader.parseAsync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), "");
}

const [vrma, glb] = await Promise.all(process.argv.slice(2, 4).map(open));
const animation = vrma.userData.vrmAnimations[0];
const bones = {};
for (const bone of Object.keys(SMPL)) {
    const node = new THREE.Object3D();
    node.name = bone;
    bones[bone] = { node };
}
bones.hips.node.position.y = 0.9;
for (const bone of Object.keys(SMPL)) if (bone !== "hips") bones.hips.node.add(bones[bone].node);
const humanoid = new VRMHumanoid(bones);
const played = createVRMAnimationHumanoidTracks(animation, humanoid, "1");

let worst = 0;
for (const [bone, name] of Object.entries(SMPL)) {
    const found = played.rotation.get(bone);
    const expected = glb.animations[0].tracks.find((track) => track.name === `${name}.quaternion`);
    if (!found || !expected || found.values.length !== expected.values.length) throw new Error(`${bone}: no track, or another length`);
    for (let at = 0; at < expected.values.length; at += 4) {
        let dot = 0;
        for (let i = 0; i < 4; i++) dot += found.values[at + i] * expected.values[at + i];
        worst = Math.max(worst, (2 * Math.acos(Math.min(1, Math.abs(dot))) * 180) / Math.PI);
    }
}
const moved = [...played.translation.keys()];
const failed = worst > 0.1 || moved.join() !== "hips" || played.rotation.size !== 22;
console.log(`= three-vrm: vrma\t1\t${Number(failed)}\t\t`);
console.log(`${failed ? "FAILED" : "three-vrm"}: ${played.rotation.size} bones turn, ${moved} moves, largest difference ${worst.toFixed(4)} degrees`);
if (failed) process.exit(1);
