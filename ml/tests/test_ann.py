from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ml.ann import predict_tracks
from ml.axes import to_axes
from ml.clip import Clip
from ml.datasets.batches import VectorBatches
from ml.datasets.pack import packed_vectors
from ml.datasets.tracks import TRACK_COLUMNS, TrackError, read_tracks, track_values
from ml.errors import DataError
from ml.features.vectors import VECTOR
from ml.labels import EMOTIONS
from ml.networks.ann import Ann, Standardise, Sureness, TrackAnn, TrackFront
from ml.networks.config import NetworkConfig
from ml.networks.registry import build_network
from ml.networks.regressions import Changes, Steady
from ml.predictor import Predictor
from ml.tests.sounds import music, write
from ml.training.experiment import DataFolders, load_fold, read_experiment, read_rows
from ml.weights import WEIGHTS

QUIET = {
    "danceability": "0.4",
    "energy": "0.06",
    "key": "5",
    "loudness": "-24.3",
    "speechiness": "0.04",
    "acousticness": "0.99",
    "instrumentalness": "0.92",
    "liveness": "0.11",
    "valence": "0.16",
    "tempo": "100",
    "time signature": "4",
    "duration (ms)": "162000",
}
LOUD = QUIET | {
    "energy": "0.95",
    "loudness": "-4",
    "acousticness": "0.001",
    "instrumentalness": "0",
    "valence": "0.45",
    "tempo": "140",
}
# Medians of the training table, for each emotion; LOUD and QUIET are near two of them.
TYPICAL = {
    "sad": QUIET
    | {"danceability": "0.49", "energy": "0.34", "loudness": "-10.2", "acousticness": "0.74"}
    | {"instrumentalness": "0.003", "valence": "0.225", "tempo": "117"},
    "happy": LOUD
    | {"danceability": "0.68", "energy": "0.77", "loudness": "-5.9", "acousticness": "0.06"}
    | {"valence": "0.59", "tempo": "123"},
    "energetic": LOUD | {"danceability": "0.53", "energy": "0.9", "loudness": "-4.5"},
    "calm": QUIET,
}


def wobbled(row: dict[str, str], seed: int) -> dict[str, str]:
    """A row near another: shares move by about 0.05, decibels by one, beats by ten."""
    moves = np.random.default_rng(seed)
    shares = {
        name: min(1.0, max(0.0, float(row[name]) + moves.normal(0, 0.05)))
        for name in ("danceability", "energy", "acousticness", "instrumentalness", "valence")
    }
    others = {
        "loudness": float(row["loudness"]) + moves.normal(0, 1),
        "tempo": float(row["tempo"]) + moves.normal(0, 10),
    }
    return row | {name: str(value) for name, value in (shares | others).items()}


def ann(width: int = 6, **settings: object) -> Ann:
    torch.manual_seed(0)
    table = {"kind": "ann", "descriptors": width, "members": 3, "pictures": False} | settings
    network = build_network(NetworkConfig(**table))  # type: ignore[arg-type]
    assert isinstance(network, Ann)
    return network


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load("ann_tracks")


class TestStandardise:
    def test_scales_are_those_of_the_examples_when_prepared(self) -> None:
        front = Standardise(2)
        values = torch.tensor([[1.0, 100.0], [3.0, 300.0]])
        front.prepare(values)
        assert torch.allclose(front(values), torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))

    def test_gaps_do_not_count_when_prepared(self) -> None:
        front = Standardise(1)
        front.prepare(torch.tensor([[1.0], [torch.nan], [3.0]]))
        assert front.mean.item() == 2.0
        assert front(torch.tensor([[torch.nan]])).item() == 0.0

    def test_whole_clips_decide_when_segments_follow_them(self) -> None:
        front = Standardise(1)
        front.prepare(torch.tensor([[[1.0], [9.0]], [[3.0], [9.0]]]))
        assert front.mean.item() == 2.0

    def test_outliers_are_cut_when_far_away(self) -> None:
        front = Standardise(1)
        front.prepare(torch.tensor([[-1.0], [1.0]]))
        assert front(torch.tensor([[1e6], [-1e6]])).flatten().tolist() == [3.0, -3.0]


