"""One turn's reply while it is being made: what is known, what was said so far, what it came to.

The answers under `bot/answers` write into it; `bot/answering.py` turns it into an Outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.cues import Cue, Cues
from bot.facts import Facts
from bot.formwords import FormWords
from bot.manners import Manners
from bot.plan import Plan
from bot.questions import ends_as_question
from bot.reasons import CaseReason
from bot.state import State
from bot.tone import Layout, upset
from bot.understanding.reading import Reading, Role
from bot.voice import Voice
from handoff.calendar import OpeningHours
from handoff.escalation import Rules
from handoff.knowledge import Article, Knowledge
from handoff.policies import Policies
from handoff.priority import Weights
from handoff.speech import Phrasebook
from handoff.text import normalise

TRIED_MAX = 8
_ANY_ORDER = "my order"
"""What stands for a number where it is looked for what is asked of it."""


@dataclass(frozen=True, slots=True)
class Cited:
    """An article a reply rests on: what of it is said, and the next step."""

    id: str
    said: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Everything an answer is made from."""

    knowledge: Knowledge
    book: Phrasebook
    hours: OpeningHours
    cues: Cues
    rules: Rules
    weights: Weights
    policies: Policies
    forms: FormWords
    manners: Manners


@dataclass(slots=True)
class Talk:
    """A reply in the making."""

    seeds: Seeds
    plan: Plan
    facts: Facts
    voice: Voice
    state: State
    layout: Layout = field(default_factory=Layout)
    answered: bool = False
    """A question was answered in full."""
    asked: bool = False
    """A slot was asked for."""
    missed: bool = False
    """The bot did not get anywhere with this message."""
    unknown: bool = False
    """Something was asked that no article, and no code, of ours answers."""
    light: bool = False
    """Only small talk so far."""
    hello: bool = False
    """A greeting is all that is wanted."""
    said_nothing: bool = False
    """The words say nothing by themselves: they ask whether anybody is there, or are an aside."""
    timed: bool = False
    """The reply names a time."""
    speaks_of: tuple[str, ...] | None = None
    """The policies the text speaks of; looked for once."""
    signs: frozenset[Cue] | None = None
    """The small signs in the text; looked for once."""
    day: date | None = None
    """Today on the shop's calendar; worked out once."""
    begun: bool = False
    """Something began to be arranged in this turn; one thing at a time."""
    started: bool = False
    """Something was started at the shop: this turn is not decided anew."""
    within: bool = False
    """What was asked for lies within the bot's own authority, and was granted."""
    explained: bool = False
    """What was not understood of an article has just been told by an example."""
    form_text: bool = False
    """The text was taken as it stands, as an address: it tells nothing else."""
    noted: bool = False
    """Something was told that what is being arranged keeps: it was no miss."""
    standing: str = ""
    """What this reply says of the place in the queue, and which `place`."""
    place: int = 0
    hand: CaseReason | None = None
    """Why a person has to take over, found while answering."""
    offered: bool = False
    timers: dict[str, int] = field(default_factory=dict)
    """What has to be looked at later, and when (ms)."""
    said: list[str] = field(default_factory=list)
    """What the packet will tell of this reply, once it is sure that the reply is said."""
    cited: list[Cited] = field(default_factory=list)
    """The articles this reply tells."""

    @property
    def reading(self) -> Reading | None:
        """What was written means this; None when nothing was."""
        return self.plan.reading

    @property
    def today(self) -> date:
        """Today on the shop's calendar."""
        self.day = self.day or self.voice.today
        return self.day

    @property
    def upset(self) -> bool:
        """Whether the customer is angry, worried or hurt."""
        return upset(self.reading)

    def asks_about(self, reading: Reading) -> bool:
        """Whether a text asks something, and does not only tell."""
        return ends_as_question(reading.text) or self.seeds.forms.asks(reading.normal)

    @property
    def asks_where(self) -> bool:
        """Whether the text asks where an order is, whatever else it is read as."""
        reading = self.reading
        if reading is None:
            return False
        normal = reading.normal
        for number in reading.entities.order_no:
            normal = normal.replace(normalise(number), _ANY_ORDER)
        return Cue.WHERE in self.seeds.cues.in_text(normal)

    def cue(self, cue: Cue) -> bool:
        """Whether the text holds a small sign."""
        return cue in self._signs()

    def _signs(self) -> frozenset[Cue]:
        if self.signs is None:
            normal = self.reading.normal if self.reading is not None else ""
            self.signs = self.seeds.cues.in_text(normal)
        return self.signs

    @property
    def last_said(self) -> str:
        """What the bot said last before this turn, as far as it is kept; empty for nothing."""
        said = [line.text for line in self.plan.before.recent if line.role is Role.BOT]
        return said[-1] if said else ""

    @property
    def calls(self) -> bool:
        """Whether the text asks whether anybody is there, and nothing else."""
        reading = self.reading
        return reading is not None and self.seeds.cues.only_calls(reading.normal, self._signs())

    def article(self, article_id: str) -> Article | None:
        """The article with this id, as long as it may be quoted today."""
        article = self.seeds.knowledge.articles.get(article_id)
        return article if article is not None and article.quotable(self.today) else None

    def articles_about(self, topic: str) -> list[Article]:
        """The articles on a subject that may be quoted today."""
        found = self.seeds.knowledge.articles.about(topic)
        return [article for article in found if self.article(article.id) is not None]

    def tell(self, key: str, /, **slots: object) -> None:
        """Add a phrase to the reply."""
        self.layout.parts.append(self.voice.say(key, **slots))

    def fold(self, text: str) -> None:
        """Add what only some want to read; the first such part of a reply goes under "more"."""
        self.layout.parts.append(text)
        self.layout.folded = self.layout.folded or text

    def answer_with(self, text: str, key: str, /, **slots: object) -> None:
        """Add an answer, and remember by a phrase what it was about."""
        self.layout.parts.append(text)
        self.answered = True
        self.said.append(self.voice.say(key, **slots))

    def ask(self, slot: str, goal: str) -> None:
        """Remember which slot was asked for, and why."""
        self.asked = True
        self.count_known(slot)
        self.state = self.state.changed(asks=slot, goal=goal)
        self.said.append(self.voice.say(f"tried.asked.{slot}"))

    def count_known(self, slot: str) -> None:
        """Count a question whose answer is known already: nobody should have to say it twice."""
        state, form = self.state, self.state.form
        shown = state.order_no in self.facts.shown
        known = {"order_no": shown, "phone_tail": shown, "wallet": bool(state.wallet)}
        if known.get(slot, form is not None and slot in form.told):
            self.state = state.changed(asked_known=state.asked_known + 1)

    def note(self, key: str, /, **slots: object) -> None:
        """Remember for the packet what was found out, whatever is said about it."""
        self._remember(self.voice.say(key, **slots))

    def keep_said(self) -> None:
        """Remember for the packet what this reply answered and asked: it is being said."""
        for tried in self.said:
            self._remember(tried)
        self.said = []

    def _remember(self, tried: str) -> None:
        if tried not in self.state.tried:
            self.state = self.state.changed(tried=(*self.state.tried, tried)[-TRIED_MAX:])

    def offer(self, action: str, label: str = "", /, **slots: object) -> None:
        """Put a button under the reply."""
        self.layout.buttons.append(self.voice.button(action, label, **slots))

    def offer_person(self) -> None:
        """Say that a person is one press away."""
        if not self.offered:
            self.offered = True
            self.layout.closers.append(self.voice.say("offer.person"))

    def offer_article(self, article: Article) -> None:
        """A button that opens an article."""
        title = self.voice.text(article.text(self.voice.language).title)
        self.offer(f"article:{article.id}", "article", title=title)
