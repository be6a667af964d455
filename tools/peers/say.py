"""What VibeNet says of the clips of a folder; run by its own environment, never by ours.

python say.py data/emotify runs/peers/vibenet-emotify.json
"""

import csv
import json
import sys
import time
from pathlib import Path
from statistics import median

import vibenet  # in its own environment alone


def main() -> None:
    """Write energy and valence of every file of a labels.csv, 0 to 1; print what a clip takes."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as source:
        files = [row["file"] for row in csv.DictReader(source)]
    model = vibenet.load_model()
    said, used = {}, []
    for file in files:
        began = time.process_time()
        (answer,) = model.predict([str(folder / file)])
        used.append(time.process_time() - began)
        said[file] = [round(answer.energy, 5), round(answer.valence, 5)]
    target.write_text(json.dumps(said), encoding="utf-8")
    sys.stdout.write(f"VibeNet takes {median(used):.3f} s of the processor for a clip.\n")


if __name__ == "__main__":
    main()
