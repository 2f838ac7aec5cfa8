from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.faults.checker import check
from tests.faults.corruptions import CORRUPTIONS
from tests.faults.evidence import Fate
from tests.faults.figures import sum_of
from tests.faults.history import (
    AgentNoted,
    AgentSaid,
    AlertRaised,
    CallRefused,
    CaseListed,
    Claimed,
    Event,
    FaultInjected,
    History,
    ScreenSeen,
    Shown,
    Strained,
    Vanished,
    Wrote,
    in_order,
)
from tests.faults.marks import marks_in
from tests.faults.stories import Story, good_day, good_day_by_chance
from tests.faults.verdict import Expected, Rule, Wrong

Kind = TypeVar("Kind", bound=Event)
Spoil = Callable[[History], History]
EXPECTED = Expected(
    deadline_ms=5_000,
    recovery_ms={"": 8_000, "bot.": 6_000, "redis.": 6_000},
    canaries=frozenset({"+8613900001001", "4242:secret-token"}),
)
BY_CHANCE = replace(EXPECTED, duplicates_per_fault=None)
MISFORTUNES = (Fate.LOST, Fate.FAILED, Fate.UNREACHABLE)


def all_of(history: History, kind: type[Kind]) -> list[Kind]:
    return [event for event in history if isinstance(event, kind)]


def named(history: History, mark: str) -> Shown:
    return next(text for text in all_of(history, Shown) if mark in marks_in(text.text))


def first_question(history: History, chat: int = 11) -> Wrote:
    return next(w for w in all_of(history, Wrote) if w.chat == chat and w.proofs == (w.mark,))


def without(history: History, *gone: Event) -> History:
    return tuple(event for event in history if event not in gone)


def with_more(history: History, *more: Event) -> History:
    return in_order([*history, *more])


def changed(history: History, event: Event, **fields: Any) -> History:
    return with_more(without(history, event), replace(event, **fields))


def said_word(history: History, chat: int = 11) -> AgentSaid:
    return next(said for said in all_of(history, AgentSaid) if said.chat == chat)


def claim_of(history: History, chat: int = 11) -> Claimed:
    return next(claim for claim in all_of(history, Claimed) if claim.chat == chat)


def late_text(history: History, chat: int, text: str, at_ms: float) -> Shown:
    """One more text, above all others of its chat."""
    above = max(shown.message_id for shown in all_of(history, Shown) if shown.chat == chat)
    return Shown(at_ms=at_ms + 2, began_ms=at_ms, chat=chat, message_id=above + 500, text=text)


def answer_to_nobody(history: History) -> History:
    shown = late_text(history, 12, "Hello", 60_000)
    return with_more(history, replace(shown, chat=99))


def answer_about_what_nobody_asked(history: History) -> History:
    return with_more(history, late_text(history, 11, "W2999999: shipped", 60_000))


def answer_before_the_question(history: History) -> History:
    wrote = first_question(history, 12)
    text = named(history, wrote.mark)
    greeting = replace(wrote, at_ms=1.0, mark="qxbbbbbz", proofs=(), message_id=0)
    told = replace(text, at_ms=3.0, began_ms=2.0, message_id=1, edited=True)
    return with_more(history, greeting, told)


def answer_missing(history: History) -> History:
    return without(history, named(history, first_question(history).mark))


def question_of_a_burst_missing_in_its_answer(history: History) -> History:
    burst = [wrote for wrote in all_of(history, Wrote) if wrote.burst == "b11"]
    text = named(history, burst[1].mark)
    return changed(history, text, text=text.text.replace(burst[1].mark, ""))


def second_half_of_a_question_missing(history: History) -> History:
    half = next(w for w in all_of(history, Wrote) if w.proofs and w.mark not in w.proofs)
    text = named(history, half.proofs[0])
    return changed(history, text, text=text.text.replace(half.proofs[0], "Which phone number?"))


def withdrawn_answer_hidden_from_the_agent(history: History) -> History:
    claim = claim_of(history)
    pending = [w for w in all_of(history, Wrote) if w.chat == 11 and w.at_ms < claim.at_ms][-1]
    for screen in all_of(history, ScreenSeen):
        seen = tuple(mark for mark in screen.marks if mark != pending.mark)
        history = changed(history, screen, marks=seen)
    return history


