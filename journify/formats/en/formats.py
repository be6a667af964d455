"""How dates are written in English; `DAY_FORMAT` and the like are names of our own."""

from __future__ import annotations

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j F, H:i"
DAY_FORMAT = "l, j F Y"
SHORT_DAY_FORMAT = "D j M Y"
DAY_OF_MONTH_FORMAT = "l j"
SHORT_MONTH_DAY_FORMAT = "j M"
