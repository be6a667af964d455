"""Short links as phones share them: redirects, one or two of them, to the song's own address.

Seen at link.deezer.com, deezer.page.link and spotify.link: 302 and 307, addresses of campaigns in
the query, and now and then the goal only in the query ("dest").
"""

import re
from urllib.parse import quote

from tools.sandbox.world import Answer, Request, World, redirect

NEXT_HOST = {"deezer.page.link": "link.deezer.com", "spotify.link": "spotify.app.link"}
ODD = {
    "elsewhere": "https://evil.example/track/1",
    "inside": "http://169.254.169.254/latest/meta-data/",
    "album": "https://www.deezer.com/album/1",
    "nowhere": "https://[",
}


def short_link_response(_world: World, request: Request, _base_url: str) -> Answer:
    match = re.fullmatch(r"/([\w.]+)/(?:s/)?([\w-]+)", request.path)
    if match is None:
        return Answer(404)
    if match[2] == "page":
        return Answer(200, b"<html>Open the app</html>", "text/html")
    return redirect(_goal(*match.groups()))


def _goal(host: str, key: str) -> str:
    if key == "loop" or key in ODD:
        return ODD.get(key, f"https://{host}/loop")
    if host in NEXT_HOST:
        return f"https://{NEXT_HOST[host]}/{key}?utm_source=app"
    if "spotify" in host:
        return f"https://open.spotify.com/track/{key}?si=0a1b2c"
    if host == "dzr.page.link":
        return f"https://www.deezer.com/open?dest={quote(f'https://deezer.com/track/{key}')}"
    return f"https://www.deezer.com/de/track/{key}?host=0&utm_campaign=clipboard"
