"""The template environment: everything is escaped, and a few ways to show times and links.

It decides how a value looks, never which value is shown.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from pathlib import Path

import re2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_FOLDER = Path(__file__).parent / "templates"
_LINK = re2.compile(r"(?i)https?://[^\s<>\"'，。；！？、（）《》「」]+")
_TRAILING = ".,;:!?)]}'\""


def make_templates() -> Environment:
    """The desk's templates; an unknown name in one is an error, not an empty place."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        linked=linked, clock=clock, day=day, wait=wait, ms=ms, size=size, iso=iso, moment=moment
    )
    return environment


def linked(text: str) -> Markup:
    """The text escaped, with its http and https addresses as links that tell the target nothing."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        address = found.group(0).rstrip(_TRAILING)
        end = found.start() + len(address)
        parts.append(escape(text[at : found.start()]))
        parts.append(
            Markup(
                '<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>'
            ).format(address)
        )
        at = end
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def clock(at: datetime | None, zone: tzinfo) -> str:
    """`14:05` where the agent is."""
    return f"{at.astimezone(zone):%H:%M}" if at else ""


def day(on: date, lang: str) -> str:
    """`Sat 21 November`, `11月21日 周六`."""
    if lang.startswith("zh"):
        return f"{on.month}月{on.day}日 周{'一二三四五六日'[on.weekday()]}"
    return f"{on:%a} {on.day} {on:%B}"


def moment(at: str, now: datetime, zone: tzinfo, lang: str) -> str:
    """`21 Nov 14:05`, `11月21日 14:05` where the agent is, of a time in ISO 8601; another year is
    named.
    """
    try:
        local = datetime.fromisoformat(at).astimezone(zone)
    except ValueError:
        return at
    this_year = local.year == now.astimezone(zone).year
    if lang.startswith("zh"):
        return f"{'' if this_year else f'{local.year}年'}{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {local:%b} {'' if this_year else f'{local.year} '}{local:%H:%M}"


def wait(seconds: float) -> str:
    """A wait as a clock: `4:32`, `1:04:32`; the page's script ticks in the same shape."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, seconds_left = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds_left:02d}"
    return f"{minutes}:{seconds_left:02d}"


def ms(at: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(at.timestamp() * 1000)


def iso(at: datetime | None) -> str:
    """The moment for machines."""
    return at.isoformat(timespec="seconds") if at else ""


def size(size_bytes: int) -> str:
    """`340 kB`, `1.2 MB`; nothing for an unknown size."""
    if size_bytes <= 0:
        return ""
    if size_bytes < 1_000_000:
        return f"{max(1, size_bytes // 1000)} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"
