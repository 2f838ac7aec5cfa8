from pathlib import Path

import pytest
import typer

from handoff.policies.cli import print_verdict

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


def test_a_printed_record_gives_the_same_verdict_again(capsys: pytest.CaptureFixture[str]) -> None:
    facts = ["cause=late_dispatch", "total=CNY:26800"]
    print_verdict(SEEDS, "compensation", facts)
    first = capsys.readouterr().out
    record = first.splitlines()[-1].removeprefix("record: ")

    print_verdict(SEEDS, record, [])

    assert capsys.readouterr().out == first
    assert first.startswith("compensation/sent-late@1  granted")


@pytest.mark.parametrize("words", [["weather", ""], ["cancel", "weather=fine"], ["{}", ""]])
def test_what_nobody_knows_is_refused_politely(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        print_verdict(SEEDS, words[0], [word for word in words[1:] if word])

    assert "is not known here" in capsys.readouterr().out
