"""The listener's Spotify: connection, top lists, disconnecting."""
