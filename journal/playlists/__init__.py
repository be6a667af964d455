"""Lists of songs to take along: as files, and as a playlist at Spotify."""
