"""Make `ml/weights/musicnn` from the wheel that its authors published; for maintainers.

    pip download musicnn==0.1.0 --no-deps
    python -m tools.convert_musicnn musicnn-0.1.0-py3-none-any.whl

TensorFlow is not needed: its checkpoint is an index of names in LevelDB's table format
(https://github.com/google/leveldb/blob/main/doc/table_format.md) beside plain numbers.
"""

import argparse
import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from torch import Tensor

from ml.errors import DataError
from ml.features.musicnn import EPSILON, FILE, MIDDLE_LAYERS, TEMPORAL, TIMBRAL

SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
CHECKPOINT = "musicnn/MSD_musicnn/"
LICENSE = "musicnn-0.1.0.dist-info/LICENSE.md"
FOOTER = 48  # bytes of a table's end
NAMES_OF_FOUR = 4
DEAD = 1e-4  # a filter of a smaller norm never answers
WIRE_NUMBER, WIRE_FIXED64, WIRE_FIXED32 = 0, 1, 5  # of protocol buffers
SHAPE, OFFSET, SIZE = 2, 4, 5  # fields of TensorFlow's BundleEntryProto
DIMENSION, LENGTH = 2, 1

Fields = dict[int, list[Any]]  # numbers, and bytes of texts and messages
Arrays = dict[str, npt.NDArray[np.float32]]
Live = npt.NDArray[np.int64]


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of variable length; return it and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _read_fields(message: bytes) -> Fields:
    """Read a message of protocol buffers: the values of each field."""
    fields: Fields = {}
    at = 0
    while at < len(message):
        key, at = _read_number(message, at)
        value: bytes | int
        if key & 7 == WIRE_NUMBER:
            value, at = _read_number(message, at)
        else:
            size = {WIRE_FIXED64: 8, WIRE_FIXED32: 4}.get(key & 7)
            if size is None:
                size, at = _read_number(message, at)
            value, at = message[at : at + size], at + size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _read_block(table: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a table's block, whose place and size `handle` says."""
    offset, at = _read_number(handle, 0)
    size, _ = _read_number(handle, at)
    block = table[offset : offset + size]
    restarts = int.from_bytes(block[-NAMES_OF_FOUR:], "little")
    end = len(block) - NAMES_OF_FOUR * (restarts + 1)
    key, at = b"", 0
    while at < end:
        shared, at = _read_number(block, at)
        fresh, at = _read_number(block, at)
        length, at = _read_number(block, at)
        key, at = key[:shared] + block[at : at + fresh], at + fresh
        yield key, block[at : at + length]
        at += length


def read_checkpoint(index: bytes, numbers: bytes) -> Arrays:
    footer = index[-FOOTER:]
    _, at = _read_number(footer, 0)
    _, at = _read_number(footer, at)
    arrays: Arrays = {}
    for _, handle in _read_block(index, footer[at:]):
        for name, entry in _read_block(index, handle):
            if name:  # the first is about the whole
                arrays[name.decode()] = _array(_read_fields(entry), numbers)
    return arrays


def _array(entry: Fields, numbers: bytes) -> npt.NDArray[np.float32]:
    offset, size = (entry.get(field, [0])[0] for field in (OFFSET, SIZE))
    shapes = [_read_fields(shape) for shape in entry.get(SHAPE, [])]
    dimensions = [_read_fields(each) for shape in shapes for each in shape.get(DIMENSION, [])]
    sizes = [dimension.get(LENGTH, [0])[0] for dimension in dimensions]
    return np.frombuffer(numbers, "<f4", size // 4, offset).reshape(sizes)


def _converted(arrays: Arrays) -> dict[str, Tensor]:
    """Return the tensors of `ml.features.musicnn.Musicnn`, without filters that never answer."""
    tensors: Arrays = {}
    live_front = _front(arrays, tensors)
    for layer in range(MIDDLE_LAYERS):
        kernel = arrays[f"conv2d_{layer + 5}/kernel"][:, :, 0]  # (7, before, 64)
        kernel = kernel[:, live_front] if layer == 0 else kernel
        tensors[f"middle.{layer}.weight"] = kernel.transpose(2, 1, 0)
        tensors[f"middle.{layer}.bias"] = arrays[f"conv2d_{layer + 5}/bias"]
        _shape(arrays, layer + 6, f"middle_shapes.{layer}", tensors)
    _dense(arrays, live_front, tensors)
    return {name: torch.from_numpy(np.array(value)) for name, value in tensors.items()}


def _front(arrays: Arrays, tensors: Arrays) -> Live:
    """Convert the filters of the front end; return which of all of them answer."""
    _shape(arrays, 0, "level", tensors)
    places, before = [], 0
    for number in range(len(TIMBRAL + TEMPORAL)):
        name = f"conv2d_{number}" if number else "conv2d"
        kernel = arrays[f"{name}/kernel"][:, :, 0]  # (frames, bands, filters)
        live = np.flatnonzero(np.sqrt(np.square(kernel).sum(axis=(0, 1))) > DEAD)
        of_bands = number < len(TIMBRAL)
        part = f"timbral.{number}" if of_bands else f"temporal.{number - len(TIMBRAL)}"
        kept = kernel[..., live].transpose(2, 1, 0)  # (filters, bands, frames)
        tensors[f"{part}.weight"] = kept[:, None] if of_bands else kept
        tensors[f"{part}.bias"] = arrays[f"{name}/bias"][live]
        _shape(arrays, number + 1, f"shapes.{number}", tensors, live)
        places.append(live + before)
        before += kernel.shape[-1]
    return np.concatenate(places)


def _dense(arrays: Arrays, live_front: Live, tensors: Arrays) -> None:
    """Convert the dense layers, with the normalisation before each as part of it.

    Filters that never answer give 0 before normalisation, which the offset has after it.
    """
    factor, offset = _normalisation(arrays, 9)
    kernel = arrays["dense/kernel"]  # (2 x 753, 200): of each filter its maximum and its mean
    tensors["units.bias"] = arrays["dense/bias"] + offset @ kernel
    dead = 561 - np.size(live_front)
    rest = np.arange(np.size(live_front) + dead, len(kernel) // 2)
    kept = np.concatenate([live_front, rest])
    scaled = (factor[:, None] * kernel).reshape(len(kernel) // 2, 2, -1)[kept]
    tensors["units.weight"] = np.concatenate([scaled[:, 0], scaled[:, 1]]).T
    factor, offset = _normalisation(arrays, 10)
    kernel = arrays["dense_1/kernel"]
    tensors["tags.weight"] = (factor[:, None] * kernel).T
    tensors["tags.bias"] = arrays["dense_1/bias"] + offset @ kernel


def _shape(
    arrays: Arrays, number: int, name: str, tensors: Arrays, live: Live | slice = slice(None)
) -> None:
    factor, offset = _normalisation(arrays, number)
    tensors[f"{name}.factor"], tensors[f"{name}.offset"] = factor[live], offset[live]


def _normalisation(arrays: Arrays, number: int) -> tuple[npt.NDArray[np.float32], ...]:
    """Return the factor and the offset that a batch normalisation comes to."""
    name = f"batch_normalization_{number}" if number else "batch_normalization"
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (arrays[f"{name}/{part}"] for part in parts)
    factor = gamma / np.sqrt(variance + EPSILON)
    return factor, beta - mean * factor


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the wheel and write weights and licence."""
    parser = argparse.ArgumentParser(prog="python -m tools.convert_musicnn")
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args(arguments).wheel
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise DataError(f"{wheel} is not the file that these weights are made from.")
    with zipfile.ZipFile(wheel) as archive:
        arrays = read_checkpoint(
            archive.read(f"{CHECKPOINT}.index"),
            archive.read(f"{CHECKPOINT}.data-00000-of-00001"),
        )
        license_text = archive.read(LICENSE)
    tensors = _converted(arrays)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    save_file({n: (v.half() if v.dim() > 1 else v).contiguous() for n, v in tensors.items()}, FILE)
    FILE.with_name("LICENSE.md").write_bytes(license_text)


if __name__ == "__main__":
    main()
