from bot.telegram.flood import Flood
from handoff.agenda import Mail, MailKind
from handoff.conversation import ConversationId
from tests.bot.telegram.scripted import Tally

ANNA, BEN = ConversationId("tg-1-100"), ConversationId("tg-1-200")


def mail(chat: ConversationId = ANNA, kind: MailKind = MailKind.MESSAGE) -> Mail:
    return Mail(1, chat, kind, b"{}")


def test_chat_that_floods_is_read_later_and_no_other_chat_is() -> None:
    now, tally = [0.0], Tally()
    flood = Flood(tally, clock=lambda: now[0])
    paces = []
    for now[0] in (n * 0.4 for n in range(25)):
        paces.append(flood.slowed(mail()).pause_ms)

    assert paces == [0] * 20 + [3_000] * 5
    assert flood.slowed(mail(BEN)).pause_ms == 0
    assert flood.slowed(mail(kind=MailKind.BUTTON)).pause_ms == 0
    assert tally.counts["updates_flooded"] == 5


def test_chat_that_has_calmed_down_is_read_at_once() -> None:
    now = [0.0]
    flood = Flood(Tally(), clock=lambda: now[0])
    for _ in range(30):
        flood.slowed(mail())
    now[0] = 10.0

    assert flood.slowed(mail()).pause_ms == 0


def test_longer_pause_of_an_album_is_kept() -> None:
    flood = Flood(Tally(), clock=lambda: 0.0)
    album = Mail(1, ANNA, MailKind.MESSAGE, b"{}", pause_ms=1_000, cap_ms=9_000)
    for _ in range(20):
        flood.slowed(album)

    slowed = flood.slowed(album)

    assert (slowed.pause_ms, slowed.cap_ms) == (3_000, 9_000)
