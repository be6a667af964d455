"""Write a model card: what a network is, what it was trained on, how good it is.

Its words are those of `card.toml`. Every number is quoted from `meta.json` and `metrics.json`, so
that a card cannot say something else than they do.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.metrics import difference_text

WORDS: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("card.toml").read_text(encoding="utf-8")
)


def card_text(meta: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            f"# {meta['name']} {meta['version']}",
            "",
            _what(meta),
            "",
            "## Data",
            WORDS["track_data"] if _of_tracks(meta) else WORDS["data"],
            "",
            "## How it was measured",
            _protocol(meta, metrics),
            "",
            *_scores(metrics),
            "",
            *_held_out(metrics),
            *_paired(metrics),
            "## Where it fails",
            WORDS["track_limits"] if _of_tracks(meta) else WORDS["limits"],
            "",
            *_genres(metrics),
            "",
            "## How to use it",
            WORDS["track_use"] if _of_tracks(meta) else WORDS["use"].format(name=meta["name"]),
            "",
            "## What it cost",
            _cost(meta),
            "",
        ]
    )


def _of_tracks(meta: Mapping[str, Any]) -> bool:
    return str(meta["input"]) == "features"


def _what(meta: Mapping[str, Any]) -> str:
    network = meta["network"]
    kind = network["listener"] or network["kind"]
    parts = {name: network[name] for name in ("members", "waves")}
    parts["count"] = len(meta["descriptors"])
    size = f"{meta['parameters']:,} numbers, {meta['bytes'] / 1e6:.1f} MB in safetensors."
    said = ["dense", "lesson"] if network["pictures"] else []
    said += [] if _of_tracks(meta) else ["described"]
    said += ["joined"] if network["listener"] else []
    words = [WORDS["what"][kind], *(WORDS[name] for name in (*said, "axes"))]
    return "".join(words).format(**parts) + size


def _protocol(meta: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    folds = ", ".join(str(fold) for fold in metrics["folds"])
    return (
        f"{metrics['protocol']} Judged: {metrics['clips']} clips in folds {folds}. "
        f"{meta['shipped']} Intervals are 95 %, by drawing artists with replacement."
    )


def _scores(metrics: Mapping[str, Any]) -> list[str]:
    def ranged(name: str) -> str:
        low, high = metrics[f"{name}_interval"]
        return f"{metrics[name]:.3f} ({low:.3f} to {high:.3f})"

    lines = [
        "| | |",
        "|---|---|",
        f"| macro-F1 | {ranged('macro_f1')} |",
        f"| accuracy | {ranged('accuracy')} |",
        f"| arousal accuracy | {metrics['arousal_accuracy']:.3f} |",
        f"| valence accuracy | {metrics['valence_accuracy']:.3f} |",
        f"| log loss | {metrics['log_loss']:.3f} |",
        f"| expected calibration error | {metrics['ece']:.3f} |",
        "",
        "| emotion | precision | recall | F1 | clips |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} "
        f"| {row['count']:.0f} |"
        for name, row in metrics["per_class"].items()
    ]
    return [*lines, "", "![confusion matrix](confusion.svg) ![reliability](reliability.svg)"]


def _held_out(metrics: Mapping[str, Any]) -> list[str]:
    """Return the table of sets that were left out whole, where they have been."""
    if not metrics.get("held_out"):
        return []
    lines = [
        "### On sets that it was not trained on",
        "",
        WORDS["held_out"],
        "",
        "| left out | | arousal ρ | valence ρ | macro-F1 | ECE |",
        "|---|---|---|---|---|---|",
    ]
    for source, scores in metrics["held_out"].items():
        for name, score in scores.items():
            ece = "–" if score["ece"] is None else f"{score['ece']:.3f}"
            lines.append(
                f"| {source} | {name} | {score['arousal']:.3f} | {score['valence']:.3f} "
                f"| {score['macro_f1']:.3f} | {ece} |"
            )
    return [*lines, ""]


def _paired(metrics: Mapping[str, Any]) -> list[str]:
    """Return how much better it is than the other networks, where that was measured."""
    if not metrics.get("paired"):
        return []
    lines = [
        "### Beside the others that ship",
        "",
        WORDS["paired"],
        "",
        "| judged on | beyond | macro-F1 | arousal ρ | valence ρ |",
        "|---|---|---|---|---|",
    ]
    for source, others in metrics["paired"].items():
        for name, each in others.items():
            cells = " | ".join(
                difference_text(each[measure]) for measure in ("macro_f1", "arousal", "valence")
            )
            lines.append(f"| {source} | {name} | {cells} |")
    return [*lines, ""]


def _genres(metrics: Mapping[str, Any]) -> list[str]:
    if not metrics["by_genre"]:
        return ["The data name no genres."]
    lines = ["| genre | clips | accuracy |", "|---|---|---|"]
    lines += [
        f"| {name} | {row['clips']} | {row['accuracy']:.3f} |"
        for name, row in metrics["by_genre"].items()
    ]
    return lines


def _cost(meta: Mapping[str, Any]) -> str:
    cost = meta["cost"]
    minutes = round(cost["seconds"] / 60)
    taken = f"{minutes} minutes" if minutes > 1 else f"{cost['seconds']} seconds"
    return (
        f"{cost['epochs']} epochs on {cost['clips']} clips took {taken} on {cost['device']}, "
        "for the network that ships."
    )
