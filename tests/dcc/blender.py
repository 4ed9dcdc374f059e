"""Imports exported files into Blender and compares every joint with the features of the same motion.

    python blender.py clip.npy clip.glb clip-unreal.glb clip.bvh clip.fbx ...
    python blender.py --against own.glb figure.fbx own.fbx own.usdz ...   a user's character in files of other kinds: meshes alone
    python blender.py --actions 2 both.fbx both.glb                       files of several animations
    python blender.py --script import_zoetrope.py clip.fbx clip.usdz ...   the script of `integrations` on files of 3 s

Run by `run.sh` with PyPI's `bpy` (Blender as a Python module). The features say where the joints are: [frames, 272] at 30 fps,
metres, Y up, first frame at the origin facing +Z. A file passes when it imports as an armature whose rest pose is an upright
T-pose of our size, whose joints are within a millimetre of the features in every frame, and which lasts as long; a GLB's mesh has to
follow its skeleton. The name says what a file cannot: `-m` a BVH in metres, `-24` or `-60` another rate, `-skeleton` no mesh,
`-animation` no skeleton to bind to, which Blender shows as one empty a joint, `-rootyes` and `-rootno` a ground bone or none whatever
the names usually have, `-inplace` a root that keeps its x and z. An FBX file is read by both importers that Blender has, the add-on and the
one that is built in. The mesh of FBX and USD files has to be where that of the GLB file of the same name is, where there is one. No importer
may complain of a file.
"""

import contextlib
import functools
import math
import os
import re
import runpy
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils.kdtree import KDTree
from expected import FPS, HEAD, HEAD_HEIGHT_M, JOINTS, LEFT_ANKLE, TOE_HEIGHT_M, TOES, TOLERANCE_M, WRISTS
from expected import features_to_positions, in_place, largest_distance, marks, our_names, rate_of, shared_frames
from table import Table


def y_up(vector):
    return [vector.x, vector.z, -vector.y]


def importers(path):
    return ["add-on", "built-in"] if path.suffix == ".fbx" else [""]


