"""Opens exported USD files with `usd-core` and compares every joint with the features of the same motion.

    python usd.py clip.npy clip.usda clip-unreal-60.usda ...
    python usd.py --valid own.usda own.usdz                    characters of others: what the validators say, and whether textures are there

Run by `run.sh`. A file passes when Pixar's own checker has nothing against it, its bind and rest poses agree, its joints are within a
millimetre of the features in every frame, and its vertices move with them. The name's marks say how it was written; see `blender.py`.
"""

import sys
from pathlib import Path

import numpy as np
from expected import FPS, features_to_positions, in_place, largest_distance, marks, our_names, rate_of, shared_frames
from pxr import Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation
from table import Table


def valid_stage(path):
    """The stage of a file that the validators have nothing against."""
    stage = Usd.Stage.Open(str(path))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert len(validators) > 10, f"{len(validators)} validators"
    found = [error.GetErrorAsString() for error in UsdValidation.ValidationContext(validators).Validate(stage)]
    assert not found, f"the validators say {found}"
    return stage


def check_textures(path):
    stage = valid_stage(path)
    files = [shader.GetInput("file").Get() for shader in map(UsdShade.Shader, stage.Traverse()) if shader and shader.GetInput("file")]
    assert files and all(file.resolvedPath for file in files), f"textures {files}"


def check(path, expected):
    stage = valid_stage(path)
    rate = rate_of(path)
    assert (stage.GetTimeCodesPerSecond(), UsdGeom.GetStageUpAxis(stage), UsdGeom.GetStageMetersPerUnit(stage)) == (rate, "Y", 1.0)
    root = UsdSkel.Root(stage.GetDefaultPrim())
    cache = UsdSkel.Cache()
    cache.Populate(root, Usd.PrimDefaultPredicate)
    skeleton = UsdSkel.Skeleton(next(prim for prim in stage.Traverse() if prim.IsA(UsdSkel.Skeleton)))
    query = cache.GetSkelQuery(skeleton)
    valid, reason = UsdSkel.Topology(query.GetJointOrder()).Validate()
    assert valid, reason
    assert query.HasBindPose() and query.HasRestPose()
    rest = [np.array(matrix) for matrix in query.ComputeJointSkelTransforms(Usd.TimeCode.Default(), atRest=True)]
    binds = [np.array(matrix) for matrix in query.GetJointWorldBindTransforms()]
    assert np.abs(np.array(rest) - np.array(binds)).max() < 1e-4, "rest and bind differ"

    names = list(skeleton.GetJointNamesAttr().Get())
    order = [names.index(name) for name in our_names(names)[1]]
    frames = shared_frames(rate, len(expected))
    assert stage.GetEndTimeCode() == (len(expected) - 1) * rate // FPS, f"it ends at {stage.GetEndTimeCode()}"
    places = []
    for index in frames:
        transforms = query.ComputeJointSkelTransforms(index * rate / FPS)
        places.append([list(transforms[joint].ExtractTranslation()) for joint in order])
    apart_m = largest_distance(places, in_place(path, expected)[frames])
    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert len(meshes) == (0 if "skeleton" in marks(path) else 1), f"{len(meshes)} meshes"
    for prim in meshes:
        skinning = cache.GetSkinningQuery(prim)
        assert skinning and skinning.HasJointInfluences()
        points = UsdGeom.Mesh(prim).GetPointsAttr().Get()
        transforms = query.ComputeSkinningTransforms(stage.GetEndTimeCode())
        assert skinning.ComputeSkinnedPoints(transforms, points, stage.GetEndTimeCode())
        joints = np.array([list(m.ExtractTranslation()) for m in query.ComputeJointSkelTransforms(stage.GetEndTimeCode())])
        points = np.array(points)
        nearest = np.min(np.linalg.norm(points[::20, None] - joints[None], axis=2), axis=1)
        assert nearest.max() < 0.35, f"a vertex is {nearest.max():.2f} m from any joint"
        low, high = (np.array(corner) for corner in UsdGeom.Boundable(root.GetPrim()).GetExtentAttr().Get())
        assert (points >= low - 1e-3).all() and (points <= high + 1e-3).all(), "a vertex outside the extent"
    return apart_m


def main():
    features, *paths = map(Path, sys.argv[1:])
    only_valid = str(features) == "--valid"
    expected = None if only_valid else features_to_positions(np.load(features).astype(np.float64))
    table = Table()
    for path in paths:
        what = ", textures" if only_valid else ""
        with table.tried(f"usd-core {Usd.GetVersion()[1]}.{Usd.GetVersion()[2]:02}, validators: {path.suffix[1:]}{what}", path.name) as apart_m:
            if only_valid:
                check_textures(path)
            else:
                apart_m.append(check(path, expected))
    table.end()


if __name__ == "__main__":
    main()