def small_talk_that_never_reached_the_conversation(history: History) -> History:
    thanks = next(w for w in all_of(history, Wrote) if w.chat == 11 and not w.proofs)
    for screen in all_of(history, ScreenSeen):
        seen = tuple(mark for mark in screen.marks if mark != thanks.mark)
        history = changed(history, screen, marks=seen)
    mine = [screen for screen in all_of(history, ScreenSeen) if screen.chat == 11]
    return with_more(history, replace(mine[-1], at_ms=history[-1].at_ms - 1))


def handoff_without_a_case(history: History) -> History:
    gone = [event for event in history if getattr(event, "case", "") == "case12"]
    pending = [w for w in all_of(history, Wrote) if w.chat == 12 and w.hands_over]
    said = {said.text for said in gone if isinstance(said, AgentSaid)}
    later = [w for w in all_of(history, Wrote) if w.chat == 12 and w.at_ms > pending[0].at_ms]
    texts = [text for text in all_of(history, Shown) if text.text in said]
    lonely = [w for w in later if not any(w.mark in t.text for t in all_of(history, Shown))]
    return without(history, *gone, *texts, *lonely)


def agents_words_missing(history: History) -> History:
    return without(history, named(history, said_word(history).mark))


def second_claimant_wins_too(history: History) -> History:
    claim = claim_of(history)
    return with_more(
        history, replace(claim, agent="max", op="x", at_ms=claim.at_ms + 1, began_ms=claim.at_ms)
    )


def loser_told_a_wrong_name(history: History) -> History:
    refused = next(e for e in history if type(e).__name__ == "ClaimRefused")
    return changed(history, refused, holder="eve")


def words_accepted_after_the_case_was_resolved(history: History) -> History:
    said = said_word(history)
    mark, at_ms = "vxzzzzzz", 100_000.0
    late = replace(said, mark=mark, op="late", began_ms=at_ms, at_ms=at_ms + 5, text=mark)
    return with_more(history, late, late_text(history, 11, mark, at_ms + 20))


def bot_answers_after_the_claim(history: History) -> History:
    claim = claim_of(history)
    pending = [w for w in all_of(history, Wrote) if w.chat == 11 and w.at_ms < claim.at_ms][-1]
    return with_more(history, stale(history, claim, pending.mark))


def stale(history: History, claim: Claimed, mark: str, after_ms: float = 3) -> Shown:
    above = max(t.message_id for t in all_of(history, Shown) if t.at_ms < claim.at_ms)
    at_ms = claim.at_ms + after_ms
    return Shown(
        at_ms=at_ms, began_ms=at_ms, chat=11, message_id=above + 2, text=f"{mark}: shipped"
    )


def answers_out_of_order(history: History) -> History:
    asked = [w for w in all_of(history, Wrote) if w.chat == 12 and w.proofs == (w.mark,)]
    first, second = named(history, asked[0].mark), named(history, asked[-1].mark)
    swapped = changed(history, first, message_id=second.message_id)
    return changed(swapped, second, message_id=first.message_id)


def agents_words_out_of_order(history: History) -> History:
    first, second = [s for s in all_of(history, AgentSaid) if s.chat == 11]
    one, two = named(history, first.mark), named(history, second.mark)
    swapped = changed(history, one, message_id=two.message_id)
    return changed(swapped, two, message_id=one.message_id)


def page_tells_the_conversation_backwards(history: History) -> History:
    screen = all_of(history, ScreenSeen)[0]
    return changed(history, screen, marks=screen.marks[::-1])


def second_case_beside_an_open_one(history: History) -> History:
    row = next(row for row in all_of(history, CaseListed) if row.case == "case11")
    return with_more(history, replace(row, case="other", at_ms=row.at_ms + 1))


def answer_after_the_deadline(history: History) -> History:
    wrote = first_question(history)
    return changed(history, wrote, at_ms=wrote.at_ms - EXPECTED.deadline_ms)


