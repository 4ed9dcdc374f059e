"""The weights of BlazePose from the wheel of mediapipe 0.10.14, under names of their place in the network.

    python pack_blazepose.py MEDIAPIPE_WHEEL_UNPACKED models/blazepose

Needs `tflite` and `safetensors` beside numpy. The files of the wheel are graphs with float16 weights, some of them sparse. What is
written: float16, dense, pointwise and full convolutions as matrices [kernel height · kernel width · in, out], depthwise ones as
[kernel height · kernel width, channels]. The segmentation of the landmark network is left out.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import tflite
from safetensors.numpy import save_file

NOTICE = """This folder holds the weights of BlazePose (pose detection and the full pose landmark model) of MediaPipe 0.10.14 by the MediaPipe
Authors (https://github.com/google/mediapipe). Licensed under the Apache License 2.0, see LICENSE.

Changed: the weights are stored as safetensors under other names, sparse ones as dense ones, and the segmentation is left out.
"""
KINDS = {0: np.float32, 1: np.float16, 2: np.int32}
SPARSE = 1


def backbone(blocks, skips):
    """Layer names in the order of the graph. `skips` are the blocks whose input goes sideways too; that comes behind the expansion."""
    names = ["stem"]
    for block in range(blocks):
        names += [f"blocks.{block}.expand"] if block else []
        names += [f"skips.{skips[block]}.{part}" for part in ("depthwise", "pointwise")] if block in skips else []
        names += [f"blocks.{block}.depthwise"] + ([f"blocks.{block}.project"] if block < blocks - 1 else [])
    return names


def pairs(prefix, count):
    return [f"{prefix}.{i}.{part}" for i in range(count) for part in ("depthwise", "pointwise")]


def detector_names():
    names = backbone(16, {5: 28, 11: 14})
    names += ["lateral.14"] + pairs("refine.14", 2) + ["lateral.28"] + pairs("refine.28", 2)
    heads = [(size, what, part) for size in (28, 14, 7) for what in ("scores", "boxes") for part in ("depthwise", "pointwise")]
    return names + [f"heads.{size}.{what}.{part}" for size, what, part in heads]


def landmark_names():
    names = backbone(16, {1: 128, 3: 64, 5: 32, 11: 16})
    segmentation = pairs("segmentation", 5) + ["segmentation.mask"]
    names += ["top.depthwise", "top.pointwise"] + segmentation + ["heatmaps", "trunk.0.depthwise", "trunk.0.pointwise"]
    return names + pairs("trunk", 12)[2:] + ["landmarks", "world", "presence"]


def dense(tensor, values):
    """The values of a tensor whose last dimension may be stored as compressed rows."""
    shape, sparsity = tensor.ShapeAsNumpy(), tensor.Sparsity()
    if sparsity is None:
        return values.reshape(shape)
    formats = [sparsity.DimMetadata(i).Format() for i in range(sparsity.DimMetadataLength())]
    assert formats == [0, 0, 0, SPARSE] and sparsity.BlockMapLength() == 0, formats
    rows = sparsity.DimMetadata(3)

    def numbers(kind, union):
        vector = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}[kind]()
        vector.Init(union.Bytes, union.Pos)
        return vector.ValuesAsNumpy()

    ends = numbers(rows.ArraySegmentsType(), rows.ArraySegments())
    columns = numbers(rows.ArrayIndicesType(), rows.ArrayIndices())
    whole = np.zeros((int(np.prod(shape[:3])), shape[3]), values.dtype)
    for row in range(len(whole)):
        entries = slice(ends[row], ends[row + 1])
        whole[row, columns[entries]] = values[entries]
    return whole.reshape(shape)


def weights(path, names, left_out):
    model = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
    graph = model.Subgraphs(0)
    operators = {value: name for name, value in vars(tflite.BuiltinOperator).items() if not name.startswith("_")}
    constants = {}
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength() and tensor.Type() in KINDS:
            constants[index] = dense(tensor, buffer.DataAsNumpy().view(KINDS[tensor.Type()]))
    packed, names = {}, iter(names)
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        kind = operators[model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()]
        inputs, outputs = operator.InputsAsNumpy(), operator.OutputsAsNumpy()
        if kind in ("DEQUANTIZE", "DENSIFY"):
            constants[outputs[0]] = constants[inputs[0]]
        if kind not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            continue
        name, weight, bias = next(names), constants[inputs[1]], constants[inputs[2]]
        if name.startswith(left_out):
            continue
        assert (kind == "DEPTHWISE_CONV_2D") == name.endswith("depthwise"), name
        if kind == "DEPTHWISE_CONV_2D":
            weight = weight.reshape(-1, weight.shape[3])
        else:
            weight = weight.reshape(len(weight), -1).T
        packed[f"{name}.weight"] = np.ascontiguousarray(weight.astype(np.float16))
        packed[f"{name}.bias"] = bias.astype(np.float16)
    assert next(names, None) is None
    return packed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    arguments.target.mkdir(parents=True, exist_ok=True)
    modules = arguments.wheel / "mediapipe" / "modules"
    detector = weights(modules / "pose_detection" / "pose_detection.tflite", detector_names(), ("segmentation",))
    landmarks = weights(modules / "pose_landmark" / "pose_landmark_full.tflite", landmark_names(), ("segmentation", "skips.128"))
    save_file(detector, arguments.target / "pose_detection.safetensors")
    save_file(landmarks, arguments.target / "pose_landmark_full.safetensors")
    shutil.copy(next(arguments.wheel.glob("mediapipe-*.dist-info/LICENSE")), arguments.target / "LICENSE")
    (arguments.target / "NOTICE").write_text(NOTICE)
    for name, tensors in (("detection", detector), ("landmarks", landmarks)):
        print(f"{name}: {len(tensors)} tensors, {sum(tensor.size for tensor in tensors.values())} weights")


if __name__ == "__main__":
    main()
