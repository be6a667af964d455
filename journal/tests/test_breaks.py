"""No line of a page ends between a number and its unit."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client

from tools.measuring.listeners import client_of, make_listener
from tools.measuring.pages import pages_of

LOOSE = re.compile(r"\d (?:%|s\b|h\b|MB|GB|Hz).{0,20}")


class Words(HTMLParser):
    """What a page says, without its markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words_of(page: str) -> str:
    # an element between them breaks no line
    return re.sub(r"\s+", " ", "".join(Words(page).said).replace("\xa0", "~"))


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_number_stays_with_its_unit(language: str) -> None:
    anna = make_listener("anna", days=30)
    client = client_of(anna)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    visitor = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": language})
    pages = {page.name: client.get(page.path) for page in pages_of(anna, client)}
    pages["home"] = visitor.get("/")
    assert re.search(r"\d~%", words_of(pages["stats"].content.decode())), "no shares to look at"
    for name, response in pages.items():
        page = response.content.decode()
        assert f'lang="{language}"' in page
        assert LOOSE.findall(words_of(page)) == [], name
