"""The phone page and its few static files, read once and kept in memory."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import jinja2
from aiohttp import web
from aiohttp.web import BaseRequest

from bot.sandbox.errors import ControlError
from bot.sandbox.guard import PAGE_HEADERS, check_reader
from bot.sandbox.words import WORDS, icon

HERE = Path(__file__).parent
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Page:
    """`/` in the reader's language, and `/static/…`."""

    def __init__(self) -> None:
        loader = jinja2.FileSystemLoader(HERE / "templates")
        template = jinja2.Environment(loader=loader, autoescape=True).get_template("phone.html")
        self._pages = {
            language: template.render(language=language, words=words, icon=icon).encode()
            for language, words in WORDS.items()
        }
        self._static = {
            f"/static/{path.name}": path.read_bytes() for path in (HERE / "static").iterdir()
        }

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request for the page or a part of it."""
        try:
            check_reader(request)
        except ControlError as refusal:
            return web.Response(status=refusal.status, text=refusal.sentence)
        body = self._static.get(request.path)
        kind = _TYPES.get(Path(request.path).suffix) or mimetypes.guess_type(request.path)[0]
        if request.path == "/":
            body, kind = self._pages[_language(request)], "text/html"
        if body is None:
            return web.Response(status=404, text="There is nothing here.")
        headers = {**PAGE_HEADERS, "Content-Type": f"{kind}; charset=utf-8"}
        return web.Response(body=body, headers=headers)


def _language(request: BaseRequest) -> str:
    wanted: str = request.query.get("lang") or request.headers.get("Accept-Language") or ""
    return "zh" if wanted.lower().startswith("zh") else "en"
