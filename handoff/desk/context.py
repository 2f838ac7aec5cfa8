"""What every page and action of the desk works with, and who is asking.

Values only: the store, the words, the templates, and for one request the agent and the case it is
about.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from aiohttp import web
from jinja2 import Environment

from handoff.access import Action, may
from handoff.agents import Agent
from handoff.case import Case
from handoff.desk.hub import Hub
from handoff.desk.limits import Buckets
from handoff.desk.statics import Statics
from handoff.desk.texts import Texts, language_wanted
from handoff.desk.writing import Writes
from handoff.files import Files
from handoff.ports import Store
from handoff.service import Service, spoken
from handoff.settings import DeskSettings
from handoff.text import Language

Clock = Callable[[], datetime]
RenderMetrics = Callable[[], Awaitable[bytes]]
_MINUTES = re.compile("-?[0-9]{1,3}")


def wall_clock() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """What time it is; how often a stream shows that it lives and asks whether it may."""

    now: Clock = wall_clock
    beat_seconds: float = 15.0
    check_seconds: float = 5.0


USUAL_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a desk works over: the store, the files of customers and agents, and who writes for
    agents, if anybody.
    """

    store: Store
    files: Files
    writes: Writes | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk process."""

    store: Store
    files: Files
    service: Service
    settings: DeskSettings
    texts: Texts
    templates: Environment
    statics: Statics
    hub: Hub
    buckets: Buckets
    render_metrics: RenderMetrics
    pace: Pace = USUAL_PACE
    writes: Writes | None = None
    """Who drafts and sums up; None while the llm extra is off."""
    read_packets: set[tuple[str, str, int]] = field(default_factory=set)
    """Which agent has read which version of which case's packet."""
    at_the_door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who logs in is looked at one at a time."""

    def now(self) -> datetime:
        """The time of this desk, UTC."""
        return self.pace.now()

    @property
    def is_https(self) -> bool:
        return self.settings.desk_url.lower().startswith("https://")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking: an agent with a session, and how they read the page."""

    agent: Agent
    session: str

    def may(self, action: Action, case: Case | None = None) -> bool:
        """The one policy function, for this agent."""
        return may(self.agent.role, action, case, self.agent.id)


DESK = web.AppKey("desk", Desk)
VISITOR = web.RequestKey("visitor", Visitor)
CASE = web.RequestKey("case", Case)


def desk_of(request: web.Request) -> Desk:
    """The desk this request came to."""
    return request.app[DESK]


def language_of(request: web.Request) -> str:
    """The language of the page, as the browser asks."""
    return language_wanted(request.headers.get("Accept-Language", ""))


def spoken_on_page(request: web.Request) -> Language:
    """In which spelling the page names agents."""
    return Language.ZH_HANS if language_of(request) == "zh" else Language.EN


def zone_of(request: web.Request) -> timezone:
    """The agent's time zone, told by the page as minutes east of UTC in a cookie."""
    raw = request.cookies.get("tz", "")
    minutes = int(raw) if _MINUTES.fullmatch(raw) else 0
    return timezone(timedelta(minutes=max(-840, min(840, minutes))))


def is_fragment(request: web.Request) -> bool:
    """Tell a part of a page, asked by htmx, from a whole one."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def wants_json(request: web.Request) -> bool:
    """Tell a program from a page."""
    return "application/json" in request.headers.get("Accept", "")


def _my_name(request: web.Request) -> str:
    visitor = request.get(VISITOR)
    return spoken(visitor.agent.name, spoken_on_page(request)) if visitor else ""


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """Render a template with the words in the reader's language; everything in it is escaped."""
    desk, language = desk_of(request), language_of(request)
    html = desk.templates.get_template(template).render(
        t=lambda key, **slots: desk.texts.say(key, language, **slots),
        named=lambda group, code, **slots: desk.texts.name_of(group, code, language, **slots),
        lang="zh-Hans" if language == "zh" else "en",
        static=desk.statics.url,
        me=request.get(VISITOR),
        my_name=_my_name(request),
        action=Action,
        **values,
    )
    return web.Response(text=html, status=status, content_type="text/html")
