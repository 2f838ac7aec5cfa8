from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.telegram.api import BotApi
from bot.telegram.deliveries import SPEAKING_SECONDS, Deliveries, Pace
from bot.telegram.speaking import Speaker, speaker_over
from handoff.agenda import Mail, MailKind, Outcome, Sending, SendResult, Settlement, TakenSends
from handoff.conversation import Author, ConversationId, DeliveryState
from handoff.errors import StoreDown
from handoff.files import Files
from handoff.forms import PARK_MS
from handoff.ports import Store
from handoff.spots import Spot
from handoff.store.records import encode_body
from handoff.words import Body, Button, Limits, Word, WordKind
from tests.bot.telegram.scripted import DROP, ScriptedApi, Tally, refusal

LANE = ConversationId("tg-4242-10001")
FREE = Limits(total_per_second=1000, chat_per_second=1000, chat_burst=1000)
BUTTONS = ((Button("Track", action="signed"),),)


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def speaker(api: BotApi, store: Store, tally: Tally, files: Files) -> Speaker:
    return Speaker(api, store.house, figures=tally, files=files)


@pytest.fixture
async def deliveries(speaker: Speaker, store: Store, tally: Tally) -> Deliveries:
    pace = Pace("bot-1", FREE, slots=4)
    return Deliveries(store.sends, speaker, house=store.house, pace=pace, figures=tally)


def sending(body: Body, attempt: int = 1) -> Sending:
    return Sending(LANE, "token", 1, WordKind.ANSWER, encode_body(body), attempt)


async def commit(
    store: Store, *bodies: Body, lane: ConversationId = LANE, owner: str = "bot-1"
) -> Sending | None:
    """What a turn does: its words are committed, the first is begun."""
    update_id = time.monotonic_ns()
    mail = Mail(update_id, lane, MailKind.MESSAGE, b"{}")
    accepted = await store.turns.accept("tg-4242", [mail], owner="bot-1", room=1)
    words = tuple(Word(WordKind.ANSWER, Author.BOT, body) for body in bodies)
    outcome = Outcome(b"", words)
    committed = await store.turns.commit(accepted.turns[0], outcome, owner=owner, limits=FREE)
    return committed.sending


async def ledger(store: Store, lane: ConversationId = LANE) -> list[DeliveryState]:
    conversation = await store.conversations.conversation(lane)
    return [conversation.deliveries[n].state for n in sorted(conversation.deliveries)]


@pytest.mark.parametrize(
    ("answer", "result", "reason"),
    [
        pytest.param({"ok": True, "result": {"message_id": 7}}, "sent", "", id="taken"),
        pytest.param(refusal(429, retry_after=3), "later", "", id="429"),
        pytest.param(refusal(403), "failed", "unreachable", id="blocked"),
        pytest.param(refusal(400), "failed", "refused", id="refused"),
        pytest.param(refusal(500), "later", "", id="500"),
        pytest.param(refusal(401), "later", "", id="token revoked"),
        pytest.param(DROP, "unknown", "", id="connection lost after the request"),
        pytest.param(b'{"ok":true,"res', "unknown", "", id="half an answer"),
    ],
)
async def test_each_answer_settles_the_word_in_one_way(
    script: ScriptedApi, speaker: Speaker, answer: Any, result: str, reason: str
) -> None:
    script.script("sendMessage", answer)

    settled = await speaker.say(sending(Body("Hi")), time.monotonic() + 5)

    assert (settled.result, settled.reason) == (result, reason)
    assert settled.unreachable == (reason == "unreachable")
    assert len(script.calls) == 1


async def test_a_long_wait_parks_the_lane_and_raises_an_alert(
    script: ScriptedApi, speaker: Speaker, store: Store
) -> None:
    script.script("sendMessage", refusal(429, retry_after=10_072))

    settled = await speaker.say(sending(Body("Hi")), time.monotonic() + 5)

    assert settled.park_ms >= 10_072_000
    assert "telegram_parked" in await store.house.alerts()


async def test_a_token_that_works_again_clears_its_alert(
    script: ScriptedApi, speaker: Speaker, store: Store
) -> None:
    script.script("sendMessage", refusal(401), refusal(429, retry_after=90))

    await speaker.say(sending(Body("Hi")), time.monotonic() + 5)
    await speaker.say(sending(Body("Hi")), time.monotonic() + 5)
    raised = set(await store.house.alerts())
    await speaker.say(sending(Body("Hi")), time.monotonic() + 5)

    assert raised == {"telegram_token", "telegram_parked"}
    assert set(await store.house.alerts()) == {"telegram_parked"}


async def test_an_edit_that_is_refused_becomes_a_new_message(
    script: ScriptedApi, speaker: Speaker
) -> None:
    script.script("editMessageText", refusal(400))
    script.script("sendMessage", {"ok": True, "result": {"message_id": 32}})

    settled = await speaker.say(sending(Body("2nd", edits=31)), time.monotonic() + 5)

    assert settled == Settlement(SendResult.SENT, message_id=32)
    assert script.calls[1][1]["text"] == "2nd"
    assert "message_id" not in script.calls[1][1]


async def test_an_edit_keeps_its_message_id(script: ScriptedApi, speaker: Speaker) -> None:
    script.script("editMessageText", {"ok": True, "result": True})

    settled = await speaker.say(sending(Body("2nd", edits=31)), time.monotonic() + 5)

    assert settled.message_id == 31


EDITED = {"ok": True, "result": {"message_id": 31}}
ANEW = {"ok": True, "result": {"message_id": 32}}


@pytest.fixture
def placing(api: BotApi, store: Store, tally: Tally, files: Files) -> Speaker:
    return speaker_over(store, api, tally, files)


async def test_a_word_takes_the_place_of_the_one_in_its_spot_once(
    script: ScriptedApi, placing: Speaker
) -> None:
    script.script("sendMessage", EDITED, ANEW)
    script.script("editMessageText", EDITED)
    until = time.monotonic() + 5
    answer = Body("found", BUTTONS, replaces=Spot.INTERIM)

    await placing.say(sending(Body("still looking", holds=Spot.INTERIM)), until)
    first = await placing.say(sending(answer), until)
    second = await placing.say(sending(answer), until)

    assert [method for method, _ in script.calls] == [
        "sendMessage",
        "editMessageText",
        "sendMessage",
    ]
    assert script.calls[1][1]["message_id"] == 31
    assert (first.message_id, second.message_id) == (31, 32)


async def test_a_word_whose_place_is_gone_is_sent_anew_and_stands_there_from_now_on(
    script: ScriptedApi, placing: Speaker, store: Store
) -> None:
    await store.spots.put(LANE, Spot.QUEUE, 31)
    script.script("editMessageText", refusal(400), EDITED)
    script.script("sendMessage", ANEW)
    card = Body("you are next", replaces=Spot.QUEUE, holds=Spot.QUEUE, fold=(8, 12))

    settled = await placing.say(sending(card), time.monotonic() + 5)

    assert settled == Settlement(SendResult.SENT, message_id=32)
    assert script.calls[1][1]["entities"] == script.calls[0][1]["entities"]
    assert await store.spots.message_in(LANE, Spot.QUEUE) == 32


async def test_a_change_nobody_knows_the_fate_of_is_tried_once_more_and_never_lost(
    script: ScriptedApi, placing: Speaker, store: Store
) -> None:
    await store.spots.put(LANE, Spot.INTERIM, 31)
    script.script("editMessageText", DROP, refusal(400))
    script.script("sendMessage", ANEW)
    answer = Body("found", replaces=Spot.INTERIM)

    unsure = await placing.say(sending(answer), time.monotonic() + 5)
    again = await placing.say(sending(answer, attempt=2), time.monotonic() + 5)

    assert unsure.result is SendResult.UNKNOWN
    assert again == Settlement(SendResult.SENT, message_id=32)


async def test_a_busy_telegram_parks_a_change_and_keeps_its_place(
    script: ScriptedApi, placing: Speaker, store: Store
) -> None:
    await store.spots.put(LANE, Spot.INTERIM, 31)
    script.script("editMessageText", refusal(429, retry_after=3), EDITED)
    answer = Body("found", replaces=Spot.INTERIM)

    parked = await placing.say(sending(answer), time.monotonic() + 5)
    settled = await placing.say(sending(answer), time.monotonic() + 5)

    assert (parked.result, parked.park_ms) == (SendResult.LATER, 3050)
    assert settled.message_id == 31


async def test_a_request_for_the_phone_number_takes_nobodys_place(
    script: ScriptedApi, placing: Speaker, store: Store
) -> None:
    await store.spots.put(LANE, Spot.INTERIM, 31)
    script.script("sendMessage", ANEW)
    asking = Body("your number?", ask_contact="Share", replaces=Spot.INTERIM)

    settled = await placing.say(sending(asking), time.monotonic() + 5)

    assert settled.message_id == 32


async def test_a_message_that_will_be_changed_takes_no_keyboard_away(
    script: ScriptedApi, placing: Speaker
) -> None:
    script.script("sendMessage", ANEW, EDITED, ANEW)
    until = time.monotonic() + 5

    await placing.say(sending(Body("your number?", ask_contact="Share")), until)
    await placing.say(sending(Body("still looking", holds=Spot.INTERIM)), until)
    await placing.say(sending(Body("thank you")), until)

    markups = [call.get("reply_markup") for _, call in script.calls]
    assert markups[1:] == [None, {"remove_keyboard": True}]


async def test_without_the_store_a_word_is_said_anew(
    script: ScriptedApi, api: BotApi, store: Store, tally: Tally
) -> None:
    class Away:
        async def message_in(self, *_: object) -> int:
            raise StoreDown

        async def put(self, *_: object) -> None:
            raise StoreDown

    script.script("sendMessage", ANEW)
    speaker = Speaker(api, store.house, figures=tally, spots=Away())

    settled = await speaker.say(
        sending(Body("found", replaces=Spot.INTERIM, holds=Spot.QUEUE)), time.monotonic() + 5
    )

    assert settled == Settlement(SendResult.SENT, message_id=32)


async def test_refused_buttons_are_left_out_rather_than_the_answer(
    script: ScriptedApi, speaker: Speaker, tally: Tally
) -> None:
    script.script("sendMessage", refusal(400), {"ok": True, "result": {"message_id": 8}})

    settled = await speaker.say(sending(Body("Choose", BUTTONS)), time.monotonic() + 5)

    assert settled.message_id == 8
    assert "reply_markup" not in script.calls[1][1]
    assert tally.counts["sends_refused"] == 1


async def test_what_may_have_been_said_is_not_said_in_another_form(
    script: ScriptedApi, speaker: Speaker
) -> None:
    script.script("sendMessage", DROP)

    settled = await speaker.say(sending(Body("Choose", BUTTONS)), time.monotonic() + 5)

    assert settled.result is SendResult.UNKNOWN
    assert len(script.calls) == 1


async def test_a_chat_that_moved_is_followed(
    script: ScriptedApi, speaker: Speaker, store: Store
) -> None:
    script.script("sendMessage", refusal(400, migrate_to_chat_id=-10099))

    settled = await speaker.say(sending(Body("Hi", BUTTONS)), time.monotonic() + 5)

    assert settled.result is SendResult.SENT
    assert script.calls[1][1]["chat_id"] == -10099
    assert "reply_markup" in script.calls[1][1]
    assert "chat_migrated" in await store.house.alerts()


async def test_trouble_waits_longer_each_time_until_something_works(
    script: ScriptedApi, api: BotApi, store: Store, tally: Tally
) -> None:
    now = [0.0]
    speaker = Speaker(api, store.house, figures=tally, clock=lambda: now[0])

    async def park_ms() -> int:
        script.script("sendMessage", refusal(502))
        parked = (await speaker.say(sending(Body("Hi")), time.monotonic() + 5)).park_ms
        now[0] += parked / 1000
        return parked

    parks = [await park_ms() for _ in range(5)]
    await speaker.say(sending(Body("Hi")), time.monotonic() + 5)
    after = await park_ms()

    assert parks[4] > parks[0] * 4
    assert after <= 1_000


async def test_a_persons_word_is_tried_again_within_seconds_however_long_the_trouble(
    script: ScriptedApi, api: BotApi, store: Store, tally: Tally
) -> None:
    now = [0.0]
    speaker = Speaker(api, store.house, figures=tally, clock=lambda: now[0])
    script.script("sendMessage", *[refusal(502)] * 14)

    async def longest_park_ms(kind: WordKind) -> int:
        parks = []
        for _ in range(7):
            word = replace(sending(Body("Hi")), kind=kind)
            parks.append((await speaker.say(word, time.monotonic() + 5)).park_ms)
            now[0] += 20.0
        return max(parks)

    assert await longest_park_ms(WordKind.ANSWER) > 4_000
    assert await longest_park_ms(WordKind.PERSON) <= 3_000


async def test_lanes_that_fail_together_are_one_trouble(
    script: ScriptedApi, speaker: Speaker
) -> None:
    script.script("sendMessage", *[refusal(502)] * 20)

    parks = [
        (await speaker.say(sending(Body("Hi")), time.monotonic() + 5)).park_ms for _ in range(20)
    ]

    assert max(parks) <= 1_000


async def test_the_contact_keyboard_is_removed_by_the_next_plain_message(
    script: ScriptedApi, speaker: Speaker
) -> None:
    for body in (
        Body("Share?", ask_contact="Share"),
        Body("Pick", BUTTONS),
        Body("Hi"),
        Body("Ok"),
    ):
        await speaker.say(sending(body), time.monotonic() + 5)

    markups = [payload.get("reply_markup", {}) for _, payload in script.calls]
    assert [next(iter(markup), "") for markup in markups] == [
        "keyboard",
        "inline_keyboard",
        "remove_keyboard",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "data", "methods", "reason"),
    [
        ("Look", PNG, ["sendPhoto"], ""),
        ("", b"%PDF-", ["sendDocument"], ""),
        ("Look", b"", [], "attachment_missing"),
        ("x" * 1025, PNG, [], "caption_too_long"),
    ],
)
async def test_an_attachment_is_sent_or_told_as_failed(
    script: ScriptedApi,
    speaker: Speaker,
    files: Files,
    text: str,
    data: bytes,
    methods: list[str],
    reason: str,
) -> None:
    file_id = files.put(data).id if data else "0" * 32

    settled = await speaker.say(sending(Body(text, attachment=file_id)), time.monotonic() + 5)

    assert (settled.result, settled.reason) == ("sent" if methods else "failed", reason)
    assert [method for method, _ in script.calls] == methods


async def test_a_picture_telegram_does_not_like_goes_out_as_a_file(
    script: ScriptedApi, speaker: Speaker, files: Files
) -> None:
    script.script("sendPhoto", refusal(400))
    script.script("sendDocument", {"ok": True, "result": {"message_id": 8}})

    settled = await speaker.say(
        sending(Body("Look", attachment=files.put(PNG).id)), time.monotonic() + 5
    )

    assert settled.message_id == 8


@pytest.mark.parametrize("word", [b"", b"{}", b'{"t":1,"b":7}', b"\xff"])
async def test_a_record_that_cannot_be_read_does_not_hold_up_its_lane(
    script: ScriptedApi, speaker: Speaker, store: Store, word: bytes
) -> None:
    settled = await speaker.say(Sending(LANE, "t", 1, "a", word), time.monotonic() + 5)

    assert (settled.result, settled.reason) == (SendResult.FAILED, "unreadable")
    assert script.calls == []
    assert "words_unreadable" in await store.house.alerts()


