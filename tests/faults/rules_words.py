"""Rules about words: I1 invented, I2 lost, I4 order, I7 recipient, I8 twice. No tests here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.evidence import Evidence, Fate, Utterance
from tests.faults.history import AgentNoted, AgentTried, ScreenSeen, Shown, WordTold
from tests.faults.marks import is_note_mark, marks_in
from tests.faults.verdict import Expected, Rule, Violation, Wrong


def nothing_invented(evidence: Evidence) -> Iterator[Violation]:
    """Nobody is spoken to who did not write, and no text tells what nobody had said by then."""
    first = {one.chat: one.at_ms for one in reversed(evidence.utterances)}
    known = _known_since(evidence)
    for text in evidence.shown:
        if text.at_ms < first.get(text.chat, float("inf")):
            yield _text(Rule.NOTHING_INVENTED, Wrong.UNASKED, text)
        for mark in marks_in(text.text):
            if known.get(mark, float("inf")) > text.at_ms:
                yield _text(Rule.NOTHING_INVENTED, Wrong.UNSAID, text, mark)
    for (chat, mark), at_ms in evidence.on_screens.items():
        if mark not in known:
            where = f"{mark} on a page of chat {chat}"
            yield Violation(Rule.NOTHING_INVENTED, Wrong.UNSAID, where, at_ms)


def nothing_lost(evidence: Evidence) -> Iterator[Violation]:
    """Customers' messages end answered, on a screen or failed aloud; agents' words shown or told
    as not arrived.
    """
    for one in evidence.utterances:
        if evidence.fates[one.place].fate is Fate.LOST:
            yield _utterance(Rule.NOTHING_LOST, Wrong.LOST, one)
    told = {event.mark for event in evidence.all_of(WordTold)}
    for said in evidence.said:
        if said.mark not in told and (said.chat, said.mark) not in evidence.naming:
            where = f"{said.agent} in chat {said.chat}, {said.mark}"
            yield Violation(Rule.NOTHING_LOST, Wrong.LOST_WORDS, where, said.at_ms)


def in_order(evidence: Evidence) -> Iterator[Violation]:
    """Answers come in the order of the questions, an agent's words in the order they were sent,
    and a page tells a conversation as it was.
    """
    yield from _answers_in_order(evidence)
    yield from _agents_in_order(evidence)
    place = {one.mark: one.place for one in evidence.utterances if not _moves_about(one)}
    for screen in evidence.all_of(ScreenSeen):
        seen = [place[mark] for mark in screen.marks if mark in place]
        if any(first > second for first, second in pairwise(seen)):
            where = f"page of {screen.agent} for chat {screen.chat}"
            yield Violation(Rule.IN_ORDER, Wrong.INVERSION, where, screen.at_ms)


def right_recipient(evidence: Evidence) -> Iterator[Violation]:
    """What was said in one chat is never shown in another, and no note is shown to a customer."""
    chats = _chats_of_marks(evidence)
    for text in evidence.shown:
        for mark in marks_in(text.text):
            if is_note_mark(mark) and mark in chats:
                yield _text(Rule.RIGHT_RECIPIENT, Wrong.NOTE_LEFT, text, mark)
            elif text.chat not in chats.get(mark, {text.chat}):
                yield _text(Rule.RIGHT_RECIPIENT, Wrong.FOREIGN, text, mark)
    for (chat, mark), at_ms in evidence.on_screens.items():
        if chat not in chats.get(mark, {chat}):
            where = f"{mark} on a page of chat {chat}"
            yield Violation(Rule.RIGHT_RECIPIENT, Wrong.FOREIGN, where, at_ms)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A text that was shown once more than anybody had asked for; `first` is the one it repeats."""

    first: Shown
    again: Shown
    mark: str


def repeats(evidence: Evidence) -> list[Repeat]:
    """Every text that names a mark more often than customers named it, or an agent said it."""
    asked = {(one.proofs[0], one.burst or one.place) for one in evidence.utterances if one.proofs}
    allowed = Counter(proof for proof, _ in asked)
    allowed.update(mark for one in evidence.utterances for mark in one.carries)
    allowed.update({said.mark for said in (*evidence.said, *evidence.all_of(AgentTried))})
    found: dict[int, Repeat] = {}
    for (_, mark), texts in evidence.naming.items():
        most = allowed[mark]
        for repeat in _copies(texts, mark)[: len(texts) - most] if most else ():
            found.setdefault(id(repeat.again), repeat)
    for repeat in _uncaused(evidence):
        found.setdefault(id(repeat.again), repeat)
    return list(found.values())


def _copies(texts: Sequence[Shown], mark: str) -> list[Repeat]:
    """Every text but the first as a repeat of another that names the mark, the likeliest ones at
    the front: the same words, and soon. What customers ask for again comes later.
    """
    latest: dict[str, Shown] = {}
    same, other = [], []
    for again in texts:
        if before := latest.get(again.text):
            same.append(Repeat(before, again, mark))
        elif latest:
            other.append(Repeat(texts[0], again, mark))
        latest[again.text] = again
    same.sort(key=lambda repeat: repeat.again.at_ms - repeat.first.at_ms)
    return [*same, *reversed(other)]


