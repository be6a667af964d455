"""Which emotion counts for a song, and what songs are alike."""