def answer_shown_to_somebody_else_as_well(history: History) -> History:
    text = named(history, first_question(history).mark)
    return with_more(history, replace(late_text(history, 12, text.text, 60_000)))


def note_shown_to_the_customer(history: History) -> History:
    note = next(note for note in all_of(history, AgentNoted) if note.chat == 11)
    return with_more(history, late_text(history, 11, note.text, note.at_ms + 5))


def answer_repeated_with_no_fault_near(history: History) -> History:
    text = named(history, first_question(history).mark)
    return with_more(history, late_text(history, 11, text.text, text.at_ms + 9_000))


def answer_repeated_at_a_fault_that_hit_nothing(history: History) -> History:
    for fault in all_of(history, FaultInjected):
        history = changed(history, fault, in_flight=0)
    return history


def more_repeats_than_faults_allow(history: History) -> History:
    fault = next(f for f in all_of(history, FaultInjected) if f.kind == "bot.kill")
    twice = [t for t in all_of(history, Shown) if t.began_ms < fault.at_ms][-1]
    return with_more(history, late_text(history, twice.chat, twice.text, fault.at_ms + 3_100))


def same_update_heard_twice(history: History) -> History:
    screen = all_of(history, ScreenSeen)[0]
    first = screen.marks[0]
    return changed(history, screen, marks=(first, *screen.marks))


def menu_shown_with_no_reason(history: History) -> History:
    texts = [late_text(history, 12, "Gladly!", 70_000 + n) for n in range(60)]
    return with_more(history, *texts)


def never_back_after_a_fault(history: History) -> History:
    last = max(all_of(history, Shown), key=lambda text: text.at_ms)
    return changed(history, last, at_ms=last.at_ms + 4_500, began_ms=last.began_ms + 4_500)


BAD: dict[Spoil, tuple[Rule, Wrong]] = {
    answer_to_nobody: (Rule.NOTHING_INVENTED, Wrong.UNASKED),
    answer_about_what_nobody_asked: (Rule.NOTHING_INVENTED, Wrong.UNSAID),
    answer_before_the_question: (Rule.NOTHING_INVENTED, Wrong.UNSAID),
    answer_missing: (Rule.NOTHING_LOST, Wrong.LOST),
    question_of_a_burst_missing_in_its_answer: (Rule.NOTHING_LOST, Wrong.LOST),
    second_half_of_a_question_missing: (Rule.NOTHING_LOST, Wrong.LOST),
    withdrawn_answer_hidden_from_the_agent: (Rule.NOTHING_LOST, Wrong.LOST),
    small_talk_that_never_reached_the_conversation: (Rule.NOTHING_LOST, Wrong.LOST),
    handoff_without_a_case: (Rule.NOTHING_LOST, Wrong.LOST),
    agents_words_missing: (Rule.NOTHING_LOST, Wrong.LOST_WORDS),
    second_claimant_wins_too: (Rule.ONE_HOLDER, Wrong.TWO_HOLDERS),
    loser_told_a_wrong_name: (Rule.ONE_HOLDER, Wrong.WRONG_HOLDER),
    words_accepted_after_the_case_was_resolved: (Rule.ONE_HOLDER, Wrong.STALE_ACTION),
    bot_answers_after_the_claim: (Rule.ONE_HOLDER, Wrong.STALE_WORD),
    answers_out_of_order: (Rule.IN_ORDER, Wrong.INVERSION),
    agents_words_out_of_order: (Rule.IN_ORDER, Wrong.INVERSION),
    page_tells_the_conversation_backwards: (Rule.IN_ORDER, Wrong.INVERSION),
    second_case_beside_an_open_one: (Rule.ONE_CASE, Wrong.TWO_CASES),
    answer_after_the_deadline: (Rule.IN_TIME, Wrong.LATE),
    answer_shown_to_somebody_else_as_well: (Rule.RIGHT_RECIPIENT, Wrong.FOREIGN),
    note_shown_to_the_customer: (Rule.RIGHT_RECIPIENT, Wrong.NOTE_LEFT),
    answer_repeated_with_no_fault_near: (Rule.NOT_TWICE, Wrong.TWICE_UNCAUSED),
    answer_repeated_at_a_fault_that_hit_nothing: (Rule.NOT_TWICE, Wrong.TWICE_UNCAUSED),
    more_repeats_than_faults_allow: (Rule.NOT_TWICE, Wrong.TWICE_TOO_OFTEN),
    same_update_heard_twice: (Rule.NOT_TWICE, Wrong.TWICE_HEARD),
    menu_shown_with_no_reason: (Rule.NOT_TWICE, Wrong.TWICE_UNCAUSED),
    never_back_after_a_fault: (Rule.BACK_TO_NORMAL, Wrong.NOT_BACK),
}


