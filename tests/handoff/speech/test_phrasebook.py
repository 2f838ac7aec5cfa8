from pathlib import Path

import pytest

from handoff.errors import SeedErrors, SlotEmpty
from handoff.speech import Phrasebook, load_phrasebook
from handoff.text import Language

BOOK = Phrasebook(
    {
        "zh": {"hello": ("您好，{name}",), "sorry": ("抱歉让您久等", "让您担心了")},
        "en": {"hello": ("Hello {name}",), "sorry": ("Sorry for the wait", "Sorry")},
    }
)


def _write(folder: Path, zh: str, en: str) -> Path:
    (folder / "phrasebook").mkdir()
    (folder / "phrasebook" / "zh.yaml").write_text(zh, encoding="utf-8")
    (folder / "phrasebook" / "en.yaml").write_text(en, encoding="utf-8")
    return folder


def test_traditional_readers_get_traditional_phrases_with_their_own_values_untouched():
    assert BOOK.say("hello", Language.ZH_HANT, name="后台") == "您好，后台"
    assert BOOK.say("sorry", Language.ZH_HANT) == "抱歉讓您久等"


def test_a_value_with_braces_is_only_a_value():
    assert BOOK.say("hello", Language.EN, name="{x}") == "Hello {x}"


def test_wordings_take_turns_and_then_fall_silent():
    first, line = BOOK.fresh("sorry", Language.EN, ())
    second, other = BOOK.fresh("sorry", Language.EN, (first,))

    assert (line, other) == ("Sorry for the wait", "Sorry")
    assert BOOK.fresh("sorry", Language.EN, (first, second)) == ("", "")


def test_every_difference_between_the_languages_is_told_at_once(tmp_path):
    seeds = _write(tmp_path, 'a: 甲{x}\nb: 乙\nd: [丁, "丁{y}"]\n', "a: A{y}\nc: C\nd: D\n")

    with pytest.raises(SeedErrors) as caught:
        load_phrasebook(seeds)

    told = {(error.path, error.place) for error in caught.value.errors}
    assert told == {
        ("phrasebook/zh.yaml", "c"),
        ("phrasebook/en.yaml", "b"),
        ("phrasebook/en.yaml", "a"),
        ("phrasebook/zh.yaml", "d"),
    }


def test_a_brace_without_partner_is_told_with_its_key(tmp_path):
    seeds = _write(tmp_path, "a: 甲{x\n", "a: A\n")

    with pytest.raises(SeedErrors) as caught:
        load_phrasebook(seeds)

    assert ("phrasebook/zh.yaml", "a") in {(e.path, e.place) for e in caught.value.errors}


def test_a_slot_without_a_name_is_told_with_its_key(tmp_path):
    seeds = _write(tmp_path, "a: 甲{}\n", "a: A{}\n")

    with pytest.raises(SeedErrors) as caught:
        load_phrasebook(seeds)

    assert ("phrasebook/zh.yaml", "a") in {(e.path, e.place) for e in caught.value.errors}


@pytest.mark.parametrize("slots", [{"name": ""}, {}])
def test_a_phrase_is_not_said_while_a_slot_of_it_is_empty(slots):
    with pytest.raises(SlotEmpty) as caught:
        BOOK.say("hello", Language.EN, **slots)

    assert (caught.value.key, caught.value.slot) == ("hello", "name")


def test_what_a_phrase_does_not_use_may_be_empty():
    assert BOOK.say("sorry", Language.EN, name="") == "Sorry for the wait"
