"""What mediapipe 0.10.14 sees in pictures of our own stage: `pictures.png`, beside and below each other, and `landmarks.json`.

    python make.py SHEET.png…      # sheets of `zoetrope render --size 320x240 --times …`, several pictures beside each other in each

Needs `mediapipe==0.10.14` and `pillow`. The pictures have 24 colours before anybody looks at them. The first ones are seen each by itself;
the last ones are one motion, in which the person is followed from picture to picture, without smoothing. Eight are kept here; with
`--single 40 --followed 10` the same test compares fifty.
"""

import argparse
import json
from pathlib import Path

import mediapipe as mp
import numpy as np
from PIL import Image

SIZE, COLUMNS = (320, 240), 8
HERE = Path(__file__).parent


def cells(sheet):
    image = Image.open(sheet).convert("RGB")
    return [image.crop((left, 0, left + 320, 240)) for left in range(0, image.width, 320)]


def seen(pose, picture):
    found = pose.process(np.asarray(picture))
    if found.pose_landmarks is None:
        return None
    places = [[round(v, 5) for v in (p.x, p.y, p.z, p.visibility)] for p in found.pose_landmarks.landmark]
    return {"picture": places, "world_m": [[round(v, 4) for v in (p.x, p.y, p.z)] for p in found.pose_world_landmarks.landmark]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sheets", type=Path, nargs="+")
    parser.add_argument("--single", type=int, default=5)
    parser.add_argument("--followed", type=int, default=3)
    arguments = parser.parse_args()
    single, followed = arguments.single, arguments.followed
    sheets = [cells(sheet) for sheet in sorted(arguments.sheets)]
    at = [i * len(sheets) // single for i in range(single)]
    chosen = [sheets[sheet][(7 * i + 3) % len(sheets[sheet])] for i, sheet in enumerate(at)] + sheets[0][:followed]
    whole = Image.new("RGB", (SIZE[0] * COLUMNS, SIZE[1] * -(-len(chosen) // COLUMNS)))
    for i, picture in enumerate(chosen):
        whole.paste(picture, (i % COLUMNS * SIZE[0], i // COLUMNS * SIZE[1]))
    whole = whole.quantize(24, dither=Image.Dither.NONE)
    whole.save(HERE / "pictures.png", optimize=True)
    whole = whole.convert("RGB")
    tiles = [(i % COLUMNS * SIZE[0], i // COLUMNS * SIZE[1]) for i in range(len(chosen))]
    pictures = [whole.crop((x, y, x + SIZE[0], y + SIZE[1])) for x, y in tiles]
    alone = mp.solutions.pose.Pose(static_image_mode=True, model_complexity=1)
    follow = mp.solutions.pose.Pose(static_image_mode=False, model_complexity=1, smooth_landmarks=False)
    found = [seen(alone, p) for p in pictures[:single]] + [seen(follow, p) for p in pictures[single:]]
    text = json.dumps({"size": SIZE, "columns": COLUMNS, "followed": followed, "seen": found}, separators=(",", ":"))
    (HERE / "landmarks.json").write_text(text + "\n")
    print(f"{len(found)} pictures, somebody in {sum(f is not None for f in found)}")


if __name__ == "__main__":
    main()
