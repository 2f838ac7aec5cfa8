from dataclasses import dataclass, field

import orjson
import pytest

from bot.deciding import Mind
from bot.facts import Sources
from bot.glance import Glance
from bot.handing import PROMISE_TIMER
from bot.telegram.updates import MailReader
from bot.turn import TurnLoop, Voice
from handoff.agenda import Mail, MailKind, Outcome, Turn
from handoff.case import Resolution
from handoff.conversation import Author, Conversation, ConversationId, Holder
from handoff.ops.counters import Counters
from handoff.packet import decode_packet
from handoff.signing import Signer
from handoff.state import decode_state, encode_state
from handoff.store.memory import open_memory_store
from handoff.store.records import wall_ms
from handoff.words import Limits
from tests.chat import Chat, answerer
from tests.contracts.story import MEI

ANNA = ConversationId("tg-1-100")
LATER_FORM = {"schema": 2, "misses": ["order"], "mood": "sunny"}


@dataclass
class Tomorrow:
    """A bot of this version on a shop whose conversations a later one remembers. Mail has come
    `ago_ms` ago when it is thought about.
    """

    chats: Chat = field(default_factory=Chat)
    ago_ms: int = 7_000
    updates: int = 0

    def __post_init__(self) -> None:
        self.store = open_memory_store(lambda: wall_ms() - self.ago_ms)
        glance = Glance(self.store.cases, self.store.presence)
        self.loop = TurnLoop(
            self.store.turns,
            self.store.house,
            mind=Mind(answerer(), self.chats.reader),
            sources=Sources(self.chats.shop, self.chats.shop, self.store.gate, glance),
            voice=Voice("bot-1", False, Limits(), _silent, lambda: None, lambda w, *_: tuple(w)),
            mail=MailReader(Signer(b"key")),
            counts=Counters(),
        )

    async def remembers(self, **values: object) -> None:
        turn = (await self.leased(b"{}", MailKind.OTHER))[0]
        state = encode_state(LATER_FORM | values)
        await self.store.turns.commit(turn, Outcome(state=state), owner="", limits=Limits())

    async def writes(self, text: str, raw: bytes = b"") -> None:
        await self.hears(raw or _update(text), MailKind.MESSAGE)

    async def hears(self, raw: bytes, kind: MailKind) -> None:
        self.loop.dispatch(await self.leased(raw, kind))
        await self.loop.drain(5)

    async def takes(self) -> tuple[Turn, ...]:
        turns = (await self.store.turns.take("bot-1", 9)).turns
        self.loop.dispatch(turns)
        await self.loop.drain(5)
        return turns

    async def stands(self) -> Conversation:
        return await self.store.conversations.conversation(ANNA)

    async def said(self) -> list[str]:
        lines = (await self.stands()).transcript
        return [line.text for line in lines if line.author is Author.BOT]

    async def leased(self, raw: bytes, kind: MailKind) -> tuple[Turn, ...]:
        self.updates += 1
        mail = Mail(self.updates, ANNA, kind, raw, message_id=self.updates)
        return (await self.store.turns.accept("tg-1", [mail], owner="bot-1", room=9)).turns


async def _silent(*_: object) -> None:
    raise AssertionError("this process speaks for nobody")


