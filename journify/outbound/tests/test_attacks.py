"""Every way we know of to have the server fetch an address of an attacker's choosing.

The number of addresses tried is printed by: pytest journify/outbound/tests/test_attacks.py -s
"""

from __future__ import annotations

import itertools
import socket
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from classifier.sources.deezer import PREVIEW_HOSTS as DEEZER
from classifier.sources.itunes import PREVIEW_HOSTS as APPLE
from journify.outbound import previews
from journify.outbound.errors import PlatformDownError, PlatformError, UnsafeAddressError
from journify.outbound.previews import PinnedAdapter, fetched_preview, public_address

HOSTS = (*DEEZER, *APPLE)
GOOD = "https://clips.dzcdn.net/a.mp3"

# This machine, its network and a cloud's metadata, as people have smuggled them past filters.
INSIDE = (
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0x7f.1", "0x7f000001"),
    "0.0.0.0",  # noqa: S104 -- refused, not bound
    *("0177.0.0.1", "017700000001", "2130706433", "127.0.0.1.", "127.000.000.001", "127.0.0.1%00"),
    *("localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost"),
    *(
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
    ),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25eth0]", "[fd00::1]", "[fec0::1]"),
    *("10.0.0.8", "172.16.4.4", "192.168.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe"),
    *("[fd00:ec2::254]", "metadata.google.internal", "100.64.0.1", "198.18.0.1", "224.0.0.1"),
    *("１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1"),
    *("127.0.0.1.nip.io", "evil.example", "xn--evl-0ma.example", "255.255.255.255", "240.0.0.1"),
)
SCHEMES = ("https", "http", "HTTPS", "ftp", "file", "gopher", "dict", "ldap", "tftp", "data")
# An address that looks like the platform's to one parser and is another's to the next.
DISGUISES = (
    *("https://{0}/a.mp3", "https://{0}:443/a.mp3", "https://{0}:80/", "https://{0}:6379/"),
    *("https://clips.dzcdn.net@{0}/a", "https://clips.dzcdn.net:x@{0}/a", "https://a:b@{0}/"),
    *(
        "https://{0}#@clips.dzcdn.net/",
        "https://{0}?@clips.dzcdn.net/",
        "https://{0}/@clips.dzcdn.net",
    ),
    *("https://{0}\\@clips.dzcdn.net/", "https://{0}\\.dzcdn.net/", "https://{0}%2f.dzcdn.net/"),
    *("https://{0}%00.dzcdn.net/", "https://{0}\t.dzcdn.net/", "https://{0}\n.dzcdn.net/"),
    *(
        "https://{0} .dzcdn.net/",
        "https://{0};.dzcdn.net/",
        "https:/{0}/a",
        "https:{0}/a",
        "//{0}/a",
    ),
    *("https:///{0}/a", "https:\\\\{0}\\a", " https://{0}/a", "\thttps://{0}/", "ht\ntps://{0}/"),
    *("https://dzcdn.net.{0}/", "https://xdzcdn.net@{0}", "https://{0}/..;/clips.dzcdn.net/"),
)
# Addresses under the platform's own name that are still none to follow.
UNDER_ITS_NAME = (
    *("http://clips.dzcdn.net/a", "https://clips.dzcdn.net:8443/a", "https://u@clips.dzcdn.net/a"),
    *("https://u:p@clips.dzcdn.net/a", "https://:@clips.dzcdn.net/a", "ftp://clips.dzcdn.net/a"),
    *(
        "https://clips.dzcdn.net:0/a",
        "https://clips.dzcdn.net:65536/a",
        "https://clips.dzcdn.net:-1/a",
    ),
    *("https://.dzcdn.net.evil.example/", "https://dzcdn.net/", "https://dzcdn.net./a"),
    *(
        "https://clips.dzcdn.net.evil.example/a",
        "https://clips-dzcdn.net/a",
        "https://dzcdn.net.evil/",
    ),
    *(
        "https://audio-ssl.itunes.apple.com.evil.example/",
        "https://evil.audio-ssl.itunes.apple.com@x/",
    ),
)
ADDRESSES = [
    *(f"{scheme}://{host}/a.mp3" for scheme, host in itertools.product(SCHEMES, INSIDE)),
    *(disguise.format(host) for disguise, host in itertools.product(DISGUISES, INSIDE)),
    *UNDER_ITS_NAME,
]


