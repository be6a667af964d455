"""A file a chart: its numbers, the sentence that says what it shows, its drawing and its plan."""
