"""The objects of Spotify's Web API as a development-mode app of 2026 gets them.

Built from https://developer.spotify.com/documentation/web-api/references/changes (February to July
2026) and its OpenAPI file: `preview_url` is null; `popularity`, `followers`, `email`, `country`
and `product` are gone; `account_id` is there. Apps with extended quota still get popularity.
"""

from dataclasses import dataclass
from typing import Any

from tools.sandbox.catalogue import SandboxSong, spotify_id
from tools.sandbox.world import Grant, SandboxPlaylist, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Objects:
    """Writes objects with addresses below one base."""

    world: World
    base_url: str

    def me(self, grant: Grant) -> Json:
        """The private user object, …/web-api/reference/get-current-users-profile."""
        person = grant.person
        name = spotify_id(person.account_id)
        picture = {"url": f"{self.base_url}/image/{name}", "height": 64, "width": 64}
        return self._named("user", name) | {
            "account_id": person.account_id,
            "display_name": person.display_name,
            "images": [picture] if person.display_name else [],
        }

    def track(self, song: SandboxSong) -> Json:
        """A full track object, …/web-api/reference/get-track."""
        return (
            self._simple_track(song)
            | {"album": self.album(song), "external_ids": {"isrc": song.isrc}}
            | self._popularity()
        )

    def album(self, song: SandboxSong) -> Json:
        name = song.album_id
        return self._named("album", name) | {
            "album_type": "album",
            "artists": [self.artist(song)],
            "images": [
                {"url": f"{self.base_url}/image/{name}-{size}", "height": size, "width": size}
                for size in (640, 300, 64)
            ],
            "name": song.album_title,
            "release_date": f"{song.year}-01-01",
            "release_date_precision": "day",
            "total_tracks": 12,
        }

    def full_album(self, songs: list[SandboxSong]) -> Json:
        """A full album object, …/web-api/reference/get-an-album."""
        path = f"/v1/albums/{songs[0].album_id}/tracks"
        tracks = [self._simple_track(song) for song in songs]
        more = {
            "copyrights": [],
            "external_ids": {},
            "genres": [],
            "tracks": {
                "href": f"{self.base_url}{path}",
                "items": tracks,
                "limit": 50,
                "next": None,
                "offset": 0,
                "previous": None,
                "total": len(tracks),
            },
        }
        label = {"label": None} if self.world.has_extended_quota else {}
        return self.album(songs[0]) | more | label | self._popularity()

    def artist(self, song: SandboxSong) -> Json:
        return self._named("artist", song.artist_id) | {"name": song.artist}

    def full_artist(self, song: SandboxSong) -> Json:
        """A full artist object, …/web-api/reference/get-an-artist."""
        url = f"{self.base_url}/image/{song.artist_id}"
        followers = (
            {"followers": {"href": None, "total": 1}} if self.world.has_extended_quota else {}
        )
        pictures = {"genres": [], "images": [{"url": url, "height": 64, "width": 64}]}
        return self.artist(song) | pictures | followers | self._popularity()

    def playlist(self, playlist: SandboxPlaylist) -> Json:
        """A simplified playlist object, …/reference/get-a-list-of-current-users-playlists."""
        owner = spotify_id(playlist.owner.account_id)
        items = {
            "href": f"{self.base_url}/v1/playlists/{playlist.id}/items",
            "total": len(playlist.uris),
        }
        return self._named("playlist", playlist.id) | {
            "collaborative": False,
            "description": playlist.description,
            "images": [],
            "name": playlist.name,
            "owner": self._named("user", owner) | {"display_name": playlist.owner.display_name},
            "public": playlist.is_public,
            "snapshot_id": spotify_id(f"{playlist.id}{playlist.uris}"),
            "items": items,
        }

    def _simple_track(self, song: SandboxSong) -> Json:
        return self._named("track", song.spotify_id) | {
            "artists": [self.artist(song)],
            "disc_number": 1,
            "duration_ms": song.duration_ms,
            "explicit": False,
            "is_local": False,
            "is_playable": True,
            "name": song.title,
            "preview_url": None,
            "track_number": 1,
        }

    def _named(self, kind: str, name: str) -> Json:
        return {
            "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{name}"},
            "href": f"{self.base_url}/v1/{kind}s/{name}",
            "id": name,
            "type": kind,
            "uri": f"spotify:{kind}:{name}",
        }

    def _popularity(self) -> Json:
        return {"popularity": 50} if self.world.has_extended_quota else {}
