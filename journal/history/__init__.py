"""Past answers: a year in colour, search, on this day."""