class TestTrackFront:
    def test_all_numbers_are_finite_when_shares_are_zero(self) -> None:
        values = torch.zeros(2, len(TRACK_COLUMNS))
        values[1] = 1.0
        front = TrackFront()
        front.prepare(values)
        assert torch.isfinite(front(values)).all()

    def test_key_does_not_matter_when_all_else_is_equal(self) -> None:
        rows = torch.tensor([track_values(QUIET), track_values(LOUD)])
        other = rows.clone()
        other[:, TRACK_COLUMNS.index("key")] = 11.0
        front = TrackFront()
        front.prepare(rows)
        assert torch.equal(front(rows), front(other))


class TestAnn:
    def test_hidden_layers_are_four_when_built(self) -> None:
        shapes = [tuple(layer.weight.shape) for layer in ann().layers if hasattr(layer, "weight")]
        assert shapes == [(3, 6, 256), (3, 256, 128), (3, 128, 64), (3, 64, 32)]

    def test_parameters_are_counted_when_known(self) -> None:
        weights = 6 * 256 + 256 * 128 + 128 * 64 + 64 * 32 + 32 * 3
        others = 3 * (256 + 128 + 64 + 32) + 3  # bias, norm's scale and shift
        assert sum(each.numel() for each in ann().parameters()) == 3 * (weights + others)

    def test_every_member_answers_when_training(self) -> None:
        network = ann(heads={"moods": 5}).train()
        outputs = network({"descriptors": torch.randn(7, 6)})
        assert outputs["emotion"].shape == (7, len(EMOTIONS), 3)
        assert outputs["moods"].shape == (7, 5, 3)

    def test_members_differ_when_fresh(self) -> None:
        logits = ann().train()({"descriptors": torch.randn(7, 6)})["emotion"]
        assert (logits[..., 0] - logits[..., 1]).abs().max() > 1e-3

    def test_members_are_averaged_when_answering(self) -> None:
        outputs = ann().eval()({"descriptors": torch.randn(7, 6)})
        assert set(outputs) == {"emotion"}
        assert outputs["emotion"].shape == (7, len(EMOTIONS))

    def test_answers_are_the_same_when_rows_come_together(self) -> None:
        network, values = ann().eval(), torch.randn(5, 6)
        together = network({"descriptors": values})["emotion"]
        alone = torch.cat([network({"descriptors": row[None]})["emotion"] for row in values])
        assert torch.allclose(together, alone, atol=1e-5)

    def test_segments_count_half_when_they_are_described_too(self) -> None:
        network, values = ann().eval(), torch.randn(5, 4, 6)
        outputs = network({"descriptors": values})
        alone = [network({"descriptors": values[:, view]})["emotion"] for view in range(4)]
        assert torch.allclose(outputs["segments"], torch.stack(alone[1:], dim=1), atol=1e-5)
        expected = (alone[0] + sum(alone[1:]) / 3) / 2
        assert torch.allclose(outputs["emotion"], expected, atol=1e-5)

    def test_eight_clips_are_learnt_by_heart_when_trained_long(self) -> None:
        network, values = ann(dropout=0.0).train(), torch.randn(8, 6)
        truth = torch.arange(8) % 4
        optimizer = torch.optim.Adam(network.parameters(), 1e-2)
        for _ in range(60):
            logits = network({"descriptors": values})["emotion"]
            loss = torch.nn.functional.cross_entropy(logits, truth[:, None].expand(-1, 3))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert network.eval()({"descriptors": values})["emotion"].argmax(dim=1).equal(truth)

    def test_track_network_takes_twelve_columns_when_built(self) -> None:
        network = build_network(NetworkConfig(kind="ann_tracks", descriptors=12, pictures=False))
        assert isinstance(network, TrackAnn)
        row = torch.tensor([track_values(QUIET)])
        assert network.eval()({"descriptors": row})["emotion"].shape == (1, len(EMOTIONS))


