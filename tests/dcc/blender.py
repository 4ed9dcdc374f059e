"""Imports exported files into Blender and compares every joint with the features of the same motion.

    python blender.py clip.npy clip.glb clip-unreal.glb clip.bvh clip.fbx ...
    python blender.py --against own.glb own.fbx own.usdz ...          the same character in files of other kinds: meshes alone
    python blender.py --actions 2 both.fbx both.glb                   files of several animations

Run by `run.sh` with PyPI's `bpy` (Blender as a Python module). The features say where the joints are: [frames, 272] at 30 fps,
metres, Y up, first frame at the origin facing +Z. A file passes when it imports as an armature whose rest pose is an upright
T-pose of our size, whose joints are within a millimetre of the features in every frame, and which lasts as long; a GLB's mesh has to
follow its skeleton. The name says what a file cannot: `-m` a BVH in metres, `-24` or `-60` another rate, `-skeleton` no mesh,
`-animation` no skeleton to bind to, which Blender shows as one empty a joint, `-rootyes` and `-rootno` a ground bone or none whatever
the names usually have, `-inplace` a root that keeps its x and z. An FBX file is read by both importers that Blender has, the add-on and the
one that is built in; the mesh of FBX and
USD files has to be where that of the GLB file of the same name is, where there is one. No importer may have anything to say about a file.
"""

import contextlib
import math
import os
import re
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils.kdtree import KDTree
from expected import FPS, HEAD, HEAD_HEIGHT_M, JOINTS, LEFT_ANKLE, NAMES, TOE_HEIGHT_M, TOES, TOLERANCE_M, WRISTS, at_origin, features_to_positions, marks, prefix_of, rate_of
from table import Table


def y_up(vector):
    return [vector.x, vector.z, -vector.y]


def importers(path):
    return ["add-on", "built-in"] if path.suffix == ".fbx" else [""]


@contextlib.contextmanager
def nothing_said():
    """Fails where an importer, in Python or in C++, warns of something."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    with tempfile.TemporaryFile() as said:
        try:
            for output in (1, 2):
                os.dup2(said.fileno(), output)
            yield
        finally:
            sys.stdout.flush()
            for output, was in zip((1, 2), kept):
                os.dup2(was, output)
                os.close(was)
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
    warnings = [line for line in lines if re.search("warn|error|fail|could not|cannot", line, re.IGNORECASE)]
    assert not warnings, f"it says {warnings[:3]}"


def load(path, importer=""):
    """Imports a file into an empty scene and returns its armature."""
    with nothing_said():
        open_file(path, importer)
    armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    wanted = 0 if "animation" in marks(path) and path.suffix == ".glb" else 1
    assert len(armatures) == wanted, f"{len(armatures)} armatures"
    return armatures[0] if armatures else None


def open_file(path, importer):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = FPS
    if path.suffix == ".bvh":
        scale = 1.0 if "m" in marks(path) else 0.01
        bpy.ops.import_anim.bvh(filepath=str(path), global_scale=scale, update_scene_fps=True, update_scene_duration=True)
    elif path.suffix in (".usda", ".usdz"):
        # The importer makes a frame of each time code and leaves the scene's rate alone.
        bpy.context.scene.render.fps = rate_of(path)
        bpy.ops.wm.usd_import(filepath=str(path))
    elif importer == "add-on":
        bpy.ops.import_scene.fbx(filepath=str(path))
    elif importer == "built-in":
        bpy.ops.wm.fbx_import(filepath=str(path))
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))


def bones(path, armature):
    """The names of our joints, in our order: the armature's bones, or plain objects where there is none."""
    present = {bone.name for bone in (armature.data.bones if armature else bpy.data.objects)}
    for style, names in NAMES.items():
        names = [prefix_of(path, style) + name for name in names.split()]
        if present.issuperset(names):
            usual = style == "unreal"
            has_ground = "rootyes" in marks(path) or (usual and "rootno" not in marks(path))
            assert has_ground == ("root" in present), f"a ground bone: {not has_ground}"
            assert len(present) >= JOINTS + has_ground
            return names
    raise AssertionError(f"no known names: {sorted(present)}")


