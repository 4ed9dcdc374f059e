"""Imports a folder of Zoetrope's FBX files as animations of one skeleton. Not tried in Unreal itself.

Install: enable the plug-ins *Python Editor Script Plugin* and *Editor Scripting Utilities*, import one file by hand with its mesh, then run

    py "import_zoetrope.py" C:/exports /Game/Zoetrope /Game/Zoetrope/walk_Skeleton

in the output log: the folder with the files (written with `--for unreal`), where they go, and the skeleton that they are for. Root motion is
switched on for files whose name does not say `inplace`.
"""

import sys
from pathlib import Path

import unreal


def task(file, destination, skeleton):
    options = unreal.FbxImportUI()
    options.set_editor_property("import_mesh", False)
    options.set_editor_property("import_as_skeletal", True)
    options.set_editor_property("import_animations", True)
    options.set_editor_property("mesh_type_to_import", unreal.FBXImportType.FBXIT_ANIMATION)
    options.set_editor_property("automated_import_should_detect_type", False)
    options.set_editor_property("skeleton", skeleton)
    data = options.get_editor_property("anim_sequence_import_data")
    data.set_editor_property("use_default_sample_rate", False)
    data.set_editor_property("animation_length", unreal.FBXAnimationLengthImportType.FBXALIT_EXPORTED_TIME)
    made = unreal.AssetImportTask()
    made.set_editor_property("filename", str(file))
    made.set_editor_property("destination_path", destination)
    made.set_editor_property("automated", True)
    made.set_editor_property("replace_existing", True)
    made.set_editor_property("save", True)
    made.set_editor_property("options", options)
    return made


def main(folder, destination, skeleton_path):
    skeleton = unreal.load_asset(skeleton_path)
    if not isinstance(skeleton, unreal.Skeleton):
        unreal.log_error(f"{skeleton_path} is no skeleton: import one file with its mesh first")
        return
    tasks = [task(file, destination, skeleton) for file in sorted(Path(folder).glob("*.fbx"))]
    unreal.AssetToolsHelpers.get_asset_tools().import_asset_tasks(tasks)
    for done in tasks:
        for path in done.get_editor_property("imported_object_paths"):
            sequence = unreal.load_asset(path)
            if isinstance(sequence, unreal.AnimSequence):
                in_place = "inplace" in Path(done.get_editor_property("filename")).stem.lower()
                sequence.set_editor_property("enable_root_motion", not in_place)
                unreal.EditorAssetLibrary.save_loaded_asset(sequence)
    unreal.log(f"{len(tasks)} files of {folder}")


if len(sys.argv) == 4:
    main(*sys.argv[1:])
else:
    unreal.log_error("say the folder with the files, where they go in /Game, and the skeleton")
