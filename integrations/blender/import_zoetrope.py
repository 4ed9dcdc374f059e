"""Imports a file of Zoetrope into Blender and sets the scene's frame rate and range by it.

Install: nothing; from a terminal,

    blender --python import_zoetrope.py -- walk.fbx

or open it in Blender's text editor, name the file in FILE and press *Run Script*. An FBX or USD file brings its own rate. A GLB file has none
and is played at the scene's.
"""

import re
import sys

import bpy

FILE = ""


def load(path, scene):
    """Imports a file; the armatures that came with it."""
    before = set(bpy.data.objects)
    if path.lower().endswith(".fbx"):
        # It sets the scene's rate itself.
        bpy.ops.wm.fbx_import(filepath=path)
    elif path.lower().endswith((".usda", ".usdz")):
        # A package holds the text as it is, at its beginning.
        with open(path, "rb") as file:
            rate = re.search(rb"timeCodesPerSecond = ([\d.]+)", file.read(4096))
        scene.render.fps, scene.render.fps_base = round(float(rate.group(1))), 1.0
        bpy.ops.wm.usd_import(filepath=path)
    elif path.lower().endswith((".glb", ".gltf")):
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        sys.exit(f"{path}: export it as .fbx, .glb, .usda or .usdz; BVH comes in by File > Import > Motion Capture")
    return [thing for thing in set(bpy.data.objects) - before if thing.type == "ARMATURE"]


def main(path):
    scene = bpy.context.scene
    actions = [armature.animation_data.action for armature in load(path, scene) if armature.animation_data]
    first = round(min(action.frame_range[0] for action in actions if action))
    last = round(max(action.frame_range[1] for action in actions if action))
    scene.frame_start, scene.frame_end = first, last
    scene.frame_set(first)
    print(f"{path}: frames {first} to {last} at {scene.render.fps / scene.render.fps_base:g} a second")


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1] if "--" in sys.argv else FILE)
