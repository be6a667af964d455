"""Put a trained network into `ml/weights`, with its metrics and its card.

    python -m ml.shipping.ship resnet18_bilstm --version 1.0 --data data/4q

The network trained on every clip (``--folds all``) ships; the metrics are those
of the same recipe's folds. A first version may ship one fold's network instead.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from ml.datasets.tracks import TRACK_COLUMNS
from ml.digests import file_digest
from ml.evaluation.answers import write_answers
from ml.evaluation.evaluate import write_metrics
from ml.evaluation.folds import judged
from ml.evaluation.held_out import HELD_OUT, PAIRED
from ml.features.musicnn import FILE
from ml.features.vectors import VECTOR
from ml.networks.config import network_config
from ml.networks.registry import build_network
from ml.shipping.cards import card_text
from ml.training.experiment import (
    ALL_FOLDS,
    FACTS,
    TENSORS,
    DataFolders,
    fold_folder,
    read_predictions,
)
from ml.weights import META, WEIGHTS, save_weights
from ml.weights import TENSORS as WEIGHTS_FILE

SHIPPED_ALL = (
    "The network that ships was trained with the same recipe on all clips; it is not itself what "
    "was measured."
)
SHIPPED_FOLD = "The network that ships is the one whose test was fold {fold}."
TRACKS = "ann_tracks"
CLIPS = (
    "4Q Audio Emotion Dataset (Panda, Malheiro and Paiva 2018), Emotify (Aljanaki, Wiering and "
    "Veltkamp 2016), VGMIDI (Ferreira and Whitehead 2019), EMOPIA (Hung et al. 2021)"
)
SOURCES = {TRACKS: "Track features and playlists' emotions of the Moodify project's table"}
SUMMARY = ("clips", "accuracy", "macro_f1", "macro_f1_interval", "log_loss", "ece")


def ship(
    run: Path, folder: Path, *, version: str, data: DataFolders, fold: int = ALL_FOLDS
) -> None:
    """Write `folder` from a finished run."""
    source = fold_folder(run, fold)
    facts = json.loads((source / FACTS).read_text(encoding="utf-8"))
    config = network_config(facts["network"])
    network = build_network(config)
    network.load_state_dict(load_file(source / TENSORS))
    answers = judged(read_predictions(run), data.rows())
    metrics = answers.metrics() | _beside(run)
    save_weights(folder, network, config, _facts(folder.name, version, fold, facts, metrics))
    kept = (answers.rows, answers.folds, answers.probabilities)
    write_answers(folder, *kept, file_digest(folder / WEIGHTS_FILE))
    write_metrics(folder, metrics)
    meta = json.loads((folder / META).read_text(encoding="utf-8"))
    (folder / "card.md").write_text(card_text(meta, metrics), encoding="utf-8")


def _beside(run: Path) -> dict[str, Any]:
    """Return what `ml.evaluation.held_out` measured on sets left out and in pairs, if so."""
    held_out, paired = (_table(run.parent / name) for name in (HELD_OUT, PAIRED))
    is_measured = any(run.name in each for each in held_out.values())
    return ({"held_out": held_out} if is_measured else {}) | (
        {"paired": paired[run.name]} if run.name in paired else {}
    )


def _table(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _facts(
    name: str, version: str, fold: int, facts: dict[str, Any], metrics: dict[str, Any]
) -> dict[str, Any]:
    kind = facts["network"]["kind"]
    descriptors = TRACK_COLUMNS if kind == TRACKS else VECTOR
    shipped = SHIPPED_ALL if fold == ALL_FOLDS else SHIPPED_FOLD.format(fold=fold)
    return {
        "name": name,
        "version": version,
        "input": "features" if kind == TRACKS else "audio",
        "temperature": metrics["temperature"],
        "descriptors": list(descriptors) if facts["network"]["descriptors"] else [],
        "musicnn": "" if kind == TRACKS else file_digest(FILE),
        "data": SOURCES.get(kind, CLIPS),
        "folds": metrics["folds"],
        "metrics": {key: metrics[key] for key in SUMMARY},
        "shipped": facts.get("shipped") or shipped,
        "cost": {key: facts[key] for key in ("epochs", "clips", "seconds", "device")},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ml.shipping.ship")
    parser.add_argument("run", help="name of the run, such as resnet18_bilstm")
    parser.add_argument("--name", help="name of the weights; the run's if left out")
    parser.add_argument("--version", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--also", type=Path, action="append", default=[])
    parser.add_argument("--fold", type=int, default=ALL_FOLDS)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args(arguments)
    folder = WEIGHTS / (options.name or options.run)
    ship(
        options.runs / options.run,
        folder,
        version=options.version,
        data=DataFolders(options.data, tuple(options.also)),
        fold=options.fold,
    )


if __name__ == "__main__":
    main()
