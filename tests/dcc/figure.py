"""A character as a user of Blender would bring it: another rest pose, bones rolled otherwise, a texture, exported as FBX by Blender.

    python figure.py clip-mixamo.glb figure.fbx
"""

import math
import sys

import bpy

source, target = sys.argv[1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.import_scene.gltf(filepath=source)
for action in list(bpy.data.actions):
    bpy.data.actions.remove(action)
armature = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
armature.animation_data_clear()
mesh = next(thing for thing in bpy.data.objects if thing.type == "MESH" and thing.find_armature() == armature)
for thing in [thing for thing in bpy.data.objects if thing not in (armature, mesh)]:
    bpy.data.objects.remove(thing)

# Arms hang: the pose becomes the rest pose, of mesh and skeleton.
bpy.context.view_layer.objects.active = armature
bpy.ops.object.mode_set(mode="POSE")
for pose_bone in armature.pose.bones:
    pose_bone.matrix_basis.identity()
    if pose_bone.name.endswith(("LeftArm", "RightArm")):
        pose_bone.rotation_mode = "XYZ"
        pose_bone.rotation_euler = (0.0, 0.0, math.radians(-40 if "Left" in pose_bone.name else 40))
bpy.context.view_layer.update()
bpy.ops.object.mode_set(mode="OBJECT")
bpy.context.view_layer.objects.active = mesh
modifier = next(modifier for modifier in mesh.modifiers if modifier.type == "ARMATURE")
bpy.ops.object.modifier_apply(modifier=modifier.name)
bpy.context.view_layer.objects.active = armature
bpy.ops.object.mode_set(mode="POSE")
bpy.ops.pose.armature_apply()
bpy.ops.object.mode_set(mode="EDIT")
for place, bone in enumerate(armature.data.edit_bones):
    bone.roll += 0.3 * place
bpy.ops.object.mode_set(mode="OBJECT")
modifier = mesh.modifiers.new("Armature", "ARMATURE")
modifier.object = armature

# A texture over all of it.
picture = bpy.data.images.new("cloth", 64, 64)
picture.pixels = [channel for y in range(64) for x in range(64) for channel in (x / 64, y / 64, 0.3, 1.0)]
picture.pack()
if not mesh.data.uv_layers:
    layer = mesh.data.uv_layers.new(name="UV")
    for loop in mesh.data.loops:
        vertex = mesh.data.vertices[loop.vertex_index].co
        layer.data[loop.index].uv = (vertex.x, vertex.y)
material = bpy.data.materials.new("Cloth")
material.use_nodes = True
nodes = material.node_tree.nodes
image = nodes.new("ShaderNodeTexImage")
image.image = picture
material.node_tree.links.new(nodes["Principled BSDF"].inputs["Base Color"], image.outputs["Color"])
mesh.data.materials.clear()
mesh.data.materials.append(material)
bpy.ops.export_scene.fbx(filepath=target, add_leaf_bones=True, bake_anim=False, path_mode="COPY", embed_textures=True, object_types={"ARMATURE", "MESH"})
