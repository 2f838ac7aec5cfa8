"""The house's voice in one language at one moment: phrases, times, labels of buttons.

It fills slots and picks nothing; every word comes from the seeds.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache

import msgspec

from handoff.calendar import OpeningHours
from handoff.figures import QueueOutlook
from handoff.knowledge import Both
from handoff.speech import Phrasebook
from handoff.speech.phrasebook import filled
from handoff.text import Language, format_day, format_when, to_traditional
from handoff.words import Button

_HOUR_SECONDS = 3600
_MINUTE_SECONDS = 60


@lru_cache(maxsize=4096)
def _traditional(text: str) -> str:
    return to_traditional(text)


class Voice(msgspec.Struct, frozen=True):
    """Says phrases of the book."""

    book: Phrasebook
    language: Language
    hours: OpeningHours
    now: datetime
    turn: int = 0
    """Which of several wordings is said: they take turns, so that replies do not look stamped."""

    def say(self, key: str, /, **slots: object) -> str:
        """A phrase, its slots filled; raises SlotEmpty."""
        wordings = self.book.variants(key, self.language)
        return filled(key, wordings[self.turn % len(wordings)], slots)

    def text(self, text: str) -> str:
        """A text of the seeds in the script of this conversation."""
        return _traditional(text) if self.language is Language.ZH_HANT else text

    def both(self, texts: Both) -> str:
        """The side of a bilingual text for this conversation."""
        return self.text(texts.text(self.language))

    def when(self, moment: datetime) -> str:
        """A time in words, on the shop's clock."""
        return format_when(moment, now=self.now, language=self.language, tz=self.zone)

    def day(self, day: date) -> str:
        """A day in words, on the shop's calendar."""
        return format_day(day, today=self.today, language=self.language)

    @property
    def today(self) -> date:
        """Today on the shop's calendar."""
        return self.now.astimezone(self.zone).date()

    @property
    def zone(self) -> tzinfo:
        """The shop's clock."""
        return self.hours.zone

    @property
    def joiner(self) -> str:
        """What stands between listed words."""
        return "、" if self.language.is_chinese else ", "

    def button(self, action: str, label: str = "", /, **slots: object) -> Button:
        """A button labelled by the phrase `button.<label>`, by default the action's first word."""
        key = label or action.partition(":")[0]
        return Button(self.say(f"button.{key}", **slots), action=action)

    def wait(self, outlook: QueueOutlook) -> str:
        """An honest wait: a range in minutes, or hours when it is long."""
        low, high = outlook.wait_seconds
        if high >= _HOUR_SECONDS:
            hours = -(-high // _HOUR_SECONDS)
            return self.say("wait.hour") if hours == 1 else self.say("wait.hours", hours=hours)
        if high <= _MINUTE_SECONDS:
            return self.say("wait.minute")
        if low == high:
            return self.say("wait.within", minutes=high // 60)
        return self.say("wait.range", low=low // 60, high=high // 60)