def check_rest(armature, names):
    """The rest pose is an upright T-pose of a person's size, on the floor, facing forward."""
    rest = np.array([y_up(armature.matrix_world @ armature.data.bones[name].head_local) for name in names])
    # In Blender a character faces -Y, which is our +Z.
    assert abs(rest[HEAD][1] - HEAD_HEIGHT_M) < TOLERANCE_M, f"not upright or not of our size: head at {rest[HEAD]}"
    assert np.ptp(rest[list(TOES), 1]) < TOLERANCE_M and abs(rest[TOES[0]][1] - TOE_HEIGHT_M) < TOLERANCE_M, f"toes at {rest[TOES[0]]}"
    assert rest[TOES[0]][2] - rest[LEFT_ANKLE][2] > 0.08, "toes do not point forward"
    arms = rest[16:22]
    assert np.ptp(arms[:, 1]) < 0.02 and rest[WRISTS[0]][0] > 0.6 > -0.6 > rest[WRISTS[1]][0], f"no T-pose: {arms}"


def posed_mesh(thing):
    """Where the vertices of a mesh are in the frame that is shown, metres [vertices, 3]."""
    mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    vertices = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", vertices)
    return vertices.reshape(-1, 3) @ np.array(thing.matrix_world.to_3x3()).T + np.array(thing.matrix_world.translation)


def skinned(armature):
    return [thing for thing in bpy.data.objects if thing.type == "MESH" and thing.find_armature() == armature]


def check_mesh(armature):
    """Every vertex of the posed mesh is near to some bone: what is skinned wrongly is left behind or torn away."""
    meshes = skinned(armature)
    for thing in meshes:
        mesh, vertices = thing.data, posed_mesh(thing)
        joints = np.array([armature.matrix_world @ bone.head for bone in armature.pose.bones])
        nearest = np.min(np.linalg.norm(vertices[::20, None] - joints[None], axis=2), axis=1)
        assert nearest.max() < 0.35, f"a vertex is {nearest.max():.2f} m from any joint"
        assert mesh.color_attributes, "the mesh has no colours"
    return len(meshes)


def mesh_at(path, importer, seconds):
    """The vertices of a file's meshes at some times [times, vertices, 3]."""
    armature = load(path, importer)
    start, fps = armature.animation_data.action.frame_range[0], bpy.context.scene.render.fps / bpy.context.scene.render.fps_base
    shown = []
    for second in seconds:
        frame = start + second * fps
        bpy.context.scene.frame_set(int(frame + 1e-3))
        shown.append(np.concatenate([posed_mesh(thing) for thing in skinned(armature)]))
    return np.array(shown)


def mesh_apart(path, importer, glb):
    """How far the vertices are from those of a GLB file of the same motion, metres, at five times: each from the nearest of a mesh that other
    programs may have divided otherwise."""
    seconds = [0.0, 0.5, 1.0, 1.5, 2.0]
    found, expected = mesh_at(path, importer, seconds), mesh_at(glb, "", seconds)
    if found.shape == expected.shape:
        apart = np.linalg.norm(found - expected, axis=2).max()
        if apart <= TOLERANCE_M:
            return apart
    trees = [KDTree(len(vertices)) for vertices in expected]
    for tree, vertices in zip(trees, expected):
        for index, vertex in enumerate(vertices):
            tree.insert(vertex, index)
        tree.balance()
    apart = max(tree.find(vertex)[2] for tree, vertices in zip(trees, found) for vertex in vertices)
    assert apart <= TOLERANCE_M, f"the mesh is {apart * 1000:.2f} mm from that of {glb.name}"
    return apart


