from pathlib import Path

import pytest

from bot.understanding.lexicon import load_lexicon
from bot.understanding.phrases import Gaps, Phrases, spell_out
from handoff.errors import SeedErrors

GAPS = Gaps(near=2, far=6)


def found(phrase: str, text: str) -> list[str]:
    return [text[start:end] for _, start, end in Phrases([spell_out(phrase, GAPS)]).find(text)]


def test_alternatives_are_spelled_out_inside_each_other() -> None:
    assert spell_out("a (b|c (d|e))f", GAPS).sides == [["a bf", "a c df", "a c ef"]]


@pytest.mark.parametrize("phrase", ["(a|b", "a)b", "", "a…", "(|)", "a(b|c))"])
def test_malformed_phrases_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError):
        spell_out(phrase, GAPS)


def test_a_latin_phrase_stands_alone_and_a_chinese_one_need_not() -> None:
    assert found("agent", "urgent agents, agent!") == ["agent"]
    assert found("人工", "请转人工吧") == ["人工"]


def test_a_gap_is_bounded_and_stays_in_its_sentence() -> None:
    assert found("还…没", "还是一直没到") == ["还是一直没"]
    assert found("还…没", "还是一直一直一直没到") == []
    assert found("还…没", "还好。没到") == []


def test_the_sides_of_a_gap_come_in_order() -> None:
    assert found("退…到", "到了就退") == []
    assert found("a·b·c", "a b c") == ["a b c"]


def test_finding_takes_steps_in_proportion_to_the_text() -> None:
    class Counted(str):
        lookups = 0

        def __getitem__(self, key: object) -> str:
            Counted.lookups += 1
            return str.__getitem__(self, key)  # type: ignore[index]

    phrases = Phrases([spell_out(phrase, GAPS) for phrase in ("退…款", "退款", "(钱|款)…到")])
    steps = []
    for size in (1_000, 10_000):
        Counted.lookups = 0
        phrases.find(Counted("退款" * size))
        steps.append(Counted.lookups)

    assert steps[1] <= 10.5 * steps[0]


def test_every_mistake_in_the_lexicons_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "language: zh\ngroups:\n"
        "  - {id: one, intent: nonsense, phrases: 退}\n"
        "  - {id: two, phrases: 退}\n"
        "  - {id: three, mark: mask, phrases: '(退'}\n"
        "  - {id: four, mark: mask}\n"
        "  - {id: five, mark: mask, phrases: 退}\n"
        "  - {id: five, mark: mask, phrases: 退}\n"
        "  - {id: six, mark: mask, grave: true, phrases: 退}\n"
        "  - {id: seven, mark: topic, grave: soon, phrases: 退}\n"
        "  - {id: eight, mark: topic, grave: true, phrases: 退}\n",
        encoding="utf-8",
    )
    (tmp_path / "b.yaml").write_text("language: xx\n", encoding="utf-8")

    with pytest.raises(SeedErrors) as caught:
        load_lexicon(tmp_path)

    places = [error.place for error in caught.value.errors]
    assert places == [
        *("groups[0] one", "groups[1] two", "groups[2] three", "groups[3] four", "groups[5] five"),
        *("groups[6] six", "groups[7] seven"),
        "language",
    ]


def test_a_missing_folder_is_a_mistake_of_the_seeds(tmp_path: Path) -> None:
    with pytest.raises(SeedErrors):
        load_lexicon(tmp_path / "nowhere")
