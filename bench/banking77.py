"""`python -m bench.banking77 TRAIN.csv TEST.csv`: our own method on somebody else's 77 intents.

BANKING77 (Casanueva et al. 2020, CC BY 4.0) is not ours to ship; give the two files with the
columns `text` and `category`. The same n-grams, fit, packed weights and application as in a live
turn are used, without lexicons and without anything of our seeds.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.understanding.features import BLOCKS
from bot.understanding.model import Model
from bot.understanding.teaching import Lesson
from bot.understanding.training import fit
from handoff.text import normalise

MUST = 0.91
WORST = 8
COLUMNS = ("text", "category")


def main(
    train: Annotated[Path, typer.Argument(help="CSV with the columns text and category")],
    test: Annotated[Path, typer.Argument(help="CSV to be judged")],
    least: Annotated[int, typer.Option(help="texts a feature must stand in")] = 2,
) -> None:
    """Train on one file, print the accuracy on the other and the worst confusions."""
    taught, asked = _read(train), _read(test)
    categories = tuple(sorted({category for _text, category in taught}))
    start = time.perf_counter()
    lessons = [
        Lesson(text, ("any",), {each: each == name for each in categories}) for text, name in taught
    ]
    model = Model(fit(lessons, categories, least_texts=dict.fromkeys(BLOCKS, least)).weights())
    typer.echo(
        f"{len(taught)} messages, {len(categories)} categories, "
        f"trained in {time.perf_counter() - start:.0f} s"
    )
    said = [_best(model, text) for text, _category in asked]
    wrong = Counter(
        (category, name)
        for (_text, category), name in zip(asked, said, strict=True)
        if name != category
    )
    accuracy = 1 - wrong.total() / len(asked)
    typer.echo(f"accuracy {accuracy:.4f} on {len(asked)} (must: >= {MUST})")
    for (category, name), count in wrong.most_common(WORST):
        typer.echo(f"  {category} -> {name}: {count}")


def _read(path: Path) -> Sequence[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise typer.BadParameter(f"{path} needs the columns {' and '.join(COLUMNS)}")
        return [(normalise(row["text"]), row["category"]) for row in rows]


def _best(model: Model, text: str) -> str:
    margins = model.margins(text, ("any",))
    return model.heads[margins.index(max(margins))]


if __name__ == "__main__":
    typer.run(main)
