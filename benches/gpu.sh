#!/usr/bin/env bash
# Measures a graphics device within eight minutes, for the table of docs/performance.md: 3B in q8_0, 7B in q4_0,
# 44M, `starter` on the processor, and the window's frames while the same device generates. Needs nothing but the program and the device's driver:
#
#     benches/gpu.sh [PROGRAM] [DEVICE] [FIRST] [SECOND]
#
# PROGRAM is the release build (zoetrope on the path), DEVICE as --device takes it (gpu), FIRST and SECOND sizes as SIZE:QUANT
# (3B:q8_0 and 7B:q4_0). On a machine without a screen the window's part needs Xvfb, and says so where there is none. Vulkan's loader
# (libvulkan.so.1) may lie beside the program.
set -uo pipefail
program=$(command -v "${1:-zoetrope}") || { echo "benches/gpu.sh: there is no program ${1:-zoetrope}: build it with cargo build --release" >&2; exit 1; }
device=${2:-gpu}
first=${3:-3B:q8_0}
second=${4:-7B:q4_0}
export LD_LIBRARY_PATH="$(dirname "$program")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
started=$SECONDS

# A part may take so many seconds; what it printed until then stays.
part() {
    local limit=$1 name=$2
    shift 2
    echo "== $name (after $((SECONDS - started)) s)"
    timeout "$limit" "$@" 2>&1 || echo "benches/gpu.sh: $name ended with $? (124: after $limit s)"
}

for size in "$first" "$second"; do
    part 140 "$size" "$program" bench --config "${size%:*}" --quant "${size#*:}" --device "$device"
done
part 40 44M "$program" bench --device "$device" --config 44M --quant q8_0
part 30 "starter on the processor" "$program" bench

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v Xvfb >/dev/null; then
    display=$(mktemp)
    Xvfb -displayfd 3 -screen 0 1600x1000x24 -noreset -nolisten tcp 3>"$display" 2>/dev/null &
    xvfb=$!
    trap 'kill "$xvfb" 2>/dev/null; rm -f "$display"' EXIT
    for _ in $(seq 100); do [ -s "$display" ] && break; sleep 0.1; done
    DISPLAY=":$(cat "$display")"
    export DISPLAY
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    part 125 "the window while the device generates" "$program" bench --ui --device "$device"
else
    echo "no screen and no Xvfb: the window was not measured"
fi
echo "== done after $((SECONDS - started)) s"
