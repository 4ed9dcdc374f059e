"""A .glb of many animations → one .glb for each, without meshes: `zoetrope convert` reads a file's first animation."""

import json
import struct
from pathlib import Path

JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942


def read(path):
    """(JSON, binary) of a .glb."""
    data, at, chunks = Path(path).read_bytes(), 12, {}
    while at < len(data):
        length, kind = struct.unpack_from("<II", data, at)
        chunks[kind] = data[at + 8 : at + 8 + length]
        at += 8 + length
    return json.loads(chunks[JSON_CHUNK]), chunks.get(BINARY_CHUNK, b"")


def only(document, binary, name):
    """The bytes of a .glb with one of the animations, and nothing but the nodes and the data it needs."""
    chosen = next(animation for animation in document["animations"] if animation["name"] == name)
    kept, views, body, accessors = {}, [], b"", []

    def accessor(row):
        nonlocal body
        if row not in kept:
            entry = dict(document["accessors"][row])
            view = dict(document["bufferViews"][entry["bufferView"]])
            start = view.get("byteOffset", 0)
            data = binary[start : start + view["byteLength"]]
            views.append({**view, "buffer": 0, "byteOffset": len(body)})
            body += data + bytes(-len(data) % 4)
            kept[row] = len(accessors)
            accessors.append({**entry, "bufferView": len(views) - 1})
        return kept[row]

    samplers = [{**sampler, "input": accessor(sampler["input"]), "output": accessor(sampler["output"])} for sampler in chosen["samplers"]]
    nodes = [{key: value for key, value in node.items() if key not in ("mesh", "skin", "extras")} for node in document["nodes"]]
    small = {
        "asset": document["asset"], "scene": document.get("scene", 0), "scenes": document["scenes"], "nodes": nodes,
        "animations": [{**chosen, "samplers": samplers}], "accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(body)}],
    }  # fmt: skip
    text = json.dumps(small).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), JSON_CHUNK) + text + struct.pack("<II", len(body), BINARY_CHUNK) + body
    return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks
