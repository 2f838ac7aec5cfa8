import csv
import time
from dataclasses import astuple
from pathlib import Path

import pytest

from handoff.knowledge import load_knowledge
from handoff.knowledge.statuses import OUR_SYSTEM
from handoff.language import Language
from handoff.policies import load_policies
from handoff.speech.guard import Fault, Severity
from handoff.speech.guard_seed import load_guard
from handoff.speech.phrasebook import load_phrasebook, slots_of

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
GUARD = load_guard(SEEDS)
LINES = Path(__file__).parent / "lines"
ZH, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN
TONGUES = {"zh": ZH, "zh-hant": HANT, "en": EN}


def spoken() -> list[tuple[str, str, Language]]:
    book, knowledge = load_phrasebook(SEEDS), load_knowledge(SEEDS)
    lines = [
        (key, wording, language)
        for key in book
        for language in (ZH, EN)
        for wording in book.variants(key, language)
        if not key.startswith(("expectation.", "button."))  # what customers hope for, and say
    ]
    for article in knowledge.articles:
        for language, text in ((ZH, article.zh), (EN, article.en)):
            told = astuple(text.scenario) if text.scenario else ()
            said = (text.answer, text.next_step, *text.steps, *told)
            lines += [(article.id, line, language) for line in said]
    states = [(row, row.next_step) for row in knowledge.orders.rows]
    states += [(row, row.advice) for row in knowledge.tracking.rows]
    for row, next_step in states:
        for both in (row.meaning, next_step) if row.system == OUR_SYSTEM else ():
            lines += [(row.code, both.zh, ZH), (row.code, both.en, EN)]
    for policy in load_policies(SEEDS).by_name.values():
        for rule in policy.rules:
            name = f"{policy.name}/{rule.id}"
            lines += [(name, rule.told.zh, ZH), (name, rule.told.en, EN)]
    return lines


def test_nothing_we_say_is_stopped_by_our_own_guard() -> None:
    found = [
        (name, finding.said, text)
        for name, text, language in spoken()
        for finding in GUARD.look(text, language)
    ]

    assert found == []


FILLED = {
    "zh": {"wait": "30 分钟内", "minutes": "10", "low": "5", "high": "10", "position": "3"},
    "en": {
        "wait": "within 5 to 10 minutes",
        "minutes": "10",
        "low": "5",
        "high": "10",
        "position": "3",
    },
}
WHEN = {"zh": "今天 18:00", "en": "today at 18:00"}


def test_phrases_are_not_stopped_when_their_slots_are_filled() -> None:
    book = load_phrasebook(SEEDS)
    filled = []
    for tongue, language in (("zh", ZH), ("en", EN)):
        for key in book:
            for wording in book.variants(key, language):
                slots = dict.fromkeys(slots_of(wording), "W1000001")
                slots |= dict.fromkeys(("when", "due", "time", "last_day"), WHEN[tongue])
                if not key.startswith(("expectation.", "button.")):
                    filled.append((wording.format(**(slots | FILLED[tongue])), language))

    assert [text for text, language in filled if GUARD.look(text, language)] == []


@pytest.mark.parametrize(
    ("text", "language", "fault", "said"),
    [
        ("这是规定，我们也改不了。", ZH, Fault.FORBIDDEN, "这是规定"),
        ("這是規定，我們也改不了。", HANT, Fault.FORBIDDEN, "這是規定"),
        ("包裹大概明天到。", ZH, Fault.HEDGE, "大概"),
        ("是您没看清楚说明。", ZH, Fault.BLAME, "您没看清"),
        ("我们会尽快处理。", ZH, Fault.TIMELESS, "尽快"),
        ("请提供工单号。", ZH, Fault.JARGON, "工单"),
        ("That's our policy.", EN, Fault.FORBIDDEN, "That's our policy"),
        ("It should arrive on Friday.", EN, Fault.HEDGE, "It should arrive"),
        ("You should have read the page.", EN, Fault.BLAME, "You should have"),
        ("We will get back to you.", EN, Fault.TIMELESS, "We will get back"),
    ],
)
def test_guard_finds_the_phrase_where_it_stands(
    text: str, language: Language, fault: Fault, said: str
) -> None:
    finding = GUARD.look(text, language)[0]

    assert (finding.fault, text[finding.start : finding.end]) == (fault, said)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我们会在今天 18:00 前答复您。", ZH),
        ("我尽快为您查，10 分钟内告诉您。", ZH),
        ("尽可能详细地写下来就好。", ZH),
        ("您看这样行不行？", ZH),
        ("客人说“不可能”时，请先听完。", ZH),
        ("We will call you back by 6 pm.", EN),
        ("I will look into it. You hear from me tomorrow.", EN),
        ("That is very kind of you.", EN),
        ("You may return it within 7 days.", EN),
    ],
)
def test_guard_lets_pass_what_is_harmless(text: str, language: Language) -> None:
    assert GUARD.look(text, language) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The depot wrote “it might be lost”; I have the answer by 6 pm.", EN),
        ("《你当像鸟飞往你的山》今天发货。", ZH),
        ("這不是您的錯，是我們說明得不夠清楚。", HANT),
    ],
)
def test_words_of_others_and_titles_are_not_ours(text: str, language: Language) -> None:
    assert GUARD.look(text, language) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [("We send it any day now.", EN), ("过两天给您寄出。", ZH), ("请再等几天。", ZH)],
)
def test_a_vague_time_is_no_time(text: str, language: Language) -> None:
    assert {finding.fault for finding in GUARD.look(text, language)} == {Fault.TIMELESS}


