"""GGUF version 3, as far as this recipe needs it: f32, f16, q8_0 and q4_0 tensors, string and integer metadata.

Shapes are given in the usual order [rows, columns]; the file stores them reversed, as GGUF wants it.
"""

import struct
from pathlib import Path

import numpy as np

F32, F16, Q4_0, Q8_0 = 0, 1, 2, 8
BLOCK = 32  # weights that share one scale
BYTES_PER_BLOCK = {F32: 4 * BLOCK, F16: 2 * BLOCK, Q4_0: 2 + BLOCK // 2, Q8_0: 2 + BLOCK}
KIND_BY_NAME = {"f32": F32, "f16": F16, "q4_0": Q4_0, "q8_0": Q8_0}
ALIGNMENT = 32
UINT32, STRING = 4, 8  # metadata value types


def quantize(array, kind):
    """The bytes of `array` (last dimension a multiple of 32 for the quantized kinds)."""
    if kind in (F32, F16):
        return np.ascontiguousarray(array, np.float32 if kind == F32 else np.float16).tobytes()
    blocks = np.asarray(array, np.float32).reshape(-1, BLOCK)
    if kind == Q8_0:
        scale = np.abs(blocks).max(1, keepdims=True) / 127
        digits = np.rint(blocks * _reciprocal(scale)).astype(np.int8).view(np.uint8)
    else:
        # The extreme value maps to -8, the one digit without a positive twin.
        extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)
        scale = extreme / -8
        nibbles = np.minimum(15, (blocks * _reciprocal(scale) + 8.5).astype(np.uint8))
        digits = nibbles[:, : BLOCK // 2] | nibbles[:, BLOCK // 2 :] << 4
    return np.concatenate([scale.astype(np.float16).view(np.uint8), digits], 1).tobytes()


def dequantize(data, kind, shape):
    """The float32 array of `shape` behind the bytes `data`."""
    if kind in (F32, F16):
        return np.frombuffer(data, np.float32 if kind == F32 else np.float16).astype(np.float32).reshape(shape)
    blocks = np.frombuffer(data, np.uint8).reshape(-1, BYTES_PER_BLOCK[kind])
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    if kind == Q8_0:
        digits = blocks[:, 2:].view(np.int8).astype(np.float32)
    else:
        packed = blocks[:, 2:]
        digits = np.concatenate([packed & 15, packed >> 4], 1).astype(np.float32) - 8
    return (digits * scale).reshape(shape)


def write(path, tensors, metadata):
    """Writes `tensors` = {name: (array, kind)} and `metadata` = {key: str or int}."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += _string(key)
        head += struct.pack("<I", STRING) + _string(value) if isinstance(value, str) else struct.pack("<II", UINT32, value)
    body = b""
    for name, (array, kind) in tensors.items():
        head += _string(name) + struct.pack("<I", array.ndim)
        head += b"".join(struct.pack("<Q", size) for size in reversed(array.shape))
        head += struct.pack("<IQ", kind, len(body))
        body += _padded(quantize(array, kind))
    Path(path).write_bytes(_padded(head) + body)


def read(path):
    """All tensors of a file, as {name: float32 array}."""
    data = Path(path).read_bytes()
    at = 0

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def take_string():
        nonlocal at
        length = take("Q")
        at += length
        return data[at - length : at].decode()

    magic, version, tensor_count, metadata_count = take("4sIQQ")
    if (magic, version) != (b"GGUF", 3):
        raise ValueError(f"not a GGUF 3 file: {path}")
    for _ in range(metadata_count):
        take_string()
        kind = take("I")
        if kind not in (UINT32, STRING):
            raise ValueError(f"metadata of type {kind} in {path}: only strings and u32 are read here")
        take_string() if kind == STRING else take("I")
    entries = []
    for _ in range(tensor_count):
        name = take_string()
        shape = tuple(reversed([take("Q") for _ in range(take("I"))]))
        entries.append((name, shape, *take("IQ")))
    start = -(-at // ALIGNMENT) * ALIGNMENT
    tensors = {}
    for name, shape, kind, offset in entries:
        # Arrays of f32 and f16 need not fill their last block.
        size = int(np.prod(shape)) * BYTES_PER_BLOCK[kind] // BLOCK
        tensors[name] = dequantize(data[start + offset : start + offset + size], kind, shape)
    return tensors


def _reciprocal(scale):
    return np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)


def _string(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)
