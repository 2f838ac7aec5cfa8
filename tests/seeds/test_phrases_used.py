import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from bot.cues import load_cues
from bot.reasons import CaseReason
from handoff.escalation import Reason
from handoff.knowledge import ArticleId, load_articles
from handoff.speech import load_phrasebook
from handoff.text import Language, has_han, utf16_units

ROOT = Path(__file__).parents[2]
BOOK = load_phrasebook(ROOT / "seeds")
# Keys that are put together in the code, by what they begin with.
MADE = (
    "empathy.",
    "expectation.",
    "suggestion.",  # every one is asked for below, and so is each `why.`
    "why.",
    "button.",
    "payment.who.",
    "tried.asked.",
    "tried.started.",
    "form.",
    "handoff.",
    "queue.",
    "promise.",
)
KEY = re.compile(r"[a-z_]+(?:\.[A-Za-z_-]+)+|interim")


def _written() -> set[str]:
    found = set()
    rooms = (ROOT / "bot" / "answers").glob("*.py")
    for path in (*(ROOT / "bot").glob("*.py"), *rooms):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(KEY.findall(node.value)) if KEY.fullmatch(node.value) else set()
    return found


def test_every_phrase_is_used():
    written = _written()

    unused = {key for key in BOOK if key not in written and not key.startswith(MADE)}

    assert unused == set()


@pytest.mark.parametrize("language", list(Language))
def test_no_phrase_hedges_blames_or_refuses(language):
    forbidden = re.compile(
        r"不可能|这是规定|做不到|不行|可能会|大概|也许|不归我|maybe|perhaps|probably|impossible|"
        r"not my|policy says|unfortunately",
        re.IGNORECASE,
    )

    bad = [w for key in BOOK for w in BOOK.variants(key, language) if forbidden.search(w)]

    assert bad == []


def test_chinese_addresses_the_customer_with_honour():
    rude = [w for key in BOOK for w in BOOK.variants(key, Language.ZH_HANS) if "你" in w]

    assert rude == []


def test_english_phrases_hold_no_chinese_but_names_of_languages():
    mixed = {key for key in BOOK for w in BOOK.variants(key, Language.EN) if has_han(w)}

    assert mixed <= {"language.choose", "button.lang.zh-Hans", "button.lang.zh-Hant"}


def test_buttons_are_short_enough_for_a_phone():
    labels = [
        w for key in BOOK if key.startswith("button.") for w in BOOK.variants(key, Language.EN)
    ]

    assert all(utf16_units(label) <= 24 for label in labels)


def test_every_phrase_the_code_names_exists():
    named = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "sandbox" in path.parts or "telegram" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                if node.func.attr in ("say", "tell", "note") and isinstance(first, ast.Constant):
                    named.add(first.value)

    assert named
    assert named <= set(BOOK)


def _of(keys: Iterable[str], group: str) -> set[str]:
    return {key.removeprefix(group) for key in keys if key.startswith(group)}


def test_every_reason_for_a_person_has_its_words_in_the_rank_in_the_packet_and_at_the_desk():
    desk = yaml.safe_load((ROOT / "seeds" / "desk.yaml").read_text(encoding="utf-8"))["texts"]
    by_rule = set(Reason) - {Reason.EXPLICIT_REQUEST, Reason.BOT_FAILED}  # with its own evidence

    assert _of(BOOK, "suggestion.") == {*CaseReason, "known_matter", "order", "other"}
    assert _of(BOOK, "why.") == {*CaseReason, "promise"} - by_rule
    assert _of(desk, "reason.") == set(CaseReason)


def test_usual_answers_are_articles_of_their_subject():
    articles = load_articles(ROOT / "seeds")

    usual = load_cues(ROOT / "seeds").usual

    assert {
        intent: str(articles.by_id[ArticleId(name)].intent) for intent, name in usual.items()
    } == {intent: intent for intent in usual}


def test_what_a_menu_names_first_are_articles_of_its_subject():
    articles = load_articles(ROOT / "seeds")

    first = load_cues(ROOT / "seeds").first

    named = {(intent, name) for intent, names in first.items() for name in names}
    assert named
    assert {(str(articles.by_id[ArticleId(name)].intent), name) for _, name in named} == named