class TestSureness:
    WIDTH = 40

    @pytest.fixture
    def learnt(self) -> Sureness:
        """What has learnt from clips that fill a quarter of the directions, and little else."""
        values = 0.1 * torch.randn(300, self.WIDTH, generator=torch.Generator().manual_seed(0))
        values[:, :10] *= 20
        sureness = Sureness(self.WIDTH)
        sureness.fit(values)
        return sureness

    def test_answers_get_less_sure_when_a_clip_is_unlike_the_training_clips(
        self, learnt: Sureness
    ) -> None:
        clip = torch.zeros(3, self.WIDTH)
        clip[0, 3], clip[1, [3, 30]], clip[2, 30] = 1.0, 1.0, 1.0
        like, between, unlike = learnt(clip).flatten().tolist()
        assert like > 1 > between >= unlike > 0.5

    def test_loudness_of_the_numbers_does_not_matter_when_their_mix_is_the_same(
        self, learnt: Sureness
    ) -> None:
        clip = torch.randn(4, self.WIDTH, generator=torch.Generator().manual_seed(1))
        assert torch.allclose(learnt(clip), learnt(3 * clip), atol=1e-5)

    def test_every_axis_is_flattened_alike_when_a_clip_is_strange(self) -> None:
        network, values = ann(waves=16).eval(), torch.randn(50, 6)
        network.finish({"descriptors": values}, {"emotion": torch.eye(4)[torch.arange(50) % 4]})
        sure = to_axes(network({"descriptors": values})["emotion"])
        assert network.sureness is not None
        factor = network.sureness(network.front(values))
        network.sureness.STEEPNESS = 0.0
        plain = to_axes(network({"descriptors": values})["emotion"])
        assert torch.allclose(sure, plain * factor, atol=1e-4)
        assert factor.std() > 0.01


def test_labels_of_all_sets_count_alike_when_a_regression_trusts_them() -> None:
    values = torch.randn(400, 6, generator=torch.Generator().manual_seed(0))
    truth = torch.eye(4)[(values[:, 0] > 0).long()]
    doubted = torch.arange(400) % 2 == 1
    first, second = Steady(6), Steady(6)
    first.fit(values, truth, torch.ones(400))
    second.fit(values, truth, torch.where(doubted, 0.01, 1.0))
    assert torch.allclose(first.axes.weight, second.axes.weight)


class TestChanges:
    """Three numbers tell valence; one of them is found to change with what says nothing."""

    TRUTH = torch.eye(4)[torch.arange(400) % 4]
    SIDE = (torch.arange(400) % 2 * 2.0 - 1)[:, None]

    def values(self) -> Tensor:
        return self.SIDE + torch.randn(400, 3, generator=torch.Generator().manual_seed(0))

    def weight(self, values: Tensor, **changed: Tensor) -> Tensor:
        still = Changes(torch.zeros(400), torch.full_like(values, torch.nan), values[:, None])
        regression = Steady(3)
        costs = replace(still, **changed).costs(values)
        regression.fit(values, self.TRUTH, torch.ones(400), costs)
        return regression.axes.weight

    def test_valence_leaves_a_number_alone_when_the_instrument_changes_it(self) -> None:
        values = self.values()
        again = values.clone()
        again[:, 1] += 3 * torch.randn(400, generator=torch.Generator().manual_seed(1))
        again[::3] = torch.nan
        weight, plain = self.weight(values, again=again), self.weight(values)
        assert (weight[1:, 1].abs() < 0.5 * plain[1:, 1].abs()).all()
        assert (weight[1:, 0] > plain[1:, 0]).all()
        assert torch.allclose(weight[0], plain[0], atol=1e-3)  # arousal may listen to instruments

    def test_no_axis_follows_a_number_when_it_tells_the_sets_apart(self) -> None:
        values, sets = self.values(), (torch.arange(400) % 2).float()
        sets[::10] = 1 - sets[::10]
        values[:, 1] += 3 * sets
        weight, plain = self.weight(values, sets=sets), self.weight(values)
        assert (weight[1:, 1].abs() < 0.5 * plain[1:, 1].abs()).all()

    def test_no_axis_follows_a_number_when_it_differs_within_clips(self) -> None:
        values = self.values()
        segments = values[:, None].repeat(1, 3, 1)
        segments[:, :, 1] += 6 * torch.randn(400, 3, generator=torch.Generator().manual_seed(1))
        weight, plain = self.weight(values, segments=segments), self.weight(values)
        assert (weight[1:, 1].abs() < 0.7 * plain[1:, 1].abs()).all()


class TestTrackValues:
    def test_values_keep_the_order_when_columns_are_shuffled(self) -> None:
        shuffled = dict(reversed(QUIET.items())) | {"artist": "somebody"}
        assert track_values(shuffled) == [float(QUIET[name]) for name in TRACK_COLUMNS]

    @pytest.mark.parametrize("cell", ["", " ", "NaN", None, "null"])
    def test_gap_becomes_nan_when_cell_is_empty(self, cell: str | None) -> None:
        values = track_values(QUIET | {"tempo": cell})
        assert values[TRACK_COLUMNS.index("tempo")] != values[TRACK_COLUMNS.index("tempo")]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"energy": "loud"}, "no number"),
            ({"energy": "7"}, "between 0 and 1"),
            ({"loudness": "inf"}, "between"),
            ({"valence": ""}, "nothing about valence"),
        ],
    )
    def test_row_is_refused_when_a_cell_is_wrong(self, change: dict[str, str], words: str) -> None:
        with pytest.raises(TrackError, match=words):
            track_values(QUIET | change)

    def test_other_spelling_is_understood_when_exported_elsewhere(self) -> None:
        row = {name.replace(" (ms)", "_ms").replace(" ", "_"): cell for name, cell in QUIET.items()}
        assert track_values(row) == track_values(QUIET)