def test_a_good_day_passes_and_is_counted() -> None:
    verdict = check(good_day().history(), EXPECTED)

    assert verdict.violations == ()
    figures = verdict.figures
    assert all(figures.fates[fate] for fate in Fate if fate not in MISFORTUNES)
    assert (figures.faults.total(), figures.duplicates, figures.claims) == (2, 1, 2)
    assert figures.recoveries_ms["redis.down"][0] < EXPECTED.recovery_ms["redis."]


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_a_spoilt_day_is_caught_by_the_rule_it_breaks(spoil: Spoil) -> None:
    rule, wrong = BAD[spoil]

    verdict = check(spoil(good_day().history()), EXPECTED)

    assert verdict.broken == {rule}, verdict.report()
    assert wrong in {violation.wrong for violation in verdict.violations}


@pytest.mark.parametrize(
    "line",
    [
        '{"event":"turn.done","text":"thanks qxbbbbbb"}',
        "connecting as 4242:secret-token",
        "contact +8613900001001",
    ],
)
def test_a_log_line_with_a_secret_or_a_customers_word_is_a_leak(line: str) -> None:
    story = Story()
    thanks = story.thanks(11)
    story.answers(thanks)
    line = line.replace("qxbbbbbb", thanks.mark)

    verdict = check(story.history(), EXPECTED, log=["bot.started", line])

    assert [violation.wrong for violation in verdict.violations] == [Wrong.LEAK]
    assert all(canary not in verdict.report() for canary in EXPECTED.canaries)


def test_an_answer_in_the_place_of_an_interim_line_is_an_answer() -> None:
    history = good_day().history()
    text = named(history, first_question(history).mark)

    told = changed(history, text, edited=True)

    assert check(told, EXPECTED).violations == ()


def test_a_word_in_flight_at_a_fault_may_repeat_between_answers_that_were_asked_for() -> None:
    history = good_day().history()
    fault = next(f for f in all_of(history, FaultInjected) if f.kind == "bot.kill")
    shown = [t for t in all_of(history, Shown) if t.began_ms < fault.at_ms and marks_in(t.text)]
    text = shown[-1]
    mark = marks_in(text.text)[0]
    wrote = next(w for w in all_of(history, Wrote) if mark in w.proofs)
    early = wrote.at_ms - 20_000
    told = f"Order {mark}: packed"
    before = replace(wrote, at_ms=early, message_id=wrote.message_id - 1)
    answer = replace(text, at_ms=early + 20, began_ms=early + 10, text=told)
    again = late_text(history, text.chat, text.text, fault.at_ms + 1_000)
    late = replace(wrote, at_ms=fault.at_ms + 20_000, message_id=again.message_id + 1)
    last = late_text((*history, again), text.chat, text.text, late.at_ms + 10)

    judged = check(with_more(history, before, answer, again, late, last), BY_CHANCE)

    assert Rule.NOT_TWICE not in {violation.rule for violation in judged.violations}


def test_a_failure_that_is_told_aloud_is_no_loss() -> None:
    story = Story()
    poison, blocked = story.asks(11), story.asks(12)
    at_ms = story.now + 50

    silent = check(story.history(), EXPECTED)
    aloud = check(
        with_more(
            story.history(),
            AlertRaised(at_ms=at_ms, name="mail_set_aside", chat=11),
            CallRefused(at_ms=at_ms, chat=12, method="sendMessage", code=403),
        ),
        EXPECTED,
    )

    assert poison.proofs
    assert blocked.proofs
    assert silent.figures.lost == 2
    assert aloud.broken == set()
    assert set(aloud.figures.fates) == {Fate.FAILED, Fate.UNREACHABLE}


