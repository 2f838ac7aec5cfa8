"""Answer a few words that make sense only behind what was told last: "30 days?", "what if not?".

The article just told, or the articles about the state of the order just told, are asked first: the
one sentence that tells it is said alone. What none of them tells is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

import re2

from bot.answers.arranging import tell_again
from bot.answers.finding import find_article, search
from bot.answers.forming import begun_by
from bot.answers.leading import tell_of_fault
from bot.answers.telling import tell_article
from bot.cues import Cue
from bot.finishing import name_a_time
from bot.hearing import ANSWERED_LATE
from bot.questions import asks_itself, is_wordless, without_nod
from bot.talk import Cited, Talk
from bot.understanding.reading import Emotion, Intent, Reading, Role, Signal
from handoff.conversation import Holder
from handoff.knowledge import Article
from handoff.knowledge.index import Hit
from handoff.text import has_han, normalise

_FEW_CHARS_ZH, _FEW_CHARS_EN = 18, 48
_SURELY_NEW = 0.85
"""So sure of another matter, it is none behind this one."""
_LIKELY, _SURELY_ONE = 0.5, 0.7
_SURE = 0.6
_FAINTLY = 0.35
_SHARED, _SHARED_WORDS = 0.5, 0.3
"""So much of what is asked, a sentence must say where it tells no side of the matter asked for."""
_KNOWN_CHARS = 16
_TELLS, _NUMBERED, _ALIKE = 1.0, 0.2, 0.1
_SHORT = 3
_WORD = re2.compile(r"[a-z]+")
_UNIT = re2.compile(r"\d ?(day|week|month|year|hour|天|周|个月|年|小时)")
"""What a number that is asked about counts."""
_WHEN = re2.compile(r"多久|多长时间|几天|什么时候|何时|\bhow long\b|^(?:so |and |ok )?when\b")
_CLAUSE = re2.compile(r".+?(?:[。；;]|\.(?:\s|$)|$)")
_BEHIND = re2.compile(
    r"^(?:那|如果|要是|万一|假如|可是|但|and\b|but\b|so\b|or\b|what if\b|what about\b|ok and\b)"
)
_SMALL = frozenset({Intent.GREETING_THANKS, Intent.HUMAN_REQUEST, Intent.COMPLAINT})
_NO_CUES = (Cue.THANKS, Cue.MINE, Cue.LEAVES)
_NOT_THESE = frozenset({Signal.BOT_MISREAD, Signal.ASKS_PERSON, Signal.TAKES_BACK, Signal.GRAVE})


def answer_behind(talk: Talk, reading: Reading) -> bool:
    """Answer what is asked behind the last answer; False when it is a matter of its own."""
    asks_when = _WHEN.search(reading.normal) is not None and _is_short(reading)
    if asks_when and not (talk.asks_where or talk.cue(Cue.MINE)) and tell_again(talk):
        return True
    if not _may_be_behind(talk, reading):
        return False
    if tell_of_fault(talk, reading):
        return True
    if talk.state.form is not None:
        return _tell_side(talk, _arranged(talk, reading), reading)
    about = spoken_of(talk)
    if not about:
        return False
    alone = search(talk, reading.text)
    new = alone[0].confidence if alone and not _is_of(about, alone[0]) else 0.0
    title = about[0].text(talk.voice.language).title
    whole = search(talk, f"{title}\n{reading.text}")
    known = bool(whole) and new < _SURELY_NEW and _is_of(about, whole[0])
    if known and _tell_side(talk, about, reading):
        return True
    if beside := _beside(talk, about, alone):
        tell_article(talk, beside)
        return True
    other, hit = find_article(talk, reading.text, reading.intent)
    sure = hit is not None and (hit.confidence >= _LIKELY or not known)
    if (other is not None and other not in about and sure) or _UNIT.search(reading.normal):
        return False
    if not _same_subject(about, reading, new):
        return False
    return talk.plan.before.article == about[0].id and _tell_unknown(talk, reading)


def _same_subject(about: Sequence[Article], reading: Reading, known: float) -> bool:
    """Whether the words are not surely of another subject than the last answer: no article knows
    them by themselves.
    """
    agrees = any(str(article.intent) == reading.intent for article in about)
    return agrees or reading.confidence < (_SURE if known >= _FAINTLY else _SURELY_NEW)


def _is_short(reading: Reading) -> bool:
    most = _FEW_CHARS_ZH if reading.language.is_chinese else _FEW_CHARS_EN
    return len(reading.normal) <= most


def _may_be_behind(talk: Talk, reading: Reading) -> bool:
    """Whether a text is a few words that ask, name nothing, and want nothing done."""
    if not _is_short(reading) or reading.entities.order_no or reading.entities.tracking_no:
        return False
    if talk.plan.remark or is_wordless(reading.normal):
        return False
    said = without_nod(reading.normal)
    nods = said != reading.normal and asks_itself(said)
    if reading.intent in _SMALL and not nods:
        return False
    if any(act.kind in ANSWERED_LATE for act in talk.plan.acts):
        return False  # of a late answer nobody knows whether what it stands behind was read
    if not _NOT_THESE.isdisjoint(reading.signals) or reading.emotion is Emotion.ANGRY:
        return False
    if any(map(talk.cue, _NO_CUES)) or begun_by(talk, reading.intent):
        return False
    asks = nods or talk.asks_about(reading) or asks_itself(reading.normal)
    return asks or _BEHIND.search(reading.normal) is not None


def spoken_of(talk: Talk) -> list[Article]:
    """What the last answer told: an article, or an order whose state articles are about."""
    said = talk.last_said
    states = talk.seeds.cues.of_status.items()
    article = talk.article(talk.plan.before.article)
    if said and article is not None and _is_told(talk, article, said):
        beside = next((ids for _state, ids in states if article.id in ids), ())
        return list(dict.fromkeys((article, *filter(None, map(talk.article, beside)))))
    if not said or talk.plan.before.order_no not in said:
        return []
    words = talk.seeds.knowledge.orders.words
    about = (ids for state, ids in states if talk.voice.both(words(state).meaning) in said)
    return [found for ids in about for found in map(talk.article, ids) if found is not None]


def _arranged(talk: Talk, reading: Reading) -> list[Article]:
    """The article on what is being arranged; of several the one that the words may ask for."""
    form = talk.state.form
    leads = talk.seeds.cues.leads.get(form.policy, ()) if form else ()
    if len(leads) > 1:
        leads = tuple(
            hit.article_id for hit in search(talk, reading.text) if hit.article_id in leads
        )
    return list(filter(None, map(talk.article, leads[:1])))


def _is_told(talk: Talk, article: Article, said: str) -> bool:
    """Whether the last answer told of the article, or that nothing is known of it."""
    lines = (*_clauses(talk, article), *_steps(talk, article))
    unknown = talk.seeds.book.variants("behind.unknown", talk.voice.language)
    return any(line[:_KNOWN_CHARS] in said for line in (*map(talk.voice.text, lines), *unknown))


def _beside(talk: Talk, about: Sequence[Article], alone: Sequence[Hit]) -> Article | None:
    """Another article on the same subject that likely answers it, or one about the order's state
    that was not told yet.
    """
    told = {talk.plan.before.article}
    for place, hit in enumerate(alone):
        article = talk.article(hit.article_id)
        least = _SURELY_ONE if place else _LIKELY
        if article is None or hit.confidence < least or str(article.id) in told:
            continue
        if article.intent == about[0].intent or article in about:
            return article
    return None


def _is_of(about: Sequence[Article], hit: Hit) -> bool:
    return any(hit.article_id == article.id for article in about)


def _clauses(talk: Talk, article: Article) -> list[str]:
    """What an article's answer says, clause by clause, each a sentence of its own."""
    answer = article.text(talk.voice.language).answer
    return [_whole(clause) for clause in map(str.strip, _CLAUSE.findall(answer)) if clause]


