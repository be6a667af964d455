"""Train a network on folders of labelled clips.

    python -m ml.training.train resnet18_bilstm --data data/4q --folds 0-1
    python -m ml.training.train resnet18_bilstm --data my-songs --folds all

``--folds all`` trains on every clip, for weights that ship. Killed runs are
continued by giving the same command with ``--resume``.
"""

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from safetensors.torch import save_file
from torch import Tensor, nn

from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.metrics import macro_f1
from ml.networks.registry import build_network, finish, prepare
from ml.training.distil import take_encoder
from ml.training.experiment import (
    FACTS,
    TENSORS,
    DataFolders,
    Experiment,
    Fold,
    FoldData,
    encoder_path,
    fold_folder,
    load_fold,
    parse_folds,
    read_experiment,
    sized_network,
    write_prediction,
)
from ml.training.join import Parts, alone, join_runs
from ml.training.loop import Trainer, pick_device, predict_logits

logger = logging.getLogger(__name__)
WATCH_EVERY = 5


@dataclass(frozen=True)
class TrainOptions:
    data: DataFolders
    folds: tuple[Fold, ...]
    run: Path
    packs: Path
    device: str = "cpu"
    resume: bool = False


def _train_folds(experiment: Experiment, options: TrainOptions, console: Console) -> None:
    """Train one network for each fold; finished folds are left as they are."""
    for fold in options.folds:
        folder = fold_folder(options.run, fold)
        if options.resume and (folder / TENSORS).exists():
            logger.info("%s is finished", folder)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        _train_fold(experiment, options, fold, console)


def _train_fold(
    experiment: Experiment, options: TrainOptions, fold: Fold, console: Console
) -> None:
    data = load_fold(experiment, options.data, fold, options.packs)
    folder = fold_folder(options.run, fold)
    checkpoint = folder / "checkpoint.pt"
    torch.manual_seed(experiment.training.seed)
    config = sized_network(experiment, data)
    network = build_network(config)
    if experiment.lesson:
        take_encoder(network, encoder_path(experiment, options.packs, fold))
    prepare(network, data.batches.batch(data.train, None)[0])
    trainer = Trainer(network, data.batches, data.train, experiment.training, device=options.device)
    if options.resume and checkpoint.exists():
        trainer.resume(checkpoint)
    with _bar(console) as bar:
        title = f"{experiment.name} {folder.name}"
        task = bar.add_task(title, total=experiment.training.epochs, completed=trainer.epoch)

        def report(epoch: int, loss: float) -> None:
            watch = epoch % WATCH_EVERY == 0 and len(data.test) > 0
            score = f"macro-F1 {_watched(trainer, data):.3f}" if watch else ""
            logger.info("%s epoch %d loss %.3f %s", title, epoch, loss, score)
            bar.update(task, completed=epoch, description=f"{title} loss {loss:.3f} {score}")

        network = trainer.run(checkpoint, report)
    finish(network, *data.batches.batch(data.train, None))
    facts = {
        "network": asdict(config),
        "epochs": experiment.training.epochs,
        "clips": len(data.train),
        "device": options.device,
        "seconds": round(trainer.seconds),
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    score = _finish(network, data, folder, options.device, fold)
    console.print(f"{title}: macro-F1 {score:.3f} on {len(data.test)} clips")
    checkpoint.unlink(missing_ok=True)


def _watched(trainer: Trainer, data: FoldData) -> float:
    """Score the averaged weights on the clips kept apart; nothing depends on it."""
    with trainer.swapped() as network:
        logits = predict_logits(network, data.batches, data.test, device=trainer.device)
    return _score(data, logits)


def _score(data: FoldData, logits: Tensor) -> float:
    truth = [EMOTIONS.index(data.rows[index].emotion) for index in data.test.tolist()]
    return macro_f1(truth, logits.argmax(dim=1).tolist()) if truth else float("nan")


def _finish(network: nn.Module, data: FoldData, folder: Path, device: str, fold: Fold) -> float:
    """Keep the fold's predictions and weights, and return its macro-F1."""
    logits = predict_logits(network, data.batches, data.test, device=device)
    rows = [data.rows[index] for index in data.test.tolist()]
    if rows:
        write_prediction(folder, fold, rows, logits)
    state = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(state, folder / TENSORS)
    return _score(data, logits)


def _bar(console: Console) -> ProgressBar:
    return ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=console,
    )


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="name of a configuration in ml/configs")
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument(
        "--also", type=Path, action="append", default=[], help="a further folder to learn from"
    )
    parser.add_argument("--folds", type=parse_folds, default="0-9", help='"0-9", "0,3" or "all"')
    parser.add_argument("--config", type=Path, help="another configuration file")
    parser.add_argument("--epochs", type=int, help="instead of the configuration's")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept")
    parser.add_argument("--resume", action="store_true", help="continue what was begun")
    parser.add_argument("--threads", type=int, help="CPU threads; one for each of several runs")


def run_training(options: Mapping[str, Any]) -> None:
    """Train as the options say; DataError where data or configuration cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if options["threads"]:
        torch.set_num_threads(options["threads"])
    settings = TrainOptions(
        data=DataFolders(options["data"], tuple(options["also"])),
        folds=options["folds"],
        run=options["runs"],
        packs=options["runs"] / "packs",
        device=pick_device(options["device"]),
        resume=options["resume"],
    )
    experiment = read_experiment(options["model"], path=options["config"], epochs=options["epochs"])
    train_experiment(experiment, settings)


def train_experiment(experiment: Experiment, settings: TrainOptions) -> None:
    """Train an experiment, and what it is joined with; `settings.run` is where runs are kept."""
    folder = settings.run / experiment.name
    run = alone(folder) if experiment.join else folder
    settings = replace(settings, run=run)
    _train_folds(experiment, settings, Console())
    if experiment.join:
        _join(experiment, settings, folder)


def _join(experiment: Experiment, settings: TrainOptions, folder: Path) -> None:
    """Train what is to be joined where that has not been done, and join what is finished."""
    describer = folder.with_name(experiment.join)
    others = replace(settings, run=describer, resume=True)
    _train_folds(read_experiment(experiment.join), others, Console())
    parts = Parts(settings.run, describer)
    try:
        join_runs(folder, parts, settings.data)
    except DataError as error:
        logger.info("not joined yet: %s", error)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ml.training.train")
    add_training_arguments(parser)
    run_training(vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
