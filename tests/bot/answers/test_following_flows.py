from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.heard import HeardKind
from bot.understanding.reading import Intent
from handoff.case import Resolution
from handoff.conversation import Holder
from handoff.knowledge import TrackingStatus
from handoff.packet import decode_packet
from handoff.shop import Parcel, ParcelEvent, Parcels
from tests.chat import Chat, actions_of, text_of


@dataclass
class Found:
    """A carrier that has found the parcel."""

    carrier: Parcels
    at: datetime

    async def track(self, tracking_no: str, carrier: str) -> Parcel | None:
        parcel = await self.carrier.track(tracking_no, carrier)
        assert parcel is not None
        scan = ParcelEvent(self.at, "found at the depot", "Hangzhou")
        return replace(parcel, events=(scan, *parcel.events), status=TrackingStatus.IN_TRANSIT)


@pytest.fixture
def english() -> Chat:
    chat = Chat(tongue="en")
    chat.remember(proven=("W1000003",))
    return chat


async def searched(chat: Chat):
    """A search for a parcel begins; returns what was said last."""
    asked = await chat.says("W1000003 never arrived", intent=Intent.LOGISTICS_TRACKING)
    offered = await chat.presses(pressed(asked, "looked_around:yes"))
    return await chat.presses(pressed(offered, ":yes"))


def pressed(outcome, ending: str) -> str:
    return next(action for action in actions_of(outcome) if action.endswith(ending))


async def when_due(chat: Chat, outcome):
    """The time that was named comes."""
    ((name, due_ms),) = outcome.timers.items()
    chat.later(milliseconds=due_ms - chat.now.timestamp() * 1000)
    return await chat.hears(chat.heard(HeardKind.TIMER, name=name))


async def test_a_search_is_told_of_at_the_times_that_were_named_and_ends_with_a_person(english):
    told = [await searched(english)]
    while told[-1].open_case is None:
        told.append(await when_due(english, told[-1]))

    started, *news, last = map(text_of, told)
    assert "I will write to you again tomorrow at 09:00" in started
    assert len(news) >= 2
    assert all("with none since" in one for one in news)
    assert told[-1].open_case.reason == "act_due"
    assert english.state.done[0].number in last


async def test_a_new_scan_is_the_news(english):
    started = await searched(english)
    english.carriers = Found(english.shop, english.now + timedelta(hours=5))

    news = await when_due(english, started)
    same = await when_due(english, news)

    assert "found at the depot" in text_of(news)
    assert "with none since" in text_of(same)


async def test_a_shop_that_is_away_at_the_time_leaves_no_silence(english):
    started = await searched(english)
    english.shop.down = True

    news = await when_due(english, started)

    assert "The carrier is still looking" in text_of(news)
    assert news.timers


async def test_what_has_turned_up_is_not_written_about_again(english):
    news = await when_due(english, await searched(english))

    arrived = await english.presses(pressed(news, english.state.done[0].key))

    assert "How good that it is here" in text_of(arrived)
    assert set(arrived.timers.values()) == {0}
    assert english.state.done[0].due_ms == 0


async def test_a_person_in_between_does_not_end_the_news(english):
    await searched(english)
    handed = await english.commands("human")
    english.holder = Holder.BOT
    back = await english.hears(english.heard(HeardKind.RESOLVED, payload=Resolution.SOLVED))

    started = [fact for fact in decode_packet(handed.open_case.packet).facts if fact.at]
    assert [fact.label for fact in started] == ["started"]
    assert any(name.startswith("arranged:") for name in back.timers)
    assert "I will write to you again" in text_of(back)


async def test_who_waits_for_a_person_still_hears_the_news_and_when_the_next_come(english):
    started = await searched(english)
    await english.commands("human")

    news = await when_due(english, started)

    assert "with none since" in text_of(news)
    assert "I will write to you again" in text_of(news)
    assert any(name.startswith("arranged:") for name in news.timers)


async def test_what_comes_due_in_the_queue_is_owned_up_to(english):
    await searched(english)
    await english.commands("human")

    late = await overdue(english)

    assert "I promised you news about order W1000003" in text_of(late)
    assert english.state.done[0].due_ms == 0


async def test_what_came_due_under_an_agent_who_worked_on_something_else_goes_to_a_person(english):
    await searched(english)
    english.remember(order_no="")
    back = await given_back(english, Resolution.SOLVED)

    assert back.open_case.reason == "act_due"
    assert "I promised you news about order W1000003" in text_of(back)


async def test_what_an_agent_has_solved_is_not_brought_up_again(english):
    await searched(english)
    await english.says("where is W1000003", intent=Intent.LOGISTICS_TRACKING)
    back = await given_back(english, Resolution.SOLVED)

    assert back.open_case is None
    assert "promised you news" not in text_of(back)


async def test_nobody_is_spoken_to_after_a_talk_with_nobody_there_but_the_times_stay(english):
    await searched(english)
    await english.commands("human")
    english.holder = Holder.BOT

    back = await english.hears(english.heard(HeardKind.RESOLVED, payload=Resolution.UNREACHABLE))

    assert back.words == ()
    assert any(due for name, due in back.timers.items() if name.startswith("arranged:"))


@pytest.mark.parametrize("about_it", [True, False])
async def test_what_came_due_under_a_case_that_ended_unheard_is_theirs_or_a_persons(
    english, about_it
):
    await searched(english)
    english.remember(order_no="W1000003" if about_it else "")
    if about_it:
        await english.says("where is W1000003", intent=Intent.LOGISTICS_TRACKING)
    back = await given_back(english, Resolution.UNREACHABLE)

    again = [due for name, due in back.timers.items() if name.startswith("arranged:")]
    assert back.words == ()
    assert again == ([] if about_it else [int(english.now.timestamp() * 1000)])


async def overdue(english):
    """The last time that was named comes."""
    done = english.state.done[0]
    english.later(milliseconds=done.due_ms - english.now.timestamp() * 1000)
    return await english.hears(english.heard(HeardKind.TIMER, name=f"arranged:{done.key}"))


async def given_back(english, resolution: Resolution):
    """A person takes over, the time passes under them, and they give the conversation back."""
    await english.commands("human")
    english.holder = Holder.AGENT
    silent = await overdue(english)
    assert silent.words == ()
    english.holder = Holder.BOT
    return await english.hears(english.heard(HeardKind.RESOLVED, payload=resolution))


async def test_a_rule_that_is_gone_by_the_yes_names_no_time(english):
    asked = await english.says("W1000003 never arrived", intent=Intent.LOGISTICS_TRACKING)
    offered = await english.presses(pressed(asked, "looked_around:yes"))
    form = english.state.form
    english.remember(form=form.changed(record=form.record.replace("parcel_trouble/", "gone/")))

    started = await english.presses(pressed(offered, ":yes"))

    assert [deed.kind for deed in english.shop.deeds.values()] == ["parcel_trouble"]
    assert not started.timers
