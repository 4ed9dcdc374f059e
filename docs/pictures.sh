#!/bin/sh
# Makes the pictures in docs/ again: those of the window on a screen (Xvfb does), that of the mannequin without one.
# Weights that were trained further give other motions.
set -eu
cd "$(dirname "$0")/.."
for script in pictures variations light directing; do
    cargo run --release -- --script "assets/demos/$script.ron" --screenshots docs
done
cargo run --release --no-default-features --example contact_sheet
