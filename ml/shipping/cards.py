"""Write a model card: what a network is, what it was trained on, how good it is.

Every number is quoted from `meta.json` and `metrics.json`, so that a card cannot
say something else than they do.
"""

from collections.abc import Mapping
from typing import Any

from ml.metrics import difference_text

WHAT = {
    "resnet18_bilstm": (
        "ResNet18 (He et al. 2016, one input channel) listens to each of three 10 s segments of "
        "a clip as a log-mel picture; a two-layer BiLSTM reads the three in order; "
    ),
    "ann": (
        "{members} perceptrons with four hidden layers (256-128-64-32) read {count} numbers that "
        "describe a clip, and the same numbers of its three segments; the clip counts as much as "
        "the segments together, and the perceptrons are averaged. Two regressions on the numbers "
        "of the whole clip stand beside them: one on {waves} random waves (Rahimi and Recht 2007), "
        "and a steady one, which counts most. It trusts the labels of all sets alike and is held "
        "to answer little to what says nothing of a feeling: which set a clip is of, which part of "
        "a clip is heard and, for valence, which instrument plays the notes. "
        "A clip whose numbers lie less in the main directions of the training clips gets a less "
        "sure answer. It is the app's fallback when the main network cannot answer. "
    ),
    "ann_tracks": (
        "{members} perceptrons with four hidden layers (256-128-64-32) read {count} track features "
        "as platforms publish them (`ml.datasets.tracks`); their answers are averaged. Key and "
        "time signature are read but not used. "
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
DENSE = "two dense layers, given what describes clip and segments, lead to the emotions. "
LESSON = (
    "The part that looks at pictures was first taught, without labels, to tell from the picture of "
    "a segment what describes it, and kept so (`ml.training.distil`). "
)
DESCRIBED = (
    "What describes a clip (`ml.features.vectors`) are 297 measured descriptors of timbre, rhythm, "
    "dynamics and harmony, and 200 units of musicnn (Pons and Serra 2019), a network that has "
    "heard a million songs: its front end's live filters and dense layer, converted from the "
    "published weights (`ml/weights/musicnn`, ISC licence, Music Technology Group, UPF). "
)
AXES = (
    "Three answers are given: how likely arousal is high, and how likely valence is positive if it "
    "is and if it is not; the four emotions follow from them. "
)
JOINED = (
    "What it hears is joined with what `ann` says of the same numbers ({members} perceptrons and "
    "two regressions): it has a quarter of arousal and nothing of valence, which the numbers tell. "
    "That quarter helps on the folds (log loss) and costs where music is unlike all data: what "
    "looks at pictures has learnt from 1,700 clips alone, and on renderings of a set that it has "
    "not heard it says nothing by itself. "
)
DATA = """\
Trained on four sets. Labels that say less count half.

- 4Q Audio Emotion Dataset (Panda, Malheiro and Paiva, "Novel audio features for music emotion
  recognition", IEEE Transactions on Affective Computing 2018): 800 clips of 30 s of songs of all
  genres, labelled from AllMusic mood words through Warriner's norms and checked by people.
- Emotify (Aljanaki, Wiering and Veltkamp 2016): 400 clips of classical, electronic, pop and rock;
  the axes are derived from nine emotions that raters felt.
- VGMIDI (Ferreira and Whitehead 2019): 204 pieces of game music, each rendered on two General
  MIDI instruments chosen by its name (`tools.render_midi`), labelled by about 30 raters each. The
  second rendering teaches only what an instrument changes, as it does for EMOPIA.
- EMOPIA (Hung et al. 2021, CC BY-NC-SA 4.0): 248 clips of pop piano (the test part, and one
  clip each of 160 other songs), rendered likewise, labelled by four annotators.

The recordings are commercial ones shared for research; nothing of any set is in this repository.
The weights carry the strictest licence of their data: see [LICENSE.md](../LICENSE.md)."""
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
- On music that is unlike all of its data it is worse than on the folds, as the table of sets left
  out shows: there valence is a hint, not a finding.
- musicnn may have heard some of 4Q's songs, without their emotions, so the folds may flatter.
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
            *_held_out(metrics),
            *_paired(metrics),
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
    parts = {name: network[name] for name in ("members", "waves")}
    parts["count"] = len(meta["descriptors"])
    size = f"{meta['parameters']:,} numbers, {meta['bytes'] / 1e6:.1f} MB in safetensors."
    if _of_tracks(meta):
        return WHAT[kind].format(**parts) + AXES + size
    if not network["pictures"]:
        return f"{WHAT[kind].format(**parts)}{DESCRIBED}{AXES}{size}"
    joined = JOINED.format(**parts) if network["listener"] else ""
    return f"{WHAT[kind]}{DENSE}{LESSON}{DESCRIBED}{joined}{AXES}{size}"


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
        "Each set was left out whole, and what was trained without it judged on it: rank "
        "correlations with its axes, macro-F1 and calibration error on its clear clips "
        "(`manage.py evaluate --held-out`).",
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
        "By how much it is better than each, on folds and on sets left out, and 95 % intervals "
        "by drawing whole artists, series or works again (`manage.py evaluate --held-out`). Where "
        "an interval holds 0, the two do not differ beyond noise.",
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
