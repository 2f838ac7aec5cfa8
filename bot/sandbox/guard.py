"""Who may drive the sandbox: programs on this machine, and its own page; no page from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp.web import BaseRequest

from bot.sandbox.errors import ControlError

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check_reader(request: BaseRequest) -> None:
    """Refuse a request under a foreign host name, as a rebound DNS name would make it."""
    host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    if host not in OWN_NAMES:
        raise ControlError(403, "The sandbox answers on this machine's own address only.")


def check_writer(request: BaseRequest) -> None:
    """Refuse what a web page from elsewhere could send without being asked."""
    check_reader(request)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise ControlError(403, "Only the sandbox's own page may do this.")
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise ControlError(403, "Only the sandbox's own page may do this.")
    if not request.headers.get("Content-Type") or request.content_type in _FORM_TYPES:
        raise ControlError(415, "Send application/json, or a file as application/octet-stream.")
