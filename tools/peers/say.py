"""What VibeNet says of the clips of a folder; run by its own environment, never by ours.

python say.py data/emotify runs/peers/vibenet-emotify.json
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import vibenet  # type: ignore[import-not-found]  # in its own environment alone


def main() -> None:
    """Write energy and valence of every file of a labels.csv, 0 to 1."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as source:
        files = [row["file"] for row in csv.DictReader(source)]
    model = vibenet.load_model()
    said = {}
    for file in files:
        (answer,) = model.predict([str(folder / file)])
        said[file] = [round(answer.energy, 5), round(answer.valence, 5)]
    target.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main()
