"""Opens exported USD files with `usd-core` and compares every joint with the features of the same motion.

    python usd.py clip.npy clip.usda clip-unreal-60.usda ...
    python usd.py --valid own.usda own.usdz                    characters of others: what the validators say, and whether textures are there

Run by `run.sh`. A file passes when Pixar's own checker has nothing against it, its bind and rest poses agree, its joints are within a
millimetre of the features in every frame, and its vertices move with them. The name's marks say how it was written; see `blender.py`.
"""

import math
import sys
from pathlib import Path

import numpy as np
from expected import FPS, NAMES, TOLERANCE_M, at_origin, features_to_positions, marks, rate_of
from pxr import Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation
from table import Table


def joints_in_order(names):
    """The places of our joints among those of a file."""
    for style, ours in NAMES.items():
        prefix = "mixamorig:" if style == "mixamo" else ""
        ours = [prefix + name for name in ours.split()]
        if set(names).issuperset(ours):
            return [names.index(name) for name in ours]
    raise AssertionError(f"no known names: {names}")


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

    if "inplace" in marks(path):
        expected = expected - (expected[:, :1] - expected[0, 0]) * [1.0, 0.0, 1.0]
    order = joints_in_order(list(skeleton.GetJointNamesAttr().Get()))
    step = FPS // math.gcd(FPS, rate)
    ours = list(range(0, len(expected), step))
    ours = [index for index in ours if index * rate / FPS <= stage.GetEndTimeCode() + 1e-6]
    places = []
    for index in ours:
        transforms = query.ComputeJointSkelTransforms(index * rate / FPS)
        places.append([list(transforms[joint].ExtractTranslation()) for joint in order])
    apart = np.linalg.norm(at_origin(np.array(places)) - at_origin(expected[ours]), axis=2)
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
    print(f"{path.name}: {len(ours)} frames, {len(meshes)} mesh, largest difference {apart.max() * 1000:.3f} mm")
    assert apart.max() <= TOLERANCE_M, f"{apart.max() * 1000:.2f} mm apart"
    return apart.max()


def main():
    features, *paths = map(Path, sys.argv[1:])
    textures = str(features) == "--valid"
    expected = None if textures else features_to_positions(np.load(features).astype(np.float64))
    table = Table()
    for path in paths:
        what = ", textures" if textures else ""
        reader = f"usd-core {Usd.GetVersion()[1]}.{Usd.GetVersion()[2]:02}, validators: {path.suffix[1:]}{what}"
        try:
            table.add(reader, check_textures(path) if textures else check(path, expected))
        except AssertionError as error:
            table.add(reader, failed=True)
            print(f"{path.name}: FAILED: {error}")
    table.print()
    sys.exit(1 if table.failed() else 0)


if __name__ == "__main__":
    main()