class Network:
    """Stands where the network is: counts what would have left this process.

    Attributes
    ----------
    names : list of str
        Hosts that were resolved.
    """

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers, self.names = answers, list[str]()

    def getaddrinfo(self, host: str, port: int, *_args: Any, **_options: Any) -> list[Any]:
        self.names.append(host)
        found = self.answers.get(host)
        if not found:
            raise socket.gaierror
        address = found.pop(0) if len(found) > 1 else found[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Nothing but the platform's own name resolves; nothing at all is connected to."""
    fake = Network({"clips.dzcdn.net": ["93.184.215.14"]})

    def refuse(address: tuple[str, int], *_args: Any, **_options: Any) -> None:
        assert address == ("93.184.215.14", 443), "connected elsewhere"
        raise OSError

    monkeypatch.setattr(previews.socket, "getaddrinfo", fake.getaddrinfo)
    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    monkeypatch.setattr("urllib3.connection.connection.create_connection", refuse)
    return fake


def fetch(url: str) -> None:
    with fetched_preview("deezer", url, hosts=HOSTS):
        pass


def test_no_address_of_theirs_is_asked_for(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in ADDRESSES:
        with pytest.raises((UnsafeAddressError, PlatformDownError)):
            fetch(url)
    strange = {
        name
        for name in network.names
        if not name.endswith(".dzcdn.net") and name != "audio-ssl.itunes.apple.com"
    }
    assert strange == set()
    with capsys.disabled():
        print(f"\n{len(ADDRESSES)} addresses tried, none asked for")  # noqa: T201


class Redirecting(BaseAdapter):
    """Answers the first request with a redirect, and fails the test at a second one elsewhere."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target, self.asked = target, list[str]()

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> Any:
        self.asked.append(str(request.url))
        return redirect_to(request, self.target.encode().decode("latin-1"))  # as it arrives

    def close(self) -> None:
        """Nothing is open."""


def test_no_redirect_leads_there_either(
    network: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(requests.Response, "close", lambda _self: None)
    for url in ADDRESSES:
        adapter = Redirecting(url)

        def prepare(session: requests.Session, _platform: str, fake: BaseAdapter = adapter) -> None:
            session.adapters.clear()
            for scheme in ("https://", "http://"):
                session.mount(scheme, fake)

        monkeypatch.setattr(previews, "_prepare", prepare)
        with pytest.raises(PlatformError):
            fetch(GOOD)
        for asked in adapter.asked:
            host = requests.utils.urlparse(asked).hostname
            assert host is not None
            assert host.endswith(".dzcdn.net"), (url, asked)
    with capsys.disabled():
        print(f"\n{len(ADDRESSES)} redirects tried, none followed elsewhere")  # noqa: T201


@pytest.mark.parametrize("target", ["\xff", "https://\xff\xfe.dzcdn.net/", "https://[", "\x00"])
def test_a_redirect_that_is_no_text_is_refused(
    target: str, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = Redirecting("")
    monkeypatch.setattr(requests.Response, "close", lambda _self: None)
    monkeypatch.setattr(adapter, "send", lambda request, **_options: redirect_to(request, target))
    monkeypatch.setattr(
        previews, "_prepare", lambda session, _platform: session.mount("https://", adapter)
    )
    with pytest.raises(PlatformError):
        fetch(GOOD)


def redirect_to(request: requests.PreparedRequest, location: str) -> requests.Response:
    response = requests.Response()
    response.status_code, response.request, response.raw = 302, request, None
    response.headers["Location"] = location
    return response


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.8", "169.254.169.254"])
def test_a_name_that_changes_its_mind_leads_nowhere(inside: str, network: Network) -> None:
    """DNS rebinding: public when it is checked, inside when it is connected to."""
    network.answers["clips.dzcdn.net"] = ["93.184.215.14", inside, inside]
    adapter = PinnedAdapter("deezer")
    request = requests.Request("GET", GOOD).prepare()
    pool = adapter.get_connection_with_tls_context(request, verify=True)
    assert pool.host == "93.184.215.14"  # what was checked is what is connected to
    assert len(network.names) == 1
    with pytest.raises(UnsafeAddressError):
        adapter.get_connection_with_tls_context(request, verify=True)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "::1", "::", "::127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:8", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1"),
        *("fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1"),
    ],
)
def test_refused_though_the_name_is_the_platforms(address: str, network: Network) -> None:
    network.answers["clips.dzcdn.net"] = [address]
    with pytest.raises(UnsafeAddressError):
        public_address("deezer", "clips.dzcdn.net")


def test_public_addresses_are_taken(network: Network) -> None:
    for address in ("93.184.215.14", "2a00:1450:4001::1"):
        network.answers["clips.dzcdn.net"] = [address]
        assert public_address("deezer", "clips.dzcdn.net") == address


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment would fetch what we refuse to."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")


def test_the_environments_proxy_is_not_asked(network: Network) -> None:
    session = requests.Session()
    previews._prepare(session, "deezer")
    assert session.merge_environment_settings(GOOD, {}, None, None, None)["proxies"] == {}