def not_twice(evidence: Evidence, expected: Expected) -> Iterator[Violation]:
    """Repeats come from sends in flight at a fault and stay within the budget; nothing is heard
    twice.
    """
    found = repeats(evidence)
    for repeat in found:
        if not _was_in_flight(evidence, repeat.first, expected):
            yield _text(Rule.NOT_TWICE, Wrong.TWICE_UNCAUSED, repeat.again, repeat.mark)
    budget = expected.duplicates_per_fault
    hits = sum(fault.in_flight > 0 for fault in evidence.faults)
    if budget is not None and hits and len(found) > budget * hits:
        where = f"{len(found)} repeats in {hits} faults"
        yield Violation(Rule.NOT_TWICE, Wrong.TWICE_TOO_OFTEN, where, evidence.end_ms)
    for screen in evidence.all_of(ScreenSeen):
        for mark, times in Counter(screen.marks).items():
            if times > 1 and mark in evidence.names:
                where = f"{mark} {times} times on a page of chat {screen.chat}"
                yield Violation(Rule.NOT_TWICE, Wrong.TWICE_HEARD, where, screen.at_ms)


def _known_since(evidence: Evidence) -> dict[str, float]:
    """Since when a mark may be told."""
    known: dict[str, float] = {}
    said = [(word.mark, word.began_ms) for word in evidence.said]
    said += [(tried.mark, tried.at_ms) for tried in evidence.all_of(AgentTried)]
    noted = [(note.mark, 0.0) for note in evidence.all_of(AgentNoted)]
    heard = [(name, one.at_ms) for one in evidence.utterances for name in (one.mark, *one.proofs)]
    for mark, at_ms in (*heard, *said, *noted):
        known[mark] = min(at_ms, known.get(mark, at_ms))
    return known


def _chats_of_marks(evidence: Evidence) -> dict[str, set[int]]:
    """Where a mark belongs."""
    chats: dict[str, set[int]] = {}
    heard = [(name, one.chat) for one in evidence.utterances for name in (one.mark, *one.proofs)]
    said = [(word.mark, word.chat) for word in evidence.said]
    said += [(tried.mark, tried.chat) for tried in evidence.all_of(AgentTried)]
    noted = [(note.mark, note.chat) for note in evidence.all_of(AgentNoted)]
    for mark, chat in (*heard, *said, *noted):
        chats.setdefault(mark, set()).add(chat)
    return chats


def _answers_in_order(evidence: Evidence) -> Iterator[Violation]:
    latest: dict[int, tuple[int, Utterance]] = {}
    for one in evidence.utterances:
        answer = evidence.fates[one.place].by if one.proofs else None
        if answer is None or _moves_about(one):
            continue
        before = latest.get(one.chat)
        if before is not None and answer.message_id < before[0]:
            yield _utterance(Rule.IN_ORDER, Wrong.INVERSION, one)
        latest[one.chat] = max(before or (0, one), (answer.message_id, one), key=lambda m: m[0])


def _agents_in_order(evidence: Evidence) -> Iterator[Violation]:
    by_case: dict[str, list[tuple[float, float, int]]] = {}
    for said in evidence.said:
        texts = evidence.naming.get((said.chat, said.mark), ())
        if texts:
            row = (said.began_ms, said.at_ms, texts[0].message_id)
            by_case.setdefault(said.case, []).append(row)
    for case, words in by_case.items():
        for first, second in pairwise(sorted(words)):
            # Two presses at the same moment have no order.
            if first[1] < second[0] and second[2] < first[2]:
                where = f"an agent's words in case {case}"
                yield Violation(Rule.IN_ORDER, Wrong.INVERSION, where, second[1])


def _moves_about(one: Utterance) -> bool:
    """An edit takes its message's place when that was unread, and a press may overtake."""
    return one.edit or bool(one.callback_id)


def _uncaused(evidence: Evidence) -> Iterator[Repeat]:
    """Texts without a mark that were shown more often than anybody did anything in the chat."""
    acts = {chat: sorted(times) for chat, times in evidence.acts.items()}
    for chat, texts in evidence.texts.items():
        copies: dict[str, list[Shown]] = {}
        for text in texts:
            if text.edited or marks_in(text.text):
                continue
            same = copies.setdefault(text.text, [])
            same.append(text)
            causes = sum(at_ms <= text.at_ms for at_ms in acts.get(chat, ()))
            if len(same) > max(1, causes):
                yield Repeat(same[-2], text, "")


def _was_in_flight(evidence: Evidence, text: Shown, expected: Expected) -> bool:
    return any(
        fault.in_flight > 0
        and fault.at_ms <= text.at_ms + expected.settle_ms
        and fault.until_ms + expected.felt_ms >= text.began_ms
        for fault in evidence.faults
    )


def _text(rule: Rule, wrong: Wrong, text: Shown, mark: str = "") -> Violation:
    where = f"chat {text.chat}, message {text.message_id} {mark}".rstrip()
    return Violation(rule, wrong, where, text.at_ms)


def _utterance(rule: Rule, wrong: Wrong, one: Utterance) -> Violation:
    where = f"chat {one.chat}, message {one.message_id}, {one.mark}"
    return Violation(rule, wrong, where, one.at_ms)
