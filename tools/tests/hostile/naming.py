"""Files that name other files or addresses, for a decoder that would open what it is told to."""

import struct
from collections.abc import Iterator, Sequence

Named = tuple[str, bytes]

PLAYLISTS = {
    "m3u": "#EXTM3U\n#EXTINF:5,a\n{0}\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{0}\n#EXT-X-ENDLIST\n",
    "hls-key": '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n'
    "#EXTINF:5,\n{0}\n#EXT-X-ENDLIST\n",
    "hls-map": '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MAP:URI="{0}"\n#EXTINF:5,\n{0}\n',
    "concat": "ffconcat version 1.0\nfile '{0}'\n",
    "pls": "[playlist]\nFile1={0}\nNumberOfEntries=1\n",
    "asx": '<asx version="3.0"><entry><ref href="{0}"/></entry></asx>',
    "xspf": '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">'
    "<trackList><track><location>{0}</location></track></trackList></playlist>",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="audio/mp4">'
    '<Representation id="a" bandwidth="1"><BaseURL>{0}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
    "smil": '<smil><body><audio src="{0}"/></body></smil>',
    "cue": 'FILE "{0}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\na=control:{0}\nm=audio 0 RTP/AVP 0\n",
    "svg": '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "{0}">]>'
    '<svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text><image href="{0}"/></svg>',
    "ismv": '<?xml version="1.0"?><SmoothStreamingMedia><StreamIndex Url="{0}"/>'
    "</SmoothStreamingMedia>",
}
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><playlist>&a11;</playlist>"
)


def naming_files(file: str, url: str) -> Iterator[Named]:
    """Yield playlists, manifests, scripts and containers that point to `file` and to `url`."""
    for kind, text in PLAYLISTS.items():
        for number, target in enumerate(_targets(file, url)):
            extension = ("mp3", "m4a", "wav")[number % 3]
            yield f"{kind}-{number}.{extension}", text.format(target).encode()
    for number, target in enumerate(_targets(file, url)):
        yield f"reference-movie-{number}.m4a", _reference_movie(target)
    yield "laughs.mp3", LAUGHS.encode()


def _targets(file: str, url: str) -> Sequence[str]:
    bare = url.removeprefix("http://")
    return (
        f"file://{file}",
        file,
        "/etc/passwd",
        url,
        f"concat:{file}|{file}",
        f"subfile,,start,0,end,1000,,:{file}",
        f"tcp://{bare.partition('/')[0]}",
        f"http://user:word@{bare}",
    )


def _reference_movie(target: str) -> bytes:
    """A QuickTime movie that has nothing in it but the address of another."""
    url = target.encode() + b"\x00"
    reference = _atom(b"rdrf", struct.pack(">I4sI", 0, b"url ", len(url)) + url)
    movie = _atom(b"moov", _atom(b"rmra", _atom(b"rmda", reference)))
    return _atom(b"ftyp", b"qt  " + bytes(4)) + movie


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content
