#!/usr/bin/env bash
# Everything that must hold before a commit, cheapest first.
#   --fast      leave the window out (cargo's default feature `app`), which saves most of the build
#   --no-tests  stop before the tests
set -euo pipefail
cd "$(dirname "$0")"

features=()
tests=yes
for option in "$@"; do
    case "$option" in
        --fast) features=(--no-default-features) ;;
        --no-tests) tests=no ;;
        *) echo "usage: ./check.sh [--fast] [--no-tests]" >&2; exit 2 ;;
    esac
done

step() {
    local name=$1 advice=$2
    shift 2
    echo "== $name"
    "$@" || { echo "check.sh: $name failed: $advice" >&2; exit 1; }
}

step "format" "run \`cargo fmt\`" cargo fmt --check
step "lints" "each warning names its lint; Cargo.toml and clippy.toml say which are chosen" \
    cargo clippy --all-targets "${features[@]}" -- -D warnings
step "documentation" "a link or a doc comment is broken" \
    env RUSTDOCFLAGS="-D warnings" cargo doc --no-deps "${features[@]}"
if [ "$tests" = yes ]; then
    step "tests" "run one again with \`cargo test NAME\`" cargo test "${features[@]}"
fi
echo "check.sh: all good"