async def test_words_of_a_later_version_wait_for_it(
    script: ScriptedApi, speaker: Speaker, store: Store
) -> None:
    word = b'{"t":"Hi","v":2}'

    settled = await speaker.say(Sending(LANE, "t", 1, "a", word), time.monotonic() + 5)

    assert (settled.result, settled.park_ms) == (SendResult.LATER, PARK_MS)
    assert script.calls == []
    assert "records_newer" in await store.house.alerts()


async def test_nothing_is_said_when_the_time_is_over(script: ScriptedApi, speaker: Speaker) -> None:
    settled = await speaker.say(sending(Body("Hi")), time.monotonic() - 1)

    assert settled.result is SendResult.LATER
    assert script.calls == []


async def test_a_lane_is_said_in_order_under_one_lease(
    script: ScriptedApi, deliveries: Deliveries, store: Store
) -> None:
    first = await commit(store, Body("one"), Body("two"), Body("three"))
    assert first is not None

    await deliveries.deliver(first)

    assert [payload["text"] for payload in script.said("sendMessage")] == ["one", "two", "three"]
    assert await ledger(store) == [DeliveryState.SENT] * 3


async def test_a_process_that_was_stopped_does_not_speak_on_an_old_lease(
    script: ScriptedApi, deliveries: Deliveries, store: Store, tally: Tally
) -> None:
    first = await commit(store, Body("one"))
    assert first is not None

    await deliveries.deliver(first, time.monotonic() - SPEAKING_SECONDS)

    assert script.calls == []
    assert tally.counts["sends_lapsed"] == 1


async def test_a_process_that_ends_leaves_what_it_has_not_said_to_the_next(
    script: ScriptedApi, deliveries: Deliveries, store: Store, tally: Tally
) -> None:
    first = await commit(store, Body("one"))
    assert first is not None

    assert await deliveries.drain(5)
    await deliveries.deliver(first)
    (taken,) = (await store.sends.take("bot-2", 1, FREE)).sendings

    assert script.calls == []
    assert tally.counts["sends_left"] == 1
    assert (taken.number, taken.attempt) == (first.number, 1)


async def test_an_unknown_outcome_is_said_again_once_and_then_told_as_unknown(
    script: ScriptedApi, deliveries: Deliveries, store: Store
) -> None:
    script.script("sendMessage", DROP, DROP, DROP)
    await commit(store, Body("one"), owner="")
    running = asyncio.create_task(deliveries.run())

    await script.until_asked("sendMessage", 2)
    await deliveries.drain(5)
    await running

    assert await ledger(store) == [DeliveryState.UNKNOWN]
    assert len(script.said("sendMessage")) == 2
    assert "words_unsure" in await store.house.alerts()


async def test_the_one_resend_waits_until_telegram_answers_something(
    script: ScriptedApi, speaker: Speaker
) -> None:
    script.script("sendMessage", DROP)
    script.script("getMe", DROP, refusal(502), {"ok": True, "result": {"id": 4242}})
    until = time.monotonic() + 5

    settled = [await speaker.say(sending(Body("Hi"), n), until) for n in (1, 2, 2, 2)]

    assert [one.result for one in settled] == ["unknown", "later", "later", "sent"]
    assert len(script.said("sendMessage")) == 2


async def test_nothing_new_is_said_into_silence(script: ScriptedApi, speaker: Speaker) -> None:
    script.script("sendMessage", DROP)
    script.script("getMe", DROP, DROP)
    until = time.monotonic() + 5
    await speaker.say(sending(Body("One")), until)

    others = await asyncio.gather(
        *(speaker.say(sending(Body(f"To {n}")), until) for n in range(20))
    )

    assert {one.result for one in others} == {"later"}
    assert len(script.said("sendMessage")) == 1
    assert len(script.said("getMe")) == 1


async def test_refused_words_are_told_and_come_back_as_mail(
    script: ScriptedApi, deliveries: Deliveries, store: Store
) -> None:
    script.script("sendMessage", refusal(400))
    first = await commit(store, Body("one"))
    assert first is not None

    await deliveries.deliver(first)

    (turn,) = (await store.turns.take("bot-1", 10)).turns
    assert [(mail.kind, mail.raw) for mail in turn.mail] == [("undelivered", b"1:failed")]
    assert "words_refused" in await store.house.alerts()