def test_the_one_word_the_desk_had_announced_is_not_stale_but_a_second_is() -> None:
    story = Story()
    story.is_angry(11)
    story.shows(11, "A colleague will come.")
    story.lists("c", 11)
    pending = [story.asks(11), story.asks(11)]
    story.claims("sam", "c", 11, in_flight=True)
    story.looks("sam", "c", 11)

    one = Story(now=story.now, events=[*story.events])
    one.answers(pending[0])
    one.shows(11, f"{pending[1].mark}: shipped.")

    assert check(one.history()[:-2], EXPECTED).broken == set()
    assert check(one.history(), EXPECTED).broken == {Rule.ONE_HOLDER}


def test_an_agent_who_vanished_loses_the_case_and_may_say_nothing_more() -> None:
    story = Story()
    story.is_angry(11)
    story.shows(11, "A colleague will come.")
    story.claims("sam", "c", 11)
    story.looks("sam", "c", 11)
    story.events.append(Vanished(at_ms=story.now, agent="sam"))
    story.wait(60_000)
    story.lists("c", 11)
    story.claims("lin", "c", 11)

    good = check(story.history(), EXPECTED)
    story.wait(20_000)
    story.says("sam", "c", 11)
    stale = check(story.history(), EXPECTED)

    assert good.broken == set()
    assert [violation.wrong for violation in stale.violations] == [Wrong.STALE_ACTION]


def test_waiting_counts_only_while_nothing_is_broken() -> None:
    story = Story()
    asked = story.asks(11)
    story.fails("redis.down", lasts_ms=30_000)
    story.answers(asked, after_ms=33_000)

    assert check(story.history(), EXPECTED).broken == set()
    assert check(
        tuple(event for event in story.history() if not isinstance(event, FaultInjected)), EXPECTED
    ).broken == {Rule.IN_TIME}


@pytest.mark.parametrize(("times", "broken"), [(4.0, set()), (2.0, {Rule.IN_TIME})])
def test_waiting_counts_in_the_time_that_the_machine_gave(times: float, broken: set[Rule]) -> None:
    story = Story()
    asked = story.asks(11)
    story.answers(asked, after_ms=15_000)
    history = story.history()
    began_ms, ended_ms = history[0].at_ms, history[-1].at_ms

    strained = Strained(at_ms=began_ms, until_ms=ended_ms, times=times)

    assert check((strained, *history), EXPECTED).broken == broken


def test_a_slow_99th_is_seen_where_one_is_asked_for() -> None:
    story = Story()
    for _ in range(50):
        story.answers(story.asks(11), after_ms=900)

    verdict = check(story.history(), Expected(p99_ms=300))

    assert [violation.wrong for violation in verdict.violations] == [Wrong.SLOW]


def test_figures_of_many_runs_are_one_sum() -> None:
    figures = check(good_day().history(), EXPECTED).figures

    total = sum_of([figures, figures])

    assert (total.runs, total.messages) == (2, 2 * figures.messages)
    assert total.duplicates_per_fault == figures.duplicates_per_fault
    assert total.latency_ms(0.5) == figures.latency_ms(0.5)
    assert any("duplicates 2 (0.50 per fault)" in line for line in total.lines())


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_every_good_day_by_chance_passes(seed: int) -> None:
    verdict = check(good_day_by_chance(seed), BY_CHANCE)

    assert verdict.violations == (), verdict.report()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.integers(0, 10_000), st.sampled_from(sorted(CORRUPTIONS)), st.integers(0, 10_000))
def test_every_corruption_by_chance_is_caught(seed: int, name: str, choice: int) -> None:
    history = good_day_by_chance(seed)
    rule, corrupt = CORRUPTIONS[name]
    spoilt = corrupt(history, Random(choice))
    assume(spoilt is not None)
    assert spoilt is not None

    verdict = check(spoilt, BY_CHANCE)

    assert rule in verdict.broken, f"{name}: {verdict.report()}"
