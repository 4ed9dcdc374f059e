"""What a check reports: a line for each reader, from which `run.sh` makes its table."""

import math


class Table:
    """What each reader made of files."""

    def __init__(self):
        self.rows = {}

    def add(self, reader, joints_m=None, mesh_m=None, failed=False):
        """Notes a file: by how much joints and vertices are away from where they should be, or that it failed."""
        row = self.rows.setdefault(reader, [0, 0, math.nan, math.nan])
        row[0] += 1
        row[1] += failed
        for place, apart in ((2, joints_m), (3, mesh_m)):
            if apart is not None:
                row[place] = apart if math.isnan(row[place]) else max(row[place], apart)

    def print(self):
        for reader, (files, failed, joints, mesh) in self.rows.items():
            print(f"= {reader}\t{files}\t{failed}\t{shown(joints)}\t{shown(mesh)}")

    def failed(self):
        return sum(row[1] for row in self.rows.values())


def shown(apart):
    return "" if math.isnan(apart) else f"{apart * 1000:.3f}"
