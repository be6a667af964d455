"""Fuzz the decoder and every parser of what others wrote, for so long.

    python -m tools.fuzz --seconds 600

Half of the time goes to the decoder, the other half to the parsers in turn. The exit status is 1
when one of them broke; the input that did it is printed, as small as hypothesis could make it.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from tempfile import TemporaryDirectory
from typing import Any

AT_ONCE = 200
DECODED_AT_ONCE = 100


def main() -> int:
    """Fuzz in turn until the time is up; print how often, and what was found."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "journify.settings",
            "ENV_FILE": os.devnull,
            "JOURNIFY_DATA_DIR": folder,
        }
        import django  # noqa: PLC0415

        django.setup()
        logging.disable(logging.CRITICAL)
        return _fuzz(options.seconds, options.seed)


def _fuzz(seconds: float, seed: int) -> int:
    from tools.fuzz.targets import TARGETS, DecodeTarget  # noqa: PLC0415 -- after django.setup()

    runs: Counter[str] = Counter()
    broken: dict[str, str] = {}
    decode = DecodeTarget(seed)
    until, spent = time.monotonic() + seconds, Counter[str]()
    while time.monotonic() < until:
        seed += 1
        for name, target in TARGETS.items():
            if name in broken or time.monotonic() > until:
                continue
            started = time.monotonic()
            try:
                runs[name] += _rounds(target, seed)
            except Exception as error:  # whatever it is, it is a finding
                broken[name] = f"{error!r} {getattr(error, '__notes__', '')}"
            spent["parsers"] += time.monotonic() - started  # type: ignore[assignment]
        while spent["decoder"] < spent["parsers"] and time.monotonic() < until:
            started = time.monotonic()
            decode.run(DECODED_AT_ONCE)
            spent["decoder"] += time.monotonic() - started  # type: ignore[assignment]
    for name, count in runs.items():
        sys.stdout.write(f"{name}: {count} executions{' BROKE' if name in broken else ''}\n")
    for name, finding in broken.items():
        sys.stdout.write(f"\n{name}: {finding}\n")
    sys.stdout.write(
        f"decoder: {decode.runs} executions, {decode.refusals} refused, "
        f"{decode.crashes} ended their process\n"
        f"{sum(runs.values()) + decode.runs} executions in {seconds:.0f} s, "
        f"{len(broken)} findings\n"
    )
    return 1 if broken else 0


def _rounds(target: Any, seed: int) -> int:
    """Run a target with fresh inputs; returns how often it was called."""
    from hypothesis import HealthCheck, given, settings  # noqa: PLC0415
    from hypothesis import seed as seeded  # noqa: PLC0415

    count = 0

    def once(drawn: Any) -> None:
        nonlocal count
        count += 1
        target.check(drawn)

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    options = settings(
        max_examples=AT_ONCE, deadline=None, database=None, suppress_health_check=checks
    )
    seeded(seed)(options(given(target.strategy)(once)))()
    return count


if __name__ == "__main__":
    sys.exit(main())
