from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.foresight import READINGS_KEPT, Foresight
from bot.state import State
from bot.understanding.reading import Intent, Reading, Utterance
from handoff.agenda import Mail, MailKind
from handoff.conversation import ConversationId
from handoff.text import Language

LANE = ConversationId("tg-4242-10001")
BEFORE = State(tongue="en").heard_line("hi").said_line("hello")


@dataclass
class Reads:
    asked: list[str] = field(default_factory=list)

    def read(
        self, text: str, *, context: Sequence[Utterance] = (), hint: Language | None = None
    ) -> Reading:
        if text == "poison":
            raise ValueError
        self.asked.append(text)
        return Reading(text, text, hint or Language.EN, Intent.INVOICE, (Intent.INVOICE,), 1.0)


class Texts:
    def plain_text(self, mail: Mail) -> str:
        return mail.raw.decode()


def mail(text: str, pause_ms: int = 0) -> Mail:
    return Mail(7, LANE, MailKind.MESSAGE, text.encode(), pause_ms=pause_ms)


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def foresight(reads: Reads) -> Foresight:
    foresight = Foresight()
    foresight.remember(LANE, BEFORE.encode())
    foresight.foresee(mail(" an invoice please "), Texts(), reads)
    return foresight


def test_what_was_read_ahead_is_not_read_again_but_only_once(
    reads: Reads, foresight: Foresight
) -> None:
    for _ in range(2):
        ahead = foresight.over(reads)
        ahead.read("an invoice please", context=BEFORE.recent, hint=Language.EN)

    assert reads.asked == ["an invoice please"] * 2


@pytest.mark.parametrize(
    ("text", "context", "hint"),
    [
        ("an invoice please", (), Language.EN),
        ("an invoice please", BEFORE.recent, Language.ZH_HANS),
        ("an invoice", BEFORE.recent, Language.EN),
    ],
)
def test_another_question_is_read_for_itself(
    reads: Reads,
    foresight: Foresight,
    text: str,
    context: tuple[Utterance, ...],
    hint: Language,
) -> None:
    reading = foresight.over(reads).read(text, context=context, hint=hint)

    assert (reading.text, reading.language) == (text, hint)
    assert len(reads.asked) == 2


def test_fresh_seeds_read_anew(foresight: Foresight) -> None:
    fresh = Reads()

    foresight.over(fresh).read("an invoice please", context=BEFORE.recent, hint=Language.EN)

    assert fresh.asked == ["an invoice please"]


def test_nothing_is_read_ahead_for_a_conversation_that_is_not_known(reads: Reads) -> None:
    foresight = Foresight()

    foresight.foresee(mail("hello"), Texts(), reads)

    assert reads.asked == []


def test_a_fragment_waits_for_its_other_half(reads: Reads, foresight: Foresight) -> None:
    foresight.foresee(mail("and", pause_ms=1_500), Texts(), reads)

    assert reads.asked == ["an invoice please"]


def test_a_text_that_breaks_the_reader_is_left_to_its_turn(foresight: Foresight) -> None:
    foresight.foresee(mail("poison"), Texts(), Reads())

    with pytest.raises(ValueError):
        foresight.over(Reads()).read("poison", context=BEFORE.recent, hint=Language.EN)


def test_readings_nobody_asks_for_do_not_pile_up(reads: Reads, foresight: Foresight) -> None:
    for number in range(3 * READINGS_KEPT):
        foresight.foresee(mail(f"question {number}"), Texts(), reads)

    assert len(foresight._foreseen) == READINGS_KEPT
