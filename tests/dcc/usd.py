"""Opens exported USD files with `usd-core` and compares every joint with the features of the same motion.

    python usd.py clip.npy clip.usda clip-unreal-60.usda ...

Run by `run.sh`. A file passes when Pixar's own checker has nothing against it, its bind and rest poses agree, its joints are within a
millimetre of the features in every frame, and its vertices move with them. The name's marks say how it was written; see `blender.py`.
"""

import math
import sys
from pathlib import Path

import numpy as np
from expected import FPS, NAMES, TOLERANCE_M, at_origin, features_to_positions, marks, rate_of
from pxr import Usd, UsdGeom, UsdSkel, UsdValidation


def joints_in_order(names):
    """The places of our joints among those of a file."""
    for style, ours in NAMES.items():
        prefix = "mixamorig:" if style == "mixamo" else ""
        ours = [prefix + name for name in ours.split()]
        if set(names).issuperset(ours):
            return [names.index(name) for name in ours]
    raise AssertionError(f"no known names: {names}")


def check(path, expected):
    stage = Usd.Stage.Open(str(path))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert len(validators) > 10, f"{len(validators)} validators"
    found = [error.GetErrorAsString() for error in UsdValidation.ValidationContext(validators).Validate(stage)]
    assert not found, f"the validators say {found}"
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
    expected = features_to_positions(np.load(features).astype(np.float64))
    failed, apart = 0, []
    for path in paths:
        try:
            apart.append(check(path, expected))
        except AssertionError as error:
            failed += 1
            print(f"{path.name}: FAILED: {error}")
    print(f"{len(apart)} files agree, {failed} do not; joints differ by at most {max(apart, default=math.nan) * 1000:.4f} mm")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
