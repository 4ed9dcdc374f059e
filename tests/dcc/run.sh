#!/usr/bin/env bash
# Exports a motion in every way and opens the results in Blender and in the Khronos validator.
#
#     tests/dcc/run.sh [MOTION]      default: a made-up tumble that turns every joint; or any .bvh .npz .npy .glb
#
# Needs `pip install bpy usd-core` in the Python that $PYTHON names (default python3) and `npm install gltf-validator` in the folder that
# $NODE_FOLDER names (default target/dcc). What is not installed is skipped, aloud. $ZOETROPE names a program that is already built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
python=${PYTHON:-python3}
node_folder=${NODE_FOLDER:-target/dcc}
motion=${1:-tests/dcc/tumble.npz}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

zoetrope=${ZOETROPE:-${CARGO_TARGET_DIR:-target}/debug/zoetrope}
[ -n "${ZOETROPE:-}" ] || cargo build --quiet --no-default-features
convert() { "$zoetrope" convert "$motion" "$@" 2>"$out/convert.log" || { cat "$out/convert.log"; exit 1; }; }
convert "$out/clip.npy"
convert "$out/clip.vrma"
# A name's marks say how the file was written: that is what the checks go by.
for names in smpl mixamo unreal; do
    for fps in 24 25 30 50 60; do
        for place in "" -inplace; do
            options=(--names $names --fps $fps ${place:+--in-place})
            convert "$out/clip-$names-$fps$place.glb" "${options[@]}"
            convert "$out/clip-$names-$fps$place-skeleton.glb" "${options[@]}" --skeleton-only
            convert "$out/clip-$names-$fps$place-animation.glb" "${options[@]}" --animation-only
            for ending in fbx usda; do
                convert "$out/clip-$names-$fps$place.$ending" "${options[@]}"
                convert "$out/clip-$names-$fps$place-skeleton.$ending" "${options[@]}" --skeleton-only
            done
            convert "$out/clip-$names-$fps$place.bvh" "${options[@]}"
            convert "$out/clip-$names-$fps$place-m.bvh" "${options[@]}" --units m
        done
    done
    for root in yes no; do
        convert "$out/clip-$names-root$root.glb" --names $names --root-bone $root
        convert "$out/clip-$names-root$root.fbx" --names $names --root-bone $root
        convert "$out/clip-$names-root$root-inplace-skeleton.glb" --names $names --root-bone $root --skeleton-only --in-place
        convert "$out/clip-$names-root$root-60-animation.glb" --names $names --root-bone $root --animation-only --fps 60
        convert "$out/clip-$names-root$root.bvh" --names $names --root-bone $root
        convert "$out/clip-$names-root$root-24-m.bvh" --names $names --root-bone $root --units m --fps 24
    done
done

failed=0
if (cd "$node_folder" && node --input-type=module -e "await import('gltf-validator')") 2>/dev/null; then
    (cd "$node_folder" && node "$here/validate.mjs" "$out"/*.glb "$out"/*.vrma) || failed=1
else
    echo "skipped: the Khronos validator (npm install --prefix $node_folder gltf-validator)"
fi
if [ -d "$node_folder/node_modules/@pixiv/three-vrm-animation" ]; then
    # Node looks for packages above the script.
    cp "$here/vrma.mjs" "$node_folder/"
    (cd "$node_folder" && node vrma.mjs "$out/clip.vrma" "$out/clip-smpl-30.glb") || failed=1
else
    echo "skipped: three-vrm (npm install --prefix $node_folder three @pixiv/three-vrm @pixiv/three-vrm-animation)"
fi
if "$python" -c "import bpy" 2>/dev/null; then
    "$python" "$here/blender.py" "$out/clip.npy" "$out"/clip-*.glb "$out"/clip-*.bvh "$out"/clip-*.fbx "$out"/clip-*.usda >"$out/blender.log" 2>&1 || failed=1
    grep -E '^(clip-|[0-9]+ files)' "$out/blender.log" || { cat "$out/blender.log"; failed=1; }
else
    echo "skipped: Blender (pip install bpy)"
fi
if "$python" -c "import pxr" 2>/dev/null; then
    "$python" "$here/usd.py" "$out/clip.npy" "$out"/clip-*.usda || failed=1
else
    echo "skipped: USD (pip install usd-core)"
fi
exit $failed