def read_lines(*paths: Path) -> list[dict[str, str]]:
    return [
        line
        for path in paths
        for line in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]


def stopped(line: dict[str, str]) -> bool:
    upset = bool(line.get("upset"))
    return bool(GUARD.hear(line["text"], TONGUES[line["language"]], upset=upset))


TAUGHT = SEEDS / "guard" / "lines.csv"


@pytest.mark.parametrize("paths", [(LINES / "fresh.csv", LINES / "sealed.csv"), (TAUGHT,)])
def test_guard_knows_the_written_lines(paths: tuple[Path, ...]) -> None:
    lines = read_lines(*paths)
    heard, faulty = [stopped(line) for line in lines], [bool(line["faults"]) for line in lines]

    hits = sum(one and other for one, other in zip(heard, faulty, strict=True))

    assert len(lines) >= 300
    assert hits / sum(heard) >= 0.95
    assert hits / sum(faulty) >= 0.95


def test_no_line_that_judges_the_guard_has_taught_it() -> None:
    judging = {line["text"] for line in read_lines(LINES / "fresh.csv", LINES / "sealed.csv")}

    assert judging.isdisjoint(line["text"] for line in read_lines(TAUGHT))


def test_the_ear_doubts_next_to_nothing_of_what_we_say() -> None:
    lines = spoken()
    doubted = [text for _, text, language in lines if GUARD.hear(text, language)]

    assert len(doubted) <= len(lines) / 100


def test_the_ear_hears_a_tone_that_no_rule_names() -> None:
    rude = "You people are never happy with anything."

    assert GUARD.look(rude, EN) == ()
    found = GUARD.hear(f"Your parcel arrives on Friday at 9:00. It is on the van. {rude}", EN)
    assert [(each.fault, each.severity, each.said) for each in found] == [
        (Fault.TONE, Severity.WARN, rude[:-1])
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("很抱歉，今天补发😅", ZH),
        ("I am sorry, a new one leaves today 😬", EN),
        ("退款今天到账，您要不要看看新款围巾？", ZH),
        ("Your refund is here today. Have you seen our winter sale?", EN),
    ],
)
def test_smiles_and_offers_are_kept_from_the_upset(text: str, language: Language) -> None:
    found = {each.fault for each in GUARD.look(text, language, upset=True)}

    assert found & {Fault.EMOJI, Fault.PUSHY}
    assert GUARD.look(text, language) == ()


def test_one_apology_and_one_offer_are_kind_and_three_and_two_are_not() -> None:
    assert GUARD.look("Sorry about that. A new one leaves today. Sorry again.", EN) == ()
    assert {each.fault for each in GUARD.look("抱歉，非常抱歉，我再次道歉，今天补发。", ZH)} == {
        Fault.SORRY
    }


def test_the_longest_message_full_of_faults_is_read_at_once() -> None:
    text = "大概" * 2048
    started = time.thread_time()

    assert len(GUARD.look(text, ZH)) == 2048
    assert time.thread_time() - started < 1.0


def test_jargon_is_warned_of() -> None:
    findings = GUARD.look("Your RMA is ready today.", EN)

    assert [finding.severity for finding in findings] == [Severity.WARN]


def test_traditional_words_are_advised_in_traditional_script() -> None:
    text = "這是規定，我們也改不了。"
    finding = GUARD.look(text, HANT)[0]

    assert (finding.said, finding.rewrite) == ("這是規定", "您的情況可以這樣辦")


@pytest.mark.parametrize("text", ["", "\n\n", "😀" * 5_000, "尽" * 40_000, "a." * 20_000])
def test_odd_texts_are_read_without_a_word(text: str) -> None:
    assert GUARD.look(text, ZH) == ()
    assert GUARD.look(text, EN) == ()
