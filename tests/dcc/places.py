"""Writes where the joints of features are, for scripts that are not in Python: JSON [frames][22][3], metres.

    python places.py clip.npy > places.json
"""

import json
import sys

import numpy as np
from expected import NAMES, at_origin, features_to_positions

positions = at_origin(features_to_positions(np.load(sys.argv[1]).astype(np.float64)))
json.dump({"names": {style: names.split() for style, names in NAMES.items()}, "places": positions.round(7).tolist()}, sys.stdout)
