#!/usr/bin/env bash
# Exports a motion in every way, opens the results in other programs and with the libraries that read files for them, and prints a table of
# how far joints and vertices are from where they should be.
#
#     tests/dcc/run.sh [MOTION]      default: a made-up tumble that turns every joint; or any .bvh .npz .npy .glb
#
# What it needs goes into a folder of its own, target/dcc ($DCC_TOOLS names another): Blender as a Python module and USD's library by pip (for
# which some python3.11 or python3.13 has to be there), the Khronos validator, three.js and three-vrm by npm. $PYTHON and $NODE_FOLDER name
# what has them already. From the system: assimp (Debian: assimp-utils) and Godot 3 (godot3-server). What cannot be had is skipped, aloud.
# $ZOETROPE names a program that is already built. `video.py` tries videos.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
motion=${1:-tests/dcc/tumble.npz}
tools=${DCC_TOOLS:-target/dcc}
mkdir -p "$tools"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

python=${PYTHON:-$tools/python/bin/python}
if ! "$python" -c "import bpy, pxr" 2>/dev/null && [ -z "${PYTHON:-}" ]; then
    for version in python3.11 python3.13 python3; do
        rm -rf "$tools/python"
        "$version" -m venv "$tools/python" 2>/dev/null && "$python" -m pip install --quiet bpy usd-core && break
    done || true
fi
node_folder=${NODE_FOLDER:-$tools/node}
if [ ! -d "$node_folder/node_modules" ] && [ -z "${NODE_FOLDER:-}" ]; then
    npm install --silent --prefix "$node_folder" gltf-validator three @pixiv/three-vrm @pixiv/three-vrm-animation >/dev/null || true
fi

zoetrope=${ZOETROPE:-${CARGO_TARGET_DIR:-target}/debug/zoetrope}
[ -n "${ZOETROPE:-}" ] || cargo build --quiet --no-default-features
convert() { "$zoetrope" convert "$@" 2>"$out/said" || { cat "$out/said"; exit 1; }; }
convert "$motion" "$out/clip.npy"
convert "$motion" "$out/clip.vrma"
# A name's marks say how the file was written: that is what the checks go by. Each format has all names at all rates, FBX with and without its
# character; what neither changes is tried with each of the names once.
for names in smpl mixamo unreal; do
    stem=$out/clip-$names
    for fps in 24 25 30 50 60; do
        options=("$motion" --names $names --fps $fps)
        for ending in glb fbx usda; do convert "${options[@]}" "$stem-$fps.$ending"; done
        convert "${options[@]}" "$stem-$fps-skeleton.fbx" --skeleton-only
    done
    options=("$motion" --names $names)
    for ending in glb fbx usda bvh; do convert "${options[@]}" "$stem-24-inplace.$ending" --in-place --fps 24; done
    convert "${options[@]}" "$stem-25-skeleton.glb" --skeleton-only --fps 25
    convert "${options[@]}" "$stem-50-skeleton.usda" --skeleton-only --fps 50
    convert "${options[@]}" "$stem-60-animation.glb" --animation-only --fps 60
    convert "${options[@]}" "$stem-30.bvh"
    convert "${options[@]}" "$stem-50-m.bvh" --units m --fps 50
    convert "${options[@]}" "$stem-30-package.usdz"
    for root in yes no; do
        options=("$motion" --names $names --root-bone $root)
        convert "${options[@]}" "$stem-root$root.glb"
        convert "${options[@]}" "$stem-root$root-60-skeleton.fbx" --skeleton-only --fps 60
        convert "${options[@]}" "$stem-root$root-24-m.bvh" --units m --fps 24
    done
done
convert "$motion" "$out/short.npz" --to 1
for ending in fbx glb; do convert "$motion" "$out/short.npz" -o "$out/several.$ending"; done