def complaints(path, importer):
    """What an importer, in Python or in C++, complains of while it reads a file into an empty scene."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    with tempfile.TemporaryFile() as said:
        try:
            for output in (1, 2):
                os.dup2(said.fileno(), output)
            open_file(path, importer)
        finally:
            sys.stdout.flush()
            for output, was in zip((1, 2), kept):
                os.dup2(was, output)
                os.close(was)
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
    return [line for line in lines if re.search("warn|error|fail|could not|cannot", line, re.IGNORECASE)]


def load(path, importer="", known=()):
    """Imports a file into an empty scene and returns its armature. No importer may say more of it than what is known."""
    said = [line for line in complaints(path, importer) if line not in known]
    assert not said, f"it says {said[:3]}"
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
    style, names = our_names(present, "_" if path.suffix in (".usda", ".usdz") else ":")
    has_ground = "rootyes" in marks(path) or (style == "unreal" and "rootno" not in marks(path))
    assert has_ground == ("root" in present), f"a ground bone: {not has_ground}"
    assert len(present) >= JOINTS + has_ground
    return names


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
    for thing in skinned(armature):
        vertices = posed_mesh(thing)
        joints = np.array([armature.matrix_world @ bone.head for bone in armature.pose.bones])
        nearest = np.min(np.linalg.norm(vertices[::20, None] - joints[None], axis=2), axis=1)
        assert nearest.max() < 0.35, f"a vertex is {nearest.max():.2f} m from any joint"
        assert thing.data.color_attributes, "the mesh has no colours"


def scene_fps():
    # A BVH file's frame time is rounded to a microsecond.
    return round(bpy.context.scene.render.fps / bpy.context.scene.render.fps_base, 1)


def meshes_shown(path, armature):
    """The vertices of the armature's meshes in five frames, from the first to the last, in which the file has keys [frames, vertices, 3]."""
    start, end = armature.animation_data.action.frame_range
    frames = shared_frames(rate_of(path), round((end - start) / scene_fps() * FPS) + 1)
    shown = []
    for index in [frames[quarter * (len(frames) - 1) // 4] for quarter in range(5)]:
        bpy.context.scene.frame_set(round(start + index * scene_fps() / FPS))
        shown.append(np.concatenate([posed_mesh(thing) for thing in skinned(armature)]))
    return np.array(shown)


@functools.cache
def meshes_of(glb):
    """The meshes of a GLB file, which others are compared with."""
    return meshes_shown(glb, load(glb))


def mesh_apart(found, glb):
    """How far vertices are from those of a GLB file of the same motion, metres: each from the nearest of a mesh that other programs may have
    divided otherwise."""
    expected = meshes_of(glb)
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


def check(path, importer, expected):
    """How far joints and vertices are from where they should be."""
    armature = load(path, importer)
    names = bones(path, armature)
    if armature:
        check_rest(armature, names)
    animated = armature or bpy.data.objects[names[0]]
    start, end = animated.animation_data.action.frame_range
    fps, rate = scene_fps(), rate_of(path)
    frames = shared_frames(rate, len(expected))
    # A file at another rate ends at its last frame that lies inside the motion.
    wanted_seconds = ((len(expected) - 1) * rate // FPS) / rate
    assert abs((end - start) / fps - wanted_seconds) < 0.002, f"{(end - start) / fps:.3f} s instead of {wanted_seconds:.3f} s"
    assert path.suffix != ".bvh" or abs(fps - rate) < 0.05, f"{fps} frames a second"
    meshes = skinned(armature) if armature else []
    bare = path.suffix == ".bvh" or {"skeleton", "animation"} & set(marks(path))
    assert len(meshes) == (0 if bare else 1), f"{len(meshes)} meshes"
    # Nothing is skinned that is not looked at.
    for thing in meshes:
        thing.hide_viewport = True
    found = []
    for index in frames:
        frame = start + index * fps / FPS
        bpy.context.scene.frame_set(int(frame + 1e-4), subframe=max(0.0, frame - int(frame + 1e-4)))
        if armature:
            found.append([y_up(armature.matrix_world @ armature.pose.bones[name].head) for name in names])
        else:
            found.append([y_up(bpy.data.objects[name].matrix_world.translation) for name in names])
    apart_m = largest_distance(found, in_place(path, expected)[frames])
    for thing in meshes:
        thing.hide_viewport = False
    if not meshes:
        return [apart_m]
    bpy.context.scene.frame_set(int(end))
    check_mesh(armature)
    glb = path.with_suffix(".glb")
    if path == glb or not glb.exists():
        return [apart_m]
    return [apart_m, mesh_apart(meshes_shown(path, armature), glb)]


def check_script(script, path):
    """The import script sets the scene's range by the file and, where that has one, the rate."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = FPS
    script["main"](str(path))
    rate, scene = rate_of(path), bpy.context.scene
    shown = (scene_fps(), scene.frame_end - scene.frame_start)
    # A GLB file is played at the scene's own rate.
    expected = (FPS, 3 * FPS) if path.suffix == ".glb" else (rate, 3 * rate)
    assert shown == expected, f"rate and frames {shown} instead of {expected}"
    return []


def check_own(path, importer, glb, own):
    """How far the mesh of a user's character is from that of its GLB. What is said of the user's own FBX may be said of its copy."""
    known = ()
    # The add-on reads no text.
    with contextlib.suppress(RuntimeError):
        known = complaints(own, importer) if path.suffix == own.suffix else ()
    return mesh_apart(meshes_shown(path, load(path, importer, known)), glb)


def check_actions(path, importer, count):
    load(path, importer)
    lengths = [action.frame_range[1] - action.frame_range[0] for action in bpy.data.actions]
    assert len(lengths) == count and len(set(lengths)) == count, f"actions of {lengths} frames"
    return []


def main():
    first, *paths = sys.argv[1:]
    if first == "--actions":
        count, *paths = paths
        what, run = ", several animations", lambda path, importer: check_actions(path, importer, int(count))
    elif first == "--script":
        script, *paths = paths
        script = runpy.run_path(script)
        what, run = ", the import script", lambda path, importer: check_script(script, path)
    elif first == "--against":
        glb, own, *paths = map(Path, paths)
        what, run = f", a user's {own.name}", lambda path, importer: [None, check_own(path, importer, glb, own)]
    else:
        expected = features_to_positions(np.load(first).astype(np.float64))
        what, run = "", lambda path, importer: check(path, importer, expected)
    table = Table()
    both = (lambda path: [""]) if first == "--script" else importers
    for path, importer in [(path, importer) for path in map(Path, paths) for importer in both(path)]:
        reader = f"Blender {bpy.app.version_string}: {path.suffix[1:]} {importer}".strip() + what
        with table.tried(reader, path.name) as apart_m:
            apart_m += run(path, importer)
    table.end()


if __name__ == "__main__":
    main()
