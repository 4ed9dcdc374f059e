"""What a check reports: a line for each reader, from which `run.sh` makes its table."""

import contextlib
import math
import sys


class Table:
    """What each reader made of files."""

    def __init__(self):
        self.rows = {}

    @contextlib.contextmanager
    def tried(self, reader, file):
        """A file that is tried: `with` gets a list for how far joints are away and, after it, vertices, metres. What is raised is a failure."""
        row = self.rows.setdefault(reader, [0, 0, math.nan, math.nan])
        row[0] += 1
        apart_m = []
        try:
            yield apart_m
        except Exception as error:
            row[1] += 1
            # No line of it is taken for a row.
            print(f"{file}: {reader}: FAILED: {type(error).__name__} {' '.join(str(error).split())}", flush=True)
        for place, apart in zip((2, 3), apart_m):
            if apart is not None:
                row[place] = apart if math.isnan(row[place]) else max(row[place], apart)

    def end(self):
        """Prints the rows and ends the program, as a failure if a file failed or none was tried."""
        for reader, (files, failed, joints, mesh) in self.rows.items():
            print(f"= {reader}\t{files}\t{failed}\t{shown(joints)}\t{shown(mesh)}")
        sys.exit(1 if not self.rows or any(row[1] for row in self.rows.values()) else 0)


def shown(apart_m):
    return "" if math.isnan(apart_m) else f"{apart_m * 1000:.3f}"