def check_against_glb(path, importer):
    glb = path.with_suffix(".glb")
    if path.suffix not in (".fbx", ".usda") or not glb.exists() or {"skeleton", "animation"} & set(marks(path)):
        return None
    return mesh_apart(path, importer, glb)


def check(path, importer, expected):
    armature = load(path, importer)
    names = bones(path, armature)
    if armature:
        check_rest(armature, names)
    animated = armature or bpy.data.objects[names[0]]
    start, end = animated.animation_data.action.frame_range
    fps = bpy.context.scene.render.fps / bpy.context.scene.render.fps_base
    # A BVH file's frame time is rounded to a microsecond.
    fps = round(fps, 1)
    seconds = (end - start) / fps
    # A file at another rate ends at its last frame that lies inside the motion.
    rate = rate_of(path)
    wanted_seconds = math.floor((len(expected) - 1) * rate / FPS) / rate
    assert abs(seconds - wanted_seconds) < 0.002, f"{seconds:.3f} s instead of {wanted_seconds:.3f} s"
    if "inplace" in marks(path):
        expected = expected - (expected[:, :1] - expected[0, 0]) * [1.0, 0.0, 1.0]
    # Files at another rate are compared where their frames meet ours.
    step = FPS // math.gcd(FPS, rate)
    found, wanted, meshes = [], [], 0
    for index in range(0, len(expected), step):
        frame = start + index * fps / FPS
        if frame > end + 0.01:
            break
        bpy.context.scene.frame_set(int(frame), subframe=frame - int(frame))
        if armature:
            found.append([y_up(armature.matrix_world @ armature.pose.bones[name].head) for name in names])
        else:
            found.append([y_up(bpy.data.objects[name].matrix_world.translation) for name in names])
        wanted.append(expected[index])
        if armature and index % (25 * step) == 0:
            meshes = check_mesh(armature)
    found, wanted = at_origin(np.array(found)), at_origin(np.array(wanted))
    apart = np.linalg.norm(found - wanted, axis=2)
    frame, joint = np.unravel_index(apart.argmax(), apart.shape)
    print(f"{path.name}: {importer} {len(found)} frames, {seconds:.2f} s, {meshes} mesh, largest difference {apart.max() * 1000:.3f} mm"
          f" ({names[joint]}, frame {frame})")
    assert apart.max() <= TOLERANCE_M, f"{apart.max() * 1000:.2f} mm apart"
    assert not path.suffix == ".bvh" or abs(fps - rate) < 0.05, f"{fps} frames a second"
    if path.suffix != ".bvh":
        assert meshes == (0 if {"skeleton", "animation"} & set(marks(path)) else 1), f"{meshes} meshes"
    return apart.max(), check_against_glb(path, importer)


def check_actions(path, importer, count):
    load(path, importer)
    lengths = [action.frame_range[1] - action.frame_range[0] for action in bpy.data.actions]
    assert len(lengths) == count and len(set(lengths)) == count, f"actions of {lengths} frames"
    return None, None


def main():
    first, *paths = sys.argv[1:]
    if first == "--actions":
        count, *paths = paths
        run = lambda path, importer: check_actions(path, importer, int(count))
    elif first == "--against":
        glb, *paths = paths
        run = lambda path, importer: (None, mesh_apart(path, importer, Path(glb)))
    else:
        expected = features_to_positions(np.load(first).astype(np.float64))
        run = lambda path, importer: check(path, importer, expected)
    what = {"--actions": ", several animations", "--against": ", a user's character"}.get(first, "")
    table = Table()
    for path, importer in [(path, importer) for path in map(Path, paths) for importer in importers(path)]:
        reader = f"Blender {bpy.app.version_string}: {path.suffix[1:]} {importer}".strip() + what
        try:
            table.add(reader, *run(path, importer))
        except (AssertionError, RuntimeError) as error:
            table.add(reader, failed=True)
            print(f"{path.name}: {importer} FAILED: {error}", flush=True)
    table.print()
    sys.exit(1 if table.failed() else 0)


if __name__ == "__main__":
    main()
