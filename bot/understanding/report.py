"""Print how well messages are understood: the tables of `evaluate`, and what went wrong.

It reads labelled messages from a file, or judges our own corpus by models that have not seen it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from bot.understanding.corpus import read_messages
from bot.understanding.evaluate import Judged, Table, false_alarms, judged, kept_back, tables
from bot.understanding.learning import SEEDS_DIR, School
from bot.understanding.meaning import packaged_space
from bot.understanding.reader import Reader, told
from bot.understanding.signals import signals_of
from bot.understanding.training import FOLDS
from handoff.escalation import Reason, Rules, decide, load_rules
from handoff.text import language_of

_NAME, _CELL = 44, 9


def main(
    stdout: TextIO,
    file: Path | None,
    *,
    show: int = 0,
    semantic: bool = False,
    seeds_dir: Path = SEEDS_DIR,
) -> None:
    """Prints the tables for a file, or by cross-validation when there is none."""
    rules = load_rules(seeds_dir / "escalation.yaml")
    if file is None:
        rows, calm = _crossed(School.from_seeds(seeds_dir), rules, semantic=semantic)
    else:
        reader = Reader.from_seeds(seeds_dir, semantic=semantic)
        rows, calm = list(_read(file, reader, rules)), None
    for title, table in tables(rows):
        _print(stdout, title, table)
    if calm is not None:
        _print(stdout, "questions of the articles, held out", [calm])
    if show:
        for title, some in (("kept back", kept_back(rows)), ("false alarms", false_alarms(rows))):
            _print(stdout, title, _shown(some[:show]))


def _read(file: Path, reader: Reader, rules: Rules) -> Iterator[Judged]:
    for message in read_messages(file):
        yield judged(message, reader.read(message.text, message.turns), rules)


def _crossed(
    school: School, rules: Rules, *, semantic: bool
) -> tuple[list[Judged], tuple[str, ...] | None]:
    """Our own messages, and of the articles' questions the share that calls a person."""
    crossed = school.crossed_by_meaning(packaged_space()) if semantic else school.crossed()
    rows = [
        judged(message, told(look, language_of(look.raw), crossed.models[fold]), rules)
        for message, look, fold in zip(school.messages, school.looks, crossed.fold_of, strict=True)
    ]
    if semantic:  # the places of the articles' questions are not learnt from
        return rows, None
    handed = 0
    for place, look in enumerate(school.questions):
        reading = told(look, language_of(look.raw), crossed.models[place % FOLDS])
        escalation = decide(signals_of(reading), rules)
        handed += escalation is not None and escalation.reason is not Reason.EXPLICIT_REQUEST
    share = handed / max(1, len(school.questions))
    return rows, ("handed over for more than asking", f"{share:.3f}", str(len(school.questions)))


def _shown(rows: Sequence[Judged]) -> Table:
    return [
        (
            row.gold.id,
            row.gold.text,
            str(row.gold.handoff_reason),
            row.escalation.evidence if row.escalation else "",
        )
        for row in rows
    ]


def _print(stdout: TextIO, title: str, table: Iterable[Sequence[str]]) -> None:
    stdout.write(f"\n{title}\n")
    for name, *cells in table:
        stdout.write(f"  {name:<{_NAME}}{''.join(f'{cell:>{_CELL}}' for cell in cells)}\n")
