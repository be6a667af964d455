"""Compute what a network needs of every clip once, into one file that travels.

A pack is a plain ``.npy`` of records: the file's name, how many columns (or
numbers) it has, and the values, in 8 bits for log-mel pictures. Its name holds a
digest of how the values were computed, settings and code, so packs of other ones are not
mistaken for it. A killed run is continued where it stopped.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from inspect import getfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track

from ml import clip
from ml.audio import loading, source
from ml.audio.loading import load_clip
from ml.clip import CLIP_SECONDS, SEGMENTS
from ml.errors import ClipError
from ml.features import descriptors, musicnn, spectrogram, vectors
from ml.features.spectrogram import FeatureSettings, clip_picture, levelled, packed
from ml.features.vectors import VECTOR, clip_vectors

logger = logging.getLogger(__name__)

Records = npt.NDArray[np.void]
Packed = npt.NDArray[np.generic] | str  # a clip's values, or why there are none
NAME_LENGTH = 96
WAITING, REFUSED = 0, -1
SAVE_EVERY = 16
# Whatever is packed depends on which part of a file is heard, and on how it is decoded.
SOUND_MODULES = (loading, clip, source)
DESCRIPTOR_CODE = tuple(sorted(Path(getfile(descriptors)).parent.glob("*.py")))


@dataclass(frozen=True)
class Recipe:
    name: str  # begins the pack's file name; name what the values depend on
    shape: tuple[int, ...]  # shape of one clip's values; the last axis may be filled in part
    dtype: str  # numpy's name of the values' type
    # from a file to its values, which may be shorter; a module's, as it is sent to processes
    compute: Callable[[Path], npt.NDArray[np.generic]]

    @property
    def record(self) -> np.dtype[np.void]:
        return np.dtype(
            [("file", f"S{NAME_LENGTH}"), ("filled", "i4"), ("values", self.dtype, self.shape)]
        )


def picture_recipe(settings: FeatureSettings) -> Recipe:
    """Pack the log-mel, chroma and centroid picture in 8 bits."""
    digest = _digest(repr(settings), map(getfile, (spectrogram, *SOUND_MODULES)))
    shape = (settings.rows, settings.columns(CLIP_SECONDS))
    return Recipe(f"pictures-{digest}", shape, "u1", partial(packed_picture, settings))


def vector_recipe(patches: int) -> Recipe:
    """Pack what describes a clip and each of its segments (`ml.features.vectors`)."""
    code = map(getfile, (vectors, musicnn, spectrogram, *SOUND_MODULES))
    digest = _digest(str(patches), [*code, *DESCRIPTOR_CODE, musicnn.FILE])
    shape = (1 + SEGMENTS, len(VECTOR))
    return Recipe(f"vectors-{digest}", shape, "f4", partial(packed_vectors, patches))


def packed_vectors(patches: int, path: Path) -> npt.NDArray[np.float32]:
    """Return what describes a file and its segments, shape (4, D)."""
    clip = load_clip(path)
    samples = levelled(torch.from_numpy(clip.samples))
    return clip_vectors(samples, clip.seconds, patches).numpy()


def packed_picture(settings: FeatureSettings, path: Path) -> npt.NDArray[np.uint8]:
    """Return a file's picture in 256 levels, shape (rows, columns)."""
    picture = clip_picture(torch.from_numpy(load_clip(path).samples), settings)
    return packed(picture).numpy()


def _digest(settings: str, files: Iterable[str | Path]) -> str:
    """Return what changes with the settings and with the files that values are computed by."""
    digest = hashlib.sha256(settings.encode())
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:8]


def build_pack(
    root: Path, files: Sequence[str], recipe: Recipe, folder: Path, *, processes: int = 2
) -> Path:
    """Fill the pack of `files` under `root`; those that cannot be read are marked and logged."""
    path = folder / f"{root.resolve().name}-{recipe.name}.npy"
    records = _open(path, files, recipe)
    waiting = np.flatnonzero(records["filled"] == WAITING).tolist()
    jobs = [root / files[index] for index in waiting]
    with ProcessPoolExecutor(processes, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        results = pool.map(partial(_attempt, recipe.compute), jobs, chunksize=4)
        shown = track(zip(waiting, results, strict=True), path.name, total=len(waiting))
        for done, (index, values) in enumerate(shown):
            _store(records, index, values)
            if done % SAVE_EVERY == 0:
                records.flush()
    records.flush()
    return path


def open_pack(path: Path) -> Records:
    records: Records = np.load(path, mmap_mode="r")
    return records


def _open(
    path: Path, files: Sequence[str], recipe: Recipe
) -> np.memmap[tuple[int], np.dtype[np.void]]:
    """Open the pack to be continued, or begin a new one."""
    names = np.array([name.encode() for name in files], dtype=f"S{NAME_LENGTH}")
    if path.exists():
        records = np.lib.format.open_memmap(path, mode="r+")
        if records.dtype == recipe.record and np.array_equal(records["file"], names):
            return records
    path.parent.mkdir(parents=True, exist_ok=True)
    records = np.lib.format.open_memmap(path, mode="w+", dtype=recipe.record, shape=(len(files),))
    records["file"] = names
    return records


def _attempt(compute: Callable[[Path], npt.NDArray[np.generic]], path: Path) -> Packed:
    try:
        return compute(path)
    except ClipError as error:
        return f"{path.name}: {error}"


def _store(records: Records, index: int, values: Packed) -> None:
    if isinstance(values, str):
        logger.warning("left out %s", values)
        records["filled"][index] = REFUSED
        return
    filled = min(values.shape[-1], records["values"].shape[-1])
    records["values"][index][..., :filled] = values[..., :filled]
    records["filled"][index] = filled
