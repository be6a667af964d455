from __future__ import annotations

from pathlib import Path

from journify.config.secrets import load_or_create


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = load_or_create(path)
    assert len(key) >= 50
    assert load_or_create(path) == key
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    load_or_create(path)
    assert path.stat().st_mode & 0o077 == 0


def test_the_first_key_stays_when_two_start_together(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    class Late(type(path)):  # type: ignore[misc]
        """Does not see the file at first, as a process that starts at the same moment."""

        def exists(self) -> bool:  # type: ignore[override]
            return False

    path.write_text("the first key")
    assert load_or_create(Late(path)) == "the first key"


def test_keys_differ_between_installations(tmp_path: Path) -> None:
    assert load_or_create(tmp_path / "a") != load_or_create(tmp_path / "b")