failed=0
touch "$out/rows"
# Runs a check: keeps its rows, and shows what failed.
check() {
    echo "${*:1:2} …" >&2
    "$@" >"$out/said" 2>&1 || failed=1
    grep '^= ' "$out/said" >>"$out/rows" || { echo "no answer from ${*:1:2}:"; tail -20 "$out/said"; failed=1; }
    grep FAILED "$out/said" || true
}
in_node() { (cd "$node_folder" && node "$@"); }

if in_node --input-type=module -e "await import('gltf-validator')" 2>/dev/null; then
    check in_node "$here/validate.mjs" "$out"/*.glb "$out"/*.vrma
    # Node looks for packages above the script.
    cp "$here/vrma.mjs" "$here/three.mjs" "$node_folder/"
    check in_node vrma.mjs "$out/clip.vrma" "$out/clip-smpl-30.glb"
else
    echo "skipped: the Khronos validator, three-vrm and three.js, which npm could not install"
fi
if "$python" -c "import bpy, pxr" 2>/dev/null; then
    check "$python" "$here/usd.py" "$out/clip.npy" "$out"/clip-*.usda "$out"/clip-*.usdz
    check "$python" "$here/blender.py" "$out/clip.npy" "$out"/clip-*.glb "$out"/clip-*.bvh "$out"/clip-*.fbx "$out"/clip-*.usd[az]
    check "$python" "$here/blender.py" --actions 2 "$out"/several.*
    # The tumble has 3 s.
    [ "$motion" != tests/dcc/tumble.npz ] || check "$python" "$here/blender.py" --script integrations/blender/import_zoetrope.py \
        "$out"/clip-unreal-{24,50}.{fbx,glb,usda} "$out/clip-smpl-30-package.usdz"
    # A user's character, made by Blender: its own file with a motion in it, and the same in other formats.
    "$python" "$here/figure.py" "$out/clip-mixamo-30.glb" "$out/figure.fbx" >"$out/said" 2>&1 || { tail "$out/said"; failed=1; }
    for ending in glb usda usdz; do convert "$motion" "$out/own.$ending" --character "$out/figure.fbx"; done
    convert "$motion" "$out/own-file.fbx" --character "$out/figure.fbx"
    check "$python" "$here/blender.py" --against "$out/own.glb" "$out/figure.fbx" "$out/own-file.fbx" "$out/own.usda" "$out/own.usdz"
    if command -v assimp >/dev/null; then
        # The same as text: a file that another program wrote, which we copy and add to.
        assimp export "$out/figure.fbx" "$out/text.fbx" -ffbxa >"$out/said" 2>&1 || { tail "$out/said"; failed=1; }
        convert "$motion" "$out/own-text.fbx" --character "$out/text.fbx"
        check "$python" "$here/blender.py" --against "$out/own.glb" "$out/text.fbx" "$out/own-text.fbx"
    fi
    check "$python" "$here/usd.py" --valid "$out/own.usda" "$out/own.usdz"
    "$python" "$here/places.py" "$out/clip.npy" >"$out/places.json"
    going=()
    for file in "$out"/clip-*.glb "$out"/clip-*.fbx; do [[ $file == *inplace* ]] || going+=("$file"); done
    [ ! -f "$node_folder/three.mjs" ] || check in_node three.mjs "$out/places.json" "${going[@]}"
    if command -v assimp >/dev/null; then
        check "$python" "$here/assimp.py" "$out/clip.npy" "$out"/clip-*.fbx "$out"/clip-*-30.glb
    else
        echo "skipped: assimp (Debian: assimp-utils)"
    fi
    godot=$(command -v godot3-server || command -v godot3 || true)
    if [ -n "$godot" ]; then
        check "$python" "$here/godot.py" "$godot" "$out/places.json" "$out"/clip-mixamo-{24,30,60}.glb
    else
        echo "skipped: Godot (Debian: godot3-server)"
    fi
else
    echo "skipped: Blender, USD, assimp and Godot: pip install bpy usd-core"
fi
{ printf '= reader\tfiles\tfailed\tjoints mm\tmesh mm\n'; cat "$out/rows"; } | sed 's/^= //' | column -t -s "$(printf '\t')"
exit $failed
