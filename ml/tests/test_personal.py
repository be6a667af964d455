from __future__ import annotations

import numpy as np
import pytest
import torch

from ml.axes import from_axes, to_axes
from ml.labels import EMOTIONS, Emotion
from ml.personal import (
    MAX_LABELS,
    Axes,
    Center,
    Layer,
    axes_of,
    center_of,
    fit_layer,
    likeliest,
    probabilities_of,
)


def songs_of(count: int, seed: int = 0, *, sharp: float = 2.0) -> list[Axes]:
    return [
        Axes(*line) for line in np.random.default_rng(seed).normal(0, sharp, (count, 3)).tolist()
    ]


def heard_by(songs: list[Axes], listener: Layer, seed: int = 0) -> list[Emotion]:
    chance = np.random.default_rng(seed + 1000)
    chances = [probabilities_of(listener.moved(axes)) for axes in songs]
    return [EMOTIONS[chance.choice(4, p=line)] for line in chances]


def agreement(songs: list[Axes], labels: list[Emotion], layer: Layer) -> float:
    said = [likeliest(probabilities_of(layer.moved(axes))) for axes in songs]
    return sum(map(Emotion.__eq__, said, labels)) / len(songs)


LISTENER = Layer(arousal=2.0, valence=-1.5, strength=1.0)


def test_axes_are_those_of_the_networks() -> None:
    logits = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)).double()
    probabilities = logits.softmax(dim=-1)
    own = np.array([axes_of(line) for line in probabilities.tolist()])
    assert own == pytest.approx(to_axes(logits).numpy(), abs=1e-2)
    back = np.array([probabilities_of(Axes(*line)) for line in own.tolist()])
    assert back == pytest.approx(probabilities.numpy(), abs=1e-3)
    assert from_axes(torch.tensor(own)).exp().numpy() == pytest.approx(back)


def test_probabilities_stay_probabilities_when_one_is_nothing() -> None:
    said = Layer(3.0, -3.0, 0.7, 1.0).correct([0.0, 1.0, 0.0, 0.0])
    assert sum(said) == pytest.approx(1.0)
    assert min(said) > 0


def test_layer_changes_nothing_without_labels() -> None:
    fit = fit_layer([], [], Center())
    assert fit.layer == Layer()
    assert not fit.layer.changes_anything
    assert fit.layer.correct([0.1, 0.2, 0.3, 0.4]) == pytest.approx([0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(("labels", "gain"), [(5, 0.02), (20, 0.1), (50, 0.12)])
def test_held_out_songs_are_heard_better_for_who_hears_otherwise(labels: int, gain: float) -> None:
    gains = []
    for seed in range(40):
        songs = songs_of(200, seed)
        said = heard_by(songs, LISTENER, seed)
        layer = fit_layer(songs[:labels], said[:labels], center_of(songs)).layer
        rest = songs[labels:], said[labels:]
        gains.append(agreement(*rest, layer) - agreement(*rest, Layer()))
    assert np.mean(gains) > gain


# few labels say little: they teach where the network is unsure, not where it knows the music
@pytest.mark.parametrize(("labels", "sharp"), [(5, 3.0), (20, 3.0), (20, 2.0), (50, 2.0)])
def test_held_out_songs_are_heard_as_well_for_who_hears_as_the_network(
    labels: int, sharp: float
) -> None:
    losses = []
    for seed in range(60):
        songs = songs_of(200, seed, sharp=sharp)
        said = heard_by(songs, Layer(), seed)
        layer = fit_layer(songs[:labels], said[:labels], center_of(songs)).layer
        rest = songs[labels:], said[labels:]
        losses.append(agreement(*rest, Layer()) - agreement(*rest, layer))
    assert np.mean(losses) < 0.015


def test_no_shift_is_used_when_it_does_not_pay() -> None:
    songs = songs_of(60, sharp=1.0)
    labels = [likeliest(probabilities_of(axes)) for axes in songs]
    layer = fit_layer(songs, labels, Center(arousal=6.0, valence=6.0)).layer
    assert (layer.arousal, layer.valence, layer.strength) == (0.0, 0.0, 0.0)
    assert layer.scale > 1.0  # it was always right, so it may be surer
    assert agreement(songs, labels, layer) == 1.0


def test_more_is_used_where_the_network_is_unsure() -> None:
    songs = songs_of(10)
    labels = heard_by(songs, Layer())
    unlike, like, sure = (
        fit_layer(songs, labels, Center(certainty=certainty)).layer.strength
        for certainty in (0.60, 0.69, 0.78)
    )
    assert unlike > like > sure


def test_a_first_label_teaches_a_part() -> None:
    songs = songs_of(1)
    first = fit_layer(songs, [Emotion.CALM], Center(certainty=0.5)).layer
    assert first.strength == pytest.approx(1 / 5)


def test_a_listeners_own_music_is_expected_to_please() -> None:
    songs = songs_of(1)
    layer = fit_layer(songs, [Emotion.HAPPY], Center(certainty=0.5)).layer
    assert layer.valence > 0


def test_agreement_stays_when_the_network_is_always_right() -> None:
    songs = songs_of(60)
    labels = [likeliest(probabilities_of(axes)) for axes in songs]
    fit = fit_layer(songs, labels, center_of(songs))
    assert fit.before == fit.after == fit.labels == 60


def test_leave_one_out_is_what_a_fit_without_the_label_says() -> None:
    songs = songs_of(30, seed=3)
    labels = heard_by(songs, LISTENER, seed=3)
    fit = fit_layer(songs, labels, Center())
    assert fit.layer.strength == 1.0
    right = 0
    for at, axes in enumerate(songs):
        others = fit_layer(songs[:at] + songs[at + 1 :], labels[:at] + labels[at + 1 :], Center())
        assert others.layer.strength == 1.0
        right += likeliest(probabilities_of(others.layer.moved(axes))) == labels[at]
    assert abs(fit.after - right) <= 1
    assert fit.before == sum(
        likeliest(probabilities_of(axes)) == label
        for axes, label in zip(songs, labels, strict=True)
    )


def test_only_the_newest_labels_count_when_there_are_thousands() -> None:
    songs = songs_of(5000)
    labels = heard_by(songs, LISTENER)
    assert fit_layer(songs, labels, Center()) == fit_layer(
        songs[:MAX_LABELS], labels[:MAX_LABELS], Center()
    )


def test_layer_stays_finite_when_labels_contradict_what_is_sure() -> None:
    songs = [Axes(9.9, 9.9, 9.9)] * MAX_LABELS
    layer = fit_layer(songs, [Emotion.SAD] * MAX_LABELS, center_of(songs)).layer
    assert likeliest(layer.correct(probabilities_of(songs[0]))) == Emotion.SAD
    assert 0 < layer.scale < 2
