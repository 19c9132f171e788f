"""Addresses of pages: host, path and parameters of whatever a browser or a log wrote, never an error. No pyspark here.

Python's own `urlsplit` raises for some texts and knows no address without a scheme.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from urllib.parse import unquote_plus

LONGEST = 8_192  # characters; what stands behind them is not looked at, nor a parameter that is cut by them
LONGEST_HOST = 253  # RFC 1035
NOTHING = ("", "-", "*")  # what logs write where there is none; `*` is the target of OPTIONS
SCHEMES = ("http", "https", "android-app", "ios-app")  # what comes from elsewhere (about:, file:, data:) names no site

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_LIKE_A_HOST = re.compile(
    r"(?:www\.[^\s/?#]+|[\w-]+(?:\.[\w-]+)*\.(?!(?:html?|php|aspx?|jsp|js|css)\b)[a-zA-Z]{2,})(?::\d+)?(?=[/?#]|$)"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True)
class Url:
    """An address; `host` is None where none stands there (`/shop?q=tea`), `path` as written, without parameters."""

    host: str | None
    path: str | None
    parameters: Mapping[str, str] = field(default_factory=dict)


def url_of(text: str | None) -> Url | None:
    """The parts of an address; None where the text is none.

    The host is in small letters, without user, port and last point, in its ASCII form (IDNA 2003). Names of parameters are
    in small letters, `amp;` before them goes; of several of one name the first that is not empty counts. Values are
    decoded: `+` is a blank, bytes that are no UTF-8 become U+FFFD, control signs a blank.
    """
    if text is None:
        return None
    plain = _CONTROLS.sub("", text[:LONGEST]).strip()
    if plain in NOTHING:
        return None
    if len(text) > LONGEST:
        plain = plain.rpartition("&")[0] or plain
    before, _, query = plain.partition("#")[0].partition("?")
    if before.startswith("/") and not before.startswith("//"):
        return Url(None, before, _parameters(query))
    if not before:
        return Url(None, None, _parameters(query)) if query else None
    authority, slash, path = _without_scheme(before).partition("/")
    host = _host(authority)
    return Url(host, f"/{path}" if slash else "/", _parameters(query)) if host else None


def _without_scheme(before: str) -> str:
    """What follows the scheme, from the host on; empty where the scheme names no site, or no host stands there."""
    if before.startswith("//"):
        return before[2:]
    if scheme := _SCHEME.match(before):
        return before[scheme.end() :] if scheme[1].lower() in SCHEMES else ""
    return before if _LIKE_A_HOST.match(before) else ""


def _host(authority: str) -> str | None:
    name = authority.rpartition("@")[2]
    if name.startswith("["):
        inside, closed, _ = name[1:].partition("]")
        try:
            return str(IPv6Address(inside)) if closed else None
        except ValueError:
            return None
    name = name.partition(":")[0].rstrip(".").lower()
    if not name or len(name) > LONGEST_HOST:
        return None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    return name if all(_LABEL.fullmatch(label) for label in name.split(".")) else None


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        key = _decoded(name).lower().removeprefix("amp;")
        text = _decoded(value)
        if key and text:
            found.setdefault(key, text)
    return found


def _decoded(text: str) -> str:
    return _CONTROLS.sub(" ", unquote_plus(text, errors="replace")).strip()