class TestReadTracks:
    def write(self, folder: Path, rows: list[dict[str, str]]) -> None:
        with (folder / "tracks.csv").open("w", newline="", encoding="utf-8") as target:
            writer = csv.DictWriter(target, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def test_labels_and_values_pair_up_when_read(self, tmp_path: Path) -> None:
        label = {"track": "A", "artist": "B", "emotion": "calm", "fold": "3"}
        self.write(tmp_path, [QUIET | label, LOUD | label | {"emotion": "energetic"}])
        rows, values = read_tracks(tmp_path)
        assert [(row.emotion, row.group, row.fold) for row in rows] == [
            ("calm", "B", 3),
            ("energetic", "B", 3),
        ]
        assert values == [track_values(QUIET), track_values(LOUD)]

    @pytest.mark.parametrize("change", [{"emotion": "jolly"}, {"fold": "12"}, {"energy": "x"}])
    def test_line_is_named_when_something_is_wrong(
        self, tmp_path: Path, change: dict[str, str]
    ) -> None:
        self.write(tmp_path, [QUIET | {"emotion": "sad", "fold": "0"} | change])
        with pytest.raises(DataError, match="Line 2"):
            read_tracks(tmp_path)

    def test_folder_is_refused_when_it_has_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"no tracks\.csv"):
            read_tracks(tmp_path)


class TestVectorBatches:
    def batches(self, **settings: object) -> VectorBatches:
        targets = {"emotion": torch.eye(4)[torch.arange(40) % 4]}
        return VectorBatches(torch.zeros(40, 5), targets, **settings)  # type: ignore[arg-type]

    def test_examples_are_untouched_when_measured(self) -> None:
        batches = self.batches(hidden=1.0, cropped=1.0)
        inputs, targets = batches.batch(torch.tensor([2, 1]), None)
        assert torch.equal(inputs["descriptors"], torch.zeros(2, 5))
        assert targets["emotion"].argmax(dim=1).tolist() == [2, 1]

    def test_segments_follow_the_clip_when_measured(self) -> None:
        batches = self.batches(cropped=0.5)
        batches.descriptors = torch.arange(4.0)[None, :, None].expand(40, 4, 5)
        inputs, _ = batches.batch(torch.tensor([7]), None)
        assert inputs["descriptors"][0, :, 0].tolist() == [0.0, 1.0, 2.0, 3.0]

    def test_segments_replace_about_their_share_when_training(self) -> None:
        batches = self.batches(cropped=0.5)
        batches.descriptors = torch.arange(4.0)[None, :, None].expand(40, 4, 5)
        values = batches.batch(torch.arange(40), torch.Generator().manual_seed(0))[0]["descriptors"]
        assert values.shape == (40, 5)
        assert set(values[:, 0].tolist()) == {0.0, 1.0, 2.0, 3.0}
        assert 0.25 < (values[:, 0] > 0).float().mean() < 0.75

    def test_cells_are_hidden_about_their_share_when_training(self) -> None:
        batches = self.batches(hidden=0.3)
        values = batches.batch(torch.arange(40), torch.Generator().manual_seed(0))[0]["descriptors"]
        assert 0.2 < values.isnan().float().mean() < 0.4


