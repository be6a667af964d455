"""Spotify's accounts service: consent, code with or without PKCE, tokens, refresh, their end.

Built from https://developer.spotify.com/documentation/web-api/tutorials/code-flow, .../
code-pkce-flow, .../client-credentials-flow, .../refreshing-tokens, .../concepts/redirect_uri and
the post of 18 June 2026 on refresh tokens.
"""

import base64
import hashlib
import html
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

from tools.sandbox.world import (
    CLIENT_ID,
    CLIENT_SECRET,
    Answer,
    Grant,
    Request,
    World,
    as_json,
    basic_credentials,
    redirect,
)

# A refresh token ends six months after the consent; refreshing does not move that.
CONSENT_SECONDS = 182 * 86_400

PAGE = """<!doctype html><html lang="en"><title>Sandbox consent</title>
<meta name="viewport" content="width=device-width"><main>
<h1>Let Journify use a Spotify account?</h1>
<p>This page stands in for Spotify's. Nothing leaves this machine.</p>
<form method="post" action="decision">{fields}{buttons}
<button name="person" value="">Cancel</button></form></main></html>"""


def spotify_accounts_response(world: World, request: Request, _base_url: str) -> Answer:
    if request.path == "/authorize":
        return _consent(world, request)
    if request.path == "/decision" and request.method == "POST":
        return _decision(world, request)
    if request.path == "/api/token":
        return _token(world, request) if request.method == "POST" else Answer(405)
    return Answer(HTTPStatus.NOT_FOUND)


def _consent(world: World, request: Request) -> Answer:
    wanted = request.query
    if wanted.get("client_id") != CLIENT_ID:
        return Answer(400, b"INVALID_CLIENT: Invalid client", "text/plain")
    if not _is_secure(wanted.get("redirect_uri", "")):
        return Answer(400, b"INVALID_CLIENT: Insecure redirect URI", "text/plain")
    if wanted.get("response_type") != "code":
        return Answer(400, b"response_type must be code", "text/plain")
    # PKCE is for who has no secret; who has one may do without
    if "code_challenge" in wanted and wanted.get("code_challenge_method") != "S256":
        return Answer(400, b"code_challenge_method must be S256", "text/plain")
    names = ("redirect_uri", "state", "scope", "code_challenge")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(wanted[name])}">'
        for name in names
        if name in wanted
    )
    buttons = "".join(
        f'<button name="person" value="{key}">Agree as {person.display_name or key}</button> '
        for key, person in world.people.items()
    )
    page = PAGE.format(fields=fields, buttons=buttons)
    return Answer(200, page.encode(), "text/html; charset=utf-8")


def _decision(world: World, request: Request) -> Answer:
    form = request.form
    if not _is_secure(form.get("redirect_uri", "")):
        return Answer(400, b"INVALID_CLIENT: Insecure redirect URI", "text/plain")
    state = {"state": form["state"]} if "state" in form else {}
    if form.get("person") not in world.people:
        return redirect(form["redirect_uri"], error="access_denied", **state)
    code = secrets.token_urlsafe(24)
    world.codes[code] = form
    return redirect(form["redirect_uri"], code=code, **state)


def _token(world: World, request: Request) -> Answer:
    """Check who asks, by header or in the body, and for what."""
    form = request.form
    client, secret = basic_credentials(request.headers.get("authorization", ""))
    client = client or form.get("client_id", "")
    secret = secret or form.get("client_secret", "")
    if client != CLIENT_ID:
        return _refused("invalid_client", "Invalid client")
    if secret and secret != CLIENT_SECRET:
        return _refused("invalid_client", "Invalid client secret")
    flows = {
        "authorization_code": _for_code,
        "refresh_token": _for_refresh_token,
        "client_credentials": _for_the_app,
    }
    flow = flows.get(form.get("grant_type", ""))
    if flow is None:
        return _refused("unsupported_grant_type", "grant_type parameter is missing")
    return flow(world, form, has_secret=bool(secret))


def _for_code(world: World, form: dict[str, str], *, has_secret: bool) -> Answer:
    wanted = world.codes.pop(form.get("code", ""), None)
    if wanted is None or wanted["redirect_uri"] != form.get("redirect_uri"):
        return _refused("invalid_grant", "Invalid authorization code")
    challenge = wanted.get("code_challenge", "")
    if not challenge and not has_secret:
        return _refused("invalid_client", "Invalid client secret")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    if challenge and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
        return _refused("invalid_grant", "code_verifier was incorrect")
    grant = Grant(
        person=world.people[wanted["person"]],
        scope=wanted.get("scope", ""),
        refresh_token=secrets.token_urlsafe(32),
        granted_at=world.now(),
        is_public=not has_secret,
    )
    world.grants.append(grant)
    return _tokens(world, grant, with_refresh_token=True)


def _for_refresh_token(world: World, form: dict[str, str], *, has_secret: bool) -> Answer:
    token = form.get("refresh_token")
    grant = next((each for each in world.grants if each.refresh_token == token), None)
    if grant is None:
        return _refused("invalid_grant", "Refresh token revoked")
    if not (has_secret or grant.is_public):
        return _refused("invalid_client", "Invalid client secret")
    if world.now() > grant.granted_at + CONSENT_SECONDS:
        return _refused("invalid_grant", "Refresh token expired")
    # without a secret the old one is good for one refresh only
    rotates = world.rotates_refresh_tokens or not has_secret
    if rotates:
        grant.refresh_token = secrets.token_urlsafe(32)
    return _tokens(world, grant, with_refresh_token=rotates)


def _for_the_app(world: World, _form: dict[str, str], *, has_secret: bool) -> Answer:
    """A token of the app itself, with which nobody's own things can be read."""
    if not has_secret:
        return _refused("invalid_client", "Invalid client secret")
    token = secrets.token_urlsafe(32)
    world.app_tokens[token] = world.now() + world.token_seconds
    return as_json(
        {"access_token": token, "token_type": "Bearer", "expires_in": world.token_seconds}
    )


def _tokens(world: World, grant: Grant, *, with_refresh_token: bool) -> Answer:
    access = secrets.token_urlsafe(32)
    grant.access[access] = world.now() + world.token_seconds
    body = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": world.token_seconds,
        "scope": grant.scope,
    }
    return as_json(body | ({"refresh_token": grant.refresh_token} if with_refresh_token else {}))


def _refused(error: str, description: str) -> Answer:
    return as_json({"error": error, "error_description": description}, status=400)


def _is_secure(uri: str) -> bool:
    """Https, or http at a loopback address written as a number: "localhost" is refused."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"}
    )
