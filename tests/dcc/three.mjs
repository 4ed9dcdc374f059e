// The guide's steps for three.js: loads files with GLTFLoader and FBXLoader, plays the animation with an AnimationMixer, and compares every
// joint in every frame with where it should be; of a file without a character, on the character of another file.
//
//     node three.mjs PLACES.json clip.glb clip.fbx ...          copied into a folder with three
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import * as THREE from 'three';
import { FBXLoader } from 'three/addons/loaders/FBXLoader.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';

// Pictures are of no interest here, and node has none.
globalThis.self ??= globalThis;
globalThis.window ??= globalThis;
const said = [];
for (const kind of ['warn', 'error']) console[kind] = (...words) => said.push(words.join(' '));

const FPS = 30;
const { names, places } = JSON.parse(await readFile(process.argv[2], 'utf8'));

async function open(path) {
    const bytes = await readFile(path);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    if (extname(path) === '.fbx') {
        const group = new FBXLoader().parse(buffer, '');
        return { scene: group, animations: group.animations, unit: 0.01 };
    }
    const gltf = await new GLTFLoader().parseAsync(buffer, '');
    return { scene: gltf.scene, animations: gltf.animations, unit: 1 };
}

// three.js takes out of names what its paths of tracks cannot have.
const plain = (name) => THREE.PropertyBinding.sanitizeNodeName(name);

function joints(scene) {
    for (const [style, list] of Object.entries(names)) {
        const found = list.map((name) => scene.getObjectByName(plain((style === 'mixamo' ? 'mixamorig:' : '') + name)));
        if (found.every(Boolean)) return found;
    }
    throw new Error('no known joints');
}

// The hips of the first frame above the origin, along X.
function atOrigin(points) {
    const [from, left, right] = points[0];
    const across = left.clone().sub(right);
    const angle = Math.atan2(across.z, across.x);
    const up = new THREE.Vector3(0, 1, 0);
    return points.map((frame) => frame.map((point) => point.clone().sub(new THREE.Vector3(from.x, 0, from.z)).applyAxisAngle(up, angle)));
}

const rows = new Map();
const paths = process.argv.slice(3);
for (const path of paths) {
    const marks = basename(path, extname(path)).split('-').slice(1);
    const rate = Number(marks.find((mark) => /^\d+$/.test(mark)) ?? FPS);
    const row = `three.js r${THREE.REVISION}: ${extname(path).slice(1)}${marks.includes('animation') ? ', animation on another character' : ''}`;
    const [files, failed, worst] = rows.get(row) ?? [0, 0, 0];
    try {
        const { scene, animations, unit } = await open(path);
        // The animation alone plays on a character that is there already.
        const body = marks.includes('animation') ? (await open(path.replace('-animation', ''))).scene : scene;
        const mixer = new THREE.AnimationMixer(body);
        mixer.clipAction(animations[0]).play();
        const bones = joints(body);
        const step = FPS / gcd(FPS, rate);
        const found = [];
        const expected = [];
        for (let frame = 0; frame < places.length && frame / FPS <= animations[0].duration + 1e-4; frame += step) {
            mixer.setTime(Math.min(frame / FPS, animations[0].duration - 1e-6));
            body.updateMatrixWorld(true);
            found.push(bones.map((bone) => bone.getWorldPosition(new THREE.Vector3()).multiplyScalar(unit)));
            expected.push(places[frame].map((place) => new THREE.Vector3(...place)));
        }
        const ours = atOrigin(expected);
        let apart = 0;
        atOrigin(found).forEach((frame, at) => frame.forEach((point, joint) => (apart = Math.max(apart, point.distanceTo(ours[at][joint])))));
        const complaints = said.splice(0);
        if (apart > 0.001) throw new Error(`${(apart * 1000).toFixed(2)} mm apart`);
        if (complaints.length) throw new Error(`it says ${complaints[0]}`);
        rows.set(row, [files + 1, failed, Math.max(worst, apart)]);
    } catch (error) {
        said.splice(0);
        rows.set(row, [files + 1, failed + 1, worst]);
        console.log(`${basename(path)}: FAILED: ${error.message}`);
    }
}

function gcd(a, b) {
    return b ? gcd(b, a % b) : a;
}

let failures = 0;
for (const [row, [files, failed, worst]] of rows) {
    console.log(`= ${row}\t${files}\t${failed}\t${(worst * 1000).toFixed(3)}\t`);
    failures += failed;
}
process.exit(failures ? 1 : 0);