def _whole(clause: str) -> str:
    if clause[-1] in "；;":
        clause = clause[:-1] + ("。" if clause[-1] == "；" else ".")
    return clause[:1].upper() + clause[1:]


def _steps(talk: Talk, article: Article) -> list[str]:
    words = article.text(talk.voice.language)
    return [line for line in (words.next_step, *words.steps) if line]


def _tell_side(talk: Talk, about: Sequence[Article], reading: Reading) -> bool:
    """Say the one sentence that tells the side of the matter that is asked for."""
    weighed = max(_weighed(talk, about, reading), key=itemgetter(0), default=None)
    if weighed is not None:
        _weight, line, article = weighed
        line = talk.voice.text(_all_of_it(talk, article, reading, line))
        if talk.plan.turn.holder is Holder.QUEUE and _was_said(talk, line):
            return False  # who waits has it already; the rest is for the person they wait for
        title = talk.voice.text(article.text(talk.voice.language).title)
        talk.cited.append(Cited(str(article.id), line))
        talk.answer_with(line, "tried.article", title=title)
        talk.state = talk.state.changed(article=str(article.id), lead=talk.plan.before.lead)
    return weighed is not None


def _was_said(talk: Talk, line: str) -> bool:
    said = (one.text for one in talk.plan.before.recent if one.role is Role.BOT)
    return any(line[:_KNOWN_CHARS] in text for text in said)