async def test_refused_alert_is_told_elsewhere_and_makes_no_alert_for_its_own_chat(
    script: ScriptedApi, speaker: Speaker, store: Store, tally: Tally
) -> None:
    pace = Pace("bot-1", FREE, slots=4)
    deliveries = Deliveries(
        store.sends, speaker, house=store.house, pace=pace, figures=tally, alert_lane=LANE
    )
    script.script("sendMessage", refusal(403))
    first = await commit(store, Body("An alert"))
    assert first is not None

    await deliveries.deliver(first)

    assert set(await store.house.alerts()) == {"alerts_untold:chat"}


async def test_file_that_takes_longer_than_a_lease_keeps_it(
    script: ScriptedApi, api: BotApi, store: Store, tally: Tally, files: Files
) -> None:
    held: list[int] = []

    async def hold(sending: Sending) -> bool:
        held.append(sending.number)
        return len(held) < 2

    speaker = Speaker(api, store.house, figures=tally, files=files, hold=hold)
    kept = files.put(PNG, "long.png")
    script.script("sendPhoto", refusal(400), refusal(400))
    late = time.monotonic() - 1

    taken = await speaker.say(sending(Body("", attachment=kept.id)), time.monotonic() + 5)
    lost = await speaker.say(sending(Body("", attachment=kept.id)), time.monotonic() + 5)
    never = await speaker.say(sending(Body("", attachment=kept.id)), late)

    assert [one.result for one in (taken, lost, never)] == ["sent", "later", "later"]
    assert len(script.said("sendDocument")) == 1


async def test_a_blocked_customer_hears_nothing_more_and_shows_as_unreachable(
    script: ScriptedApi, deliveries: Deliveries, store: Store
) -> None:
    script.script("sendMessage", refusal(403))
    first = await commit(store, Body("one"))
    assert first is not None

    await deliveries.deliver(first)

    conversation = await store.conversations.conversation(LANE)
    assert conversation.deliveries[1].reason == "unreachable"


async def test_taking_lanes_says_what_waits_and_drain_lets_it_finish(
    script: ScriptedApi, deliveries: Deliveries, store: Store
) -> None:
    lanes = [ConversationId(f"tg-4242-{n}") for n in range(20, 30)]
    for lane in lanes:
        await commit(store, Body(f"to {lane}"), lane=lane, owner="")
    running = asyncio.create_task(deliveries.run())

    await script.until_asked("sendMessage", len(lanes))
    drained = await deliveries.drain(5)
    await running

    assert drained
    assert deliveries.speaking == 0
    assert {payload["chat_id"] for payload in script.said("sendMessage")} == set(range(20, 30))
    assert [await ledger(store, lane) for lane in lanes] == [[DeliveryState.SENT]] * len(lanes)


class ForgetfulSends:
    """A store that is away for the first receipts."""

    def __init__(self, store: Store, refusals: int) -> None:
        self._sends = store.sends
        self.refusals = refusals

    async def take(self, owner: str, most: int, limits: Limits) -> TakenSends:
        return await self._sends.take(owner, most, limits)

    async def release(self, owner: str) -> int:
        return await self._sends.release(owner)

    async def settle(self, sending: Sending, what: Settlement, limits: Limits) -> Sending | None:
        if self.refusals:
            self.refusals -= 1
            raise StoreDown
        return await self._sends.settle(sending, what, limits)


async def test_a_receipt_is_written_down_as_soon_as_the_store_is_back(
    script: ScriptedApi, speaker: Speaker, store: Store, tally: Tally
) -> None:
    sends = ForgetfulSends(store, refusals=2)
    deliveries = Deliveries(
        sends, speaker, house=store.house, pace=Pace("bot-1", FREE), figures=tally
    )
    first = await commit(store, Body("one"))
    assert first is not None

    await deliveries.deliver(first)

    assert await ledger(store) == [DeliveryState.SENT]
    assert len(script.calls) == 1