def _update(text: str) -> bytes:
    person = {"id": 100, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    chat = {"id": 100, "type": "private", "first_name": "Anna"}
    message = {"message_id": 9, "date": 1_790_000_000, "chat": chat, "from": person, "text": text}
    return orjson.dumps({"update_id": 9, "message": message})


@pytest.fixture
def tomorrow() -> Tomorrow:
    return Tomorrow()


async def test_customer_nobody_here_remembers_hears_a_word_and_gets_a_person(
    tomorrow: Tomorrow,
) -> None:
    await tomorrow.remembers(tongue="en")
    await tomorrow.writes("Where is my parcel?")

    stands = await tomorrow.stands()
    (case,) = await tomorrow.store.cases.waiting()
    packet = decode_packet(await tomorrow.store.cases.packet(case.id))
    explained = await tomorrow.store.conversations.explain(ANNA)
    assert stands.holder is Holder.QUEUE
    assert [line.text for line in stands.transcript if line.author is Author.CONTACT] == [
        "Where is my parcel?"
    ]
    assert (case.contact, packet.wants) == ("Anna", "Where is my parcel?")
    (told,) = await tomorrow.said()
    assert "colleague" in told
    assert "抱歉" not in told
    assert PROMISE_TIMER in str(explained["timers"])


async def test_memory_of_a_later_version_stays_as_it_wrote_it(tomorrow: Tomorrow) -> None:
    await tomorrow.remembers()
    await tomorrow.writes("Where is my parcel?")
    await tomorrow.writes("Hello?")

    (turn,) = await tomorrow.leased(b"{}", MailKind.OTHER)
    assert decode_state(turn.state) == LATER_FORM


async def test_later_version_has_some_seconds_to_take_it_up(tomorrow: Tomorrow) -> None:
    tomorrow.ago_ms = 0
    await tomorrow.remembers()
    await tomorrow.writes("Where is my parcel?")

    stands = await tomorrow.stands()
    due_ms = (await tomorrow.store.turns.take("other", 9)).next_due_ms
    assert (stands.holder, stands.transcript) == (Holder.BOT, ())
    assert 0 < due_ms <= 1_000
    assert "records_newer" in await tomorrow.store.house.alerts()


async def test_agent_who_holds_reads_what_the_customer_writes_at_once(tomorrow: Tomorrow) -> None:
    await tomorrow.remembers()
    await tomorrow.writes("Where is my parcel?")
    claim = await tomorrow.store.cases.claim(None, MEI, op="claim")
    tomorrow.ago_ms = 0
    await tomorrow.writes("It was a red coat.")

    stands = await tomorrow.stands()
    assert claim is not None
    assert "It was a red coat." in [line.text for line in stands.transcript]
    assert len(await tomorrow.said()) == 1


async def test_promise_that_comes_due_is_renewed(tomorrow: Tomorrow) -> None:
    await tomorrow.remembers(tongue="en")
    await tomorrow.writes("Where is my parcel?")
    await tomorrow.writes("And my coat?")
    tomorrow.ago_ms = -86_400_000  # a day on
    await tomorrow.takes()

    told = await tomorrow.said()
    explained = await tomorrow.store.conversations.explain(ANNA)
    assert "added this" in told[1]
    assert told[2].startswith("Thank you for waiting, and I am sorry")
    assert "抱歉" not in told[2]
    assert PROMISE_TIMER in str(explained["timers"])


async def test_case_that_ends_well_is_not_opened_again_by_itself(tomorrow: Tomorrow) -> None:
    await tomorrow.remembers()
    await tomorrow.writes("Where is my parcel?")
    claim = await tomorrow.store.cases.claim(None, MEI, op="claim")
    assert claim is not None
    await tomorrow.store.cases.resolve(claim.case_id, MEI, Resolution.SOLVED, op="resolve")
    await tomorrow.takes()

    assert (await tomorrow.stands()).holder is Holder.BOT
    assert await tomorrow.store.cases.waiting() == ()


async def test_mail_of_an_unknown_kind_is_set_aside_when_a_customer_waits_behind_it(
    tomorrow: Tomorrow,
) -> None:
    await tomorrow.hears(b"W1000001", MailKind.NEWER)
    alone = await tomorrow.store.house.dead_letter_count()
    await tomorrow.hears(_update("Where is my parcel?"), MailKind.MESSAGE)
    await tomorrow.takes()
    await tomorrow.takes()

    (letter,) = await tomorrow.store.house.dead_letters()
    lines = (await tomorrow.stands()).transcript
    assert (alone, letter["reason"]) == (0, "newer")
    assert lines[0].text == "Where is my parcel?"
    assert await tomorrow.said()


async def test_unreadable_mail_does_not_hold_up_a_lane_nobody_here_remembers(
    tomorrow: Tomorrow,
) -> None:
    await tomorrow.remembers()
    await tomorrow.writes("", raw=b"{torn")

    (letter,) = await tomorrow.store.house.dead_letters()
    assert (letter["reason"], (await tomorrow.stands()).holder) == ("unreadable", Holder.QUEUE)