def _all_of_it(talk: Talk, article: Article, reading: Reading, line: str) -> str:
    """The sentence, with what else the answer says of a side of which half would be untrue."""
    asked = (one for one in talk.seeds.cues.facets if one.asks.search(reading.normal))
    whole = [one for one in asked if one.whole and one.says.search(line.lower())]
    clauses = _clauses(talk, article)
    if line not in clauses or not whole:
        return line
    told = (clause for clause in clauses if any(one.says.search(clause.lower()) for one in whole))
    return ("" if talk.voice.language.is_chinese else " ").join(told)


def _weighed(
    talk: Talk, about: Sequence[Article], reading: Reading
) -> Iterator[tuple[float, str, Article]]:
    """The sentences that tell it, each with its weight: the words they share with what is asked,
    and whether they tell that side of the matter, best with a number.
    """
    facets = [one for one in talk.seeds.cues.facets if one.asks.search(reading.normal)]
    unit, own = _UNIT.search(reading.normal), _pieces(reading.normal)
    for article in about:
        clauses = _clauses(talk, article)
        lines = [*clauses, *_steps(talk, article)]
        shares = talk.seeds.knowledge.index.shares(reading.text, lines, talk.voice.language)
        for place, (line, share) in enumerate(zip(lines, shares, strict=True)):
            if unit is not None and unit.group(1) not in line:
                continue
            tells = [hit.group() for one in facets if (hit := one.says.search(line.lower()))]
            alike = len(own & _pieces(normalise(line)))
            least = _SHARED_WORDS if alike else _SHARED
            if tells or (place < len(clauses) and share >= least):
                numbered = any(map(str.isdigit, "".join(tells)))
                weight = share + _TELLS * len(tells) + _NUMBERED * numbered + _ALIKE * alike
                yield weight - place / 1000, line, article


def _pieces(normal: str) -> set[str]:
    """Words, and pairs of characters, to tell two sentences of one article apart by."""
    pairs = {first + second for first, second in pairwise(normal) if has_han(first + second)}
    return pairs | {word for word in _WORD.findall(normal) if len(word) > _SHORT}


def _tell_unknown(talk: Talk, reading: Reading) -> bool:
    """Say honestly that no article tells it, and by when a person does."""
    if talk.plan.turn.holder is not Holder.BOT or reading.intent is Intent.OUT_OF_SCOPE:
        return False
    talk.tell("behind.unknown")
    talk.missed = talk.unknown = True
    talk.note("tried.missed")
    name_a_time(talk)
    return True