class TestLoadFold:
    def test_no_artist_is_on_both_sides_when_a_table_is_loaded(self, tmp_path: Path) -> None:
        label = {"emotion": "calm", "track": "t"}
        rows = [QUIET | label | {"artist": str(k), "fold": str(k % 3)} for k in range(9)]
        TestReadTracks().write(tmp_path, rows)
        data = load_fold(read_experiment("ann_tracks"), DataFolders(tmp_path), 1, tmp_path)
        groups = [{data.rows[index].group for index in side} for side in (data.train, data.test)]
        assert groups == [set("023568"), set("147")]
        assert read_rows(tmp_path) == data.rows

    def test_parts_come_along_when_clips_are_described(self, tmp_path: Path) -> None:
        (tmp_path / "labels.csv").write_text("file,emotion,fold\na.wav,sad,0\nb.wav,calm,1\n")
        write(tmp_path / "a.wav", music(12))
        write(tmp_path / "b.wav", music(12, seed=1))
        data = load_fold(read_experiment("ann"), DataFolders(tmp_path), 0, tmp_path / "packs")
        assert isinstance(data.batches, VectorBatches)
        assert data.batches.descriptors.shape == (2, 4, len(VECTOR))
        assert (data.train.tolist(), data.test.tolist()) == ([1], [0])

    def test_other_instruments_come_along_when_they_were_rendered(self, tmp_path: Path) -> None:
        table = "file,emotion,fold,again\na.wav,sad,0,\nb.wav,calm,1,c.wav\n"
        (tmp_path / "labels.csv").write_text(table)
        for seed, name in enumerate("abc"):
            write(tmp_path / f"{name}.wav", music(12, seed=seed))
        experiment = read_experiment("ann")
        data = load_fold(experiment, DataFolders(tmp_path), 0, tmp_path / "packs")
        again = data.batches.targets["again"]
        assert again.isfinite().all(dim=1).tolist() == [False, True]
        described = packed_vectors(experiment.network.patches, tmp_path / "c.wav")
        assert np.array_equal(again[1], described[0])
        assert len(data.batches) == 2


class TestPredictTracks:
    def test_plain_cases_are_right_when_answered(self, predictor: Predictor) -> None:
        quiet, loud = predict_tracks([QUIET, LOUD], predictor=predictor)
        assert quiet.prediction is not None
        assert loud.prediction is not None
        assert quiet.prediction.emotion == "calm"
        assert loud.prediction.emotion in ("energetic", "happy")
        assert sum(quiet.prediction.probabilities.values()) == pytest.approx(1)
        assert list(quiet.prediction.probabilities) == list(EMOTIONS)

    def test_bad_row_costs_only_itself_when_between_good_ones(self, predictor: Predictor) -> None:
        results = predict_tracks([QUIET, QUIET | {"energy": "?"}, LOUD], predictor=predictor)
        assert [result.prediction is None for result in results] == [False, True, False]
        assert results[1].error == "energy is '?', which is no number."
        alone = predict_tracks([LOUD], predictor=predictor)[0]
        assert results[2].prediction is not None
        assert alone.prediction is not None
        assert results[2].prediction.probabilities == pytest.approx(
            alone.prediction.probabilities, abs=1e-5
        )

    def test_answer_hardly_changes_when_a_minor_cell_is_missing(self, predictor: Predictor) -> None:
        whole, gap = predict_tracks([QUIET, QUIET | {"liveness": ""}], predictor=predictor)
        assert whole.prediction is not None
        assert gap.prediction is not None
        assert gap.prediction.emotion == whole.prediction.emotion

    def test_list_is_empty_when_there_are_no_rows(self, predictor: Predictor) -> None:
        assert predict_tracks([], predictor=predictor) == []

    def test_rows_like_those_of_training_are_mostly_right(self, predictor: Predictor) -> None:
        rows = [(name, wobbled(TYPICAL[name], seed)) for name in EMOTIONS for seed in range(50)]
        results = predict_tracks([row for _, row in rows], predictor=predictor)
        right = Counter(
            name
            for (name, _), result in zip(rows, results, strict=True)
            if result.prediction is not None and result.prediction.emotion == name
        )
        assert min(right[name] for name in EMOTIONS) > 40, right


def test_fallback_answers_when_loaded_from_the_shipped_weights() -> None:
    assert (WEIGHTS / "ann").is_dir()
    fallback = Predictor.load("ann")
    assert fallback.input == "audio"
    assert isinstance(fallback.network, Ann)


def test_fallback_answers_for_each_segment_when_a_clip_is_long() -> None:
    sounds = np.concatenate([music(10), 0.3 * music(10, seed=1)[::-1], music(10)])
    prediction = Predictor.load("ann").predict(Clip(sounds, 30.0, 30.0, 0.0))
    first, second, third = (each["probabilities"] for each in prediction.segments)
    same, other = (
        max(abs(first[emotion] - each[emotion]) for emotion in EMOTIONS) for each in (third, second)
    )
    # the same music again, whose frames and patches begin some hundredths of a second otherwise
    assert same < 0.07
    assert other > 2 * same
