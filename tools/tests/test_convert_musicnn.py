from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.errors import DataError
from tools.convert_musicnn import main as convert
from tools.convert_musicnn import read_checkpoint


def test_another_wheel_is_refused_when_converting(tmp_path: Path) -> None:
    wheel = tmp_path / "musicnn.whl"
    wheel.write_bytes(b"another one")
    with pytest.raises(DataError, match="not the file"):
        convert([str(wheel)])


def test_a_checkpoint_is_read_when_it_is_a_table_of_names() -> None:
    entry = b"\x08\x01\x12\x04\x12\x02\x08\x02\x20\x04\x28\x08"  # two floats at byte 4
    first = b"\x00\x00\x00" + b"\x00\x04\x0ctail" + entry
    block = first + b"\x00\x00\x00\x00\x01\x00\x00\x00"
    top = b"\x00\x01\x02z\x00" + bytes([len(block)]) + b"\x00\x00\x00\x00\x01\x00\x00\x00"
    place = len(block) + 5
    footer = b"\x00\x00" + bytes([place, len(top)])
    table = block + bytes(5) + top + bytes(5) + footer.ljust(48, b"\x00")
    numbers = np.array([9, 1.5, -2], dtype="<f4").tobytes()
    assert read_checkpoint(table, numbers)["tail"].tolist() == [1.5, -2.0]
