"""Measure a trained network on the clips that its folds kept apart: `manage.py evaluate`.

python -m ml.evaluation.evaluate resnet18_bilstm --held-out --data data/4q --also data/emotify
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ml.errors import DataError
from ml.evaluation.answers import read_answers
from ml.evaluation.figures import confusion_figure, reliability_figure
from ml.evaluation.folds import judged
from ml.metrics import describe_answers
from ml.training.experiment import DataFolders, Fold, parse_folds, read_predictions
from ml.weights import META, WEIGHTS

logger = logging.getLogger(__name__)

# Results of others, for comparison.
PUBLISHED = (
    ("thesis: ResNet18", "accuracy 0.80", "own split of 1,200 songs"),
    ("thesis: ANN", "accuracy 0.75", "own split of 1,200 songs"),
    ("thesis: CNN + LSTM", "accuracy 0.80", "own split of 1,200 songs"),
    ("thesis: ResNet18 + BiLSTM", "accuracy 0.86", "own split of 1,200 songs"),
    ("Panda et al. 2018: SVM", "F1 0.764", "artists in several folds"),
    ("Louro et al. 2024: CNN + dense", "F1 0.802", "artists in several folds"),
)


def evaluate_run(
    run: Path, data: DataFolders, *, folds: Sequence[Fold] | None = None
) -> dict[str, Any]:
    """Measure a run, and write metrics.json and two figures into its folder."""
    predictions = read_predictions(run)
    chosen = [each for each in predictions if folds is None or each.fold in folds]
    metrics = judged(chosen, data.rows()).metrics()
    write_metrics(run, metrics)
    return metrics


def write_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (folder / "confusion.svg").write_text(confusion_figure(metrics["confusion"]), encoding="utf-8")
    figure = reliability_figure(metrics["reliability"])
    (folder / "reliability.svg").write_text(figure, encoding="utf-8")


def comparison(runs: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    """Lay our runs beside the thesis's and the published numbers."""
    table = Table("network", "macro-F1", "accuracy", "arousal", "valence", "ECE", "judged on")
    for name, metrics in runs:
        low, high = metrics["macro_f1_interval"]
        table.add_row(
            name,
            f"{metrics['macro_f1']:.3f} ({low:.3f} to {high:.3f})",
            f"{metrics['accuracy']:.3f}",
            f"{metrics['arousal_accuracy']:.3f}",
            f"{metrics['valence_accuracy']:.3f}",
            f"{metrics['ece']:.3f}",
            _judged_on(metrics),
        )
    for name, score, note in PUBLISHED:
        table.add_row(name, score, "", "", "", "", note)
    return table


def _judged_on(metrics: Mapping[str, Any]) -> str:
    folds = ", ".join(str(fold) for fold in metrics["folds"])
    return f"{metrics['clips']} clips" + (f", folds {folds}" if folds else ", none in training")


def add_evaluation_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", help="names of runs")
    parser.add_argument(
        "--all", action="store_true", help="every run, and every network that ships"
    )
    parser.add_argument("--data", type=Path, help="folder with labels.csv")
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        help="a further folder that was learnt from",
    )
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="judge on each further folder what was trained without it, training it if need be",
    )
    parser.add_argument("--folds", type=parse_folds, help="only these folds of the run")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept")
    parser.add_argument(
        "--shipped", action="store_true", help="judge the weights that ship on the folder's clips"
    )


def run_evaluation(options: Mapping[str, Any]) -> None:
    """Evaluate as the options say, and print; DataError without finished folds or fitting data."""
    runs: Path = options["runs"]
    names = _names(runs) if options["all"] else options["models"]
    if not names:
        raise DataError("There is nothing to evaluate; name a run, or train one first.")
    if options["held_out"]:
        Console().print(*_held_out(names, options), sep="\n")
        return
    measure = _judged if options["shipped"] else _measured
    Console().print(comparison([(name, measure(name, options)) for name in names]))


def _held_out(names: Sequence[str], options: Mapping[str, Any]) -> list[Table]:
    from ml.evaluation.held_out import judge_held_out

    if options["data"] is None or not options["also"]:
        raise DataError("Say with --data and --also what was trained on.")
    return judge_held_out(names, _data_of(options), options["runs"])


def _data_of(options: Mapping[str, Any]) -> DataFolders:
    if options["data"] is None:
        raise DataError("Say with --data where the labels are.")
    return DataFolders(options["data"], tuple(options["also"]))


def _names(runs: Path) -> list[str]:
    """Name every run that has a finished fold, and every network that ships."""
    finished = {path.parents[1].name for path in runs.glob("*/fold-*/predictions.json")}
    return sorted(finished | {path.parent.name for path in WEIGHTS.glob(f"*/{META}")})


def _measured(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Measure a run's folds; with --all, judge what was kept of what cannot be measured here.

    Side by side stand networks of other data too, as they were measured on theirs.
    """
    run: Path = options["runs"] / name
    try:
        return evaluate_run(run, _data_of(options), folds=options["folds"])
    except DataError as error:
        if not options["all"]:
            raise
        metrics = _kept(run, WEIGHTS / name)
        if metrics is None:
            raise
        logger.warning("%s is judged by what was kept of it: %s", name, error)
        return metrics


def _kept(run: Path, weights: Path) -> dict[str, Any] | None:
    """Return an earlier measurement of a run, or judge the answers that ship with weights."""
    path = run / "metrics.json"
    if path.is_file():
        earlier: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return earlier
    kept = read_answers(weights)
    if kept is None:
        return None
    metrics: dict[str, Any] = json.loads((weights / "metrics.json").read_text(encoding="utf-8"))
    probabilities, truth, groups, folds = kept
    none = [()] * len(truth)
    fresh = describe_answers(probabilities, truth, groups=groups, genres=none)
    return metrics | fresh | {"folds": sorted(set(folds)), "by_genre": metrics["by_genre"]}


def _judged(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Judge shipped weights, and keep the metrics beside the runs."""
    from ml.evaluation.judge import judge
    from ml.predictor import Predictor

    data = _data_of(options).main
    metrics = judge(Predictor.load(name), data)
    folder = options["runs"] / f"{name}-on-{data.resolve().name}"
    folder.mkdir(parents=True, exist_ok=True)
    write_metrics(folder, metrics)
    return metrics


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ml.evaluation.evaluate")
    add_evaluation_arguments(parser)
    run_evaluation(vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
