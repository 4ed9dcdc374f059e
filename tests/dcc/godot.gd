# Loads the scene that Godot made of a GLB, plays its animation and prints where every joint is in every frame. Run by `godot.py`.
extends SceneTree


func _init():
	var arguments = OS.get_cmdline_args()
	var fps = float(arguments[arguments.size() - 1])
	var scene = load("res://clip.glb").instance()
	get_root().add_child(scene)
	var player = find(scene, "AnimationPlayer")
	var skeleton = find(scene, "Skeleton")
	var name = player.get_animation_list()[0]
	var length = player.get_animation(name).length
	var bones = []
	for bone in skeleton.get_bone_count():
		bones.append(skeleton.get_bone_name(bone))
	var frames = []
	var frame = 0
	while frame / fps <= length + 0.0001:
		player.play(name)
		player.seek(min(frame / fps, length), true)
		var places = []
		for bone in skeleton.get_bone_count():
			var at = skeleton.global_transform.xform(skeleton.get_bone_global_pose(bone).origin)
			places.append([at.x, at.y, at.z])
		frames.append(places)
		frame += 1
	print("PLACES ", to_json({"bones": bones, "frames": frames, "animation": name, "length": length}))
	quit()


func find(node, type):
	if node.is_class(type):
		return node
	for child in node.get_children():
		var found = find(child, type)
		if found:
			return found
	return null
