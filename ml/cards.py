"""Write a model card: what a network is, what it was trained on, how good it is.

Every number is quoted from `meta.json` and `metrics.json`, so that a card cannot
say something else than they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WHAT = {
    "resnet18_bilstm": (
        "ResNet18 (He et al. 2016, one input channel) listens to each of three 10 s segments of "
        "a clip as a log-mel picture; a two-layer BiLSTM reads the three in order; "
    ),
    "ann": (
        "{members} perceptrons with four hidden layers (256-128-64-32) read {count} numbers that "
        "describe a clip (`ml.descriptors`: timbre, rhythm, dynamics, harmony), and the same "
        "numbers of its three segments; the clip counts as much as the segments together, and "
        "the perceptrons are averaged. It is the app's fallback when the main network cannot "
        "answer. "
    ),
    "ann_tracks": (
        "{members} perceptrons with four hidden layers (256-128-64-32) read {count} track features "
        "as platforms publish them (`ml.tracks`); their answers are averaged. Key and time "
        "signature are read but not used. "
    ),
    "cnn_lstm": (
        "Four convolution blocks listen to each of three 10 s segments of a clip as a log-mel "
        "picture; an LSTM reads the clip in order; "
    ),
    "resnet18": (
        "ResNet18 (He et al. 2016, one input channel) looks at each of three 10 s segments of a "
        "clip as one picture of MFCC, spectral centroid, chroma and log-mel stacked; "
    ),
}
DENSE = "two dense layers lead to the four emotions. "
JOINED = (
    "What it hears is joined with what {members} perceptrons say of {count} hand-made descriptors "
    "of the clip (`ml.descriptors`): arousal, and valence where arousal is high or low, are each "
    "weighed for themselves, by nine numbers fitted on clips that neither had seen. "
)
DATA = """\
Trained on the 4Q Audio Emotion Dataset (Panda, Malheiro and Paiva, "Novel audio features for music
emotion recognition", IEEE Transactions on Affective Computing 2018): 30 s clips of songs of all
genres, labelled from AllMusic mood words through Warriner's valence and arousal norms and checked
by people. The clips are commercial recordings shared for research; none of them is in this
repository, and the weights are offered for research and private use in that spirit."""
TRACK_DATA = """\
Trained on the table of the Moodify project, the thesis's data set: songs with Spotify's audio
features, sorted into four emotions by the playlists in which people had put them. No audio and no
row of it is in this repository. Some songs stand there twice, a few with two emotions; both rows
were kept, always in the same fold, so the best possible accuracy is under 1. Popularity was left
out: it says how widely a song is heard, not how it sounds."""
TRACK_LIMITS = """\
- Happy and energetic are often taken for each other: the same dance tracks stand in playlists of
  both.
- "Calm" here means quiet, acoustic and mostly instrumental; by the platform's own "valence" these
  tracks are darker than the sad ones. A calm song with a singer may be called sad.
- "Energetic" here means driven and danceable, unlike in the networks that listen to clips, where
  the quadrant is tense or angry.
- It is as good as the features: "valence" and "energy" are themselves a platform's estimates.
- Spotify's terms do not allow feeding its content to a model; use features from a source that does.
- A label set by a person always counts more."""
LIMITS = """\
- "Energetic" is the quadrant of negative valence and high arousal: in this data it means tense or
  angry as much as driven. A cheerful, fast song is "happy".
- Mistakes sit on the valence axis (sad against calm, happy against energetic); lyrics go unheard.
- The emotions are spread unevenly over the genres of this data. The table by genre shows where an
  answer is about music and where it may be about genre.
- The labels describe what a song expresses to editors of a largely English-language catalogue, not
  what a listener feels. A label set by a person always counts more."""

USE = (
    "`manage.py classify --model {name} song.mp3`, or in Python "
    '`Predictor.load("{name}").predict(load_clip(path))`. Clips under 30 s are '
    "classified from what is there; under 3 s they are refused."
)
TRACK_USE = (
    "`manage.py classify --features table.csv --json`, or in Python "
    "`ml.ann.predict_tracks(rows)`. Cells may be empty, except energy and valence."
)


def card_text(meta: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Return the whole card as Markdown."""
    return "\n".join(
        [
            f"# {meta['name']} {meta['version']}",
            "",
            _what(meta),
            "",
            "## Data",
            TRACK_DATA if _of_tracks(meta) else DATA,
            "",
            "## How it was measured",
            _protocol(meta, metrics),
            "",
            *_scores(metrics),
            "",
            "## Where it fails",
            TRACK_LIMITS if _of_tracks(meta) else LIMITS,
            "",
            *_genres(metrics),
            "",
            "## How to use it",
            TRACK_USE if _of_tracks(meta) else USE.format(name=meta["name"]),
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
    parts = {"members": network["members"], "count": len(meta["descriptors"])}
    size = f"{meta['parameters']:,} numbers, {meta['bytes'] / 1e6:.1f} MB in safetensors."
    if kind.startswith("ann"):
        return WHAT[kind].format(**parts) + size
    joined = JOINED.format(**parts) if network["listener"] else ""
    return f"{WHAT[kind]}{DENSE}{joined}{size}"


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
