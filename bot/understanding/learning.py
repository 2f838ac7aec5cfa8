"""From the seeds to the weights: who teaches the model, and what comes out of it.

`python -m bot train` runs it. It reads seeds and writes the weights; it is no part of a live turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace as replace_struct

from bot.understanding.corpus import Labelled, fingerprint, read_corpus
from bot.understanding.judging import HEADS
from bot.understanding.lexicon import Lexicon, read_lexicons
from bot.understanding.look import Look, Looker
from bot.understanding.meaning import Embeds, Meaning, meant, packaged_space
from bot.understanding.model import Weights
from bot.understanding.reading import Intent
from bot.understanding.teaching import Lesson, lesson_of, lesson_of_question, lessons_of
from bot.understanding.training import Crossed, Places, cross, cross_meaning, fit, fit_meaning
from bot.understanding.weightfile import MEANING, WEIGHTS, write_meaning, write_weights
from handoff.knowledge import load_articles
from handoff.knowledge.tables import load_tables

SEEDS_DIR = Path("seeds")
UTTERANCES = "utterances"
_AT_ONCE = 64
_ALWAYS = "every case"  # so says an article when a person is to take over whoever asks


@dataclass(frozen=True, slots=True)
class School:
    """Everything the model learns from."""

    messages: Sequence[Labelled]
    looks: Sequence[Look]
    lessons: Sequence[Lesson]
    questions: Sequence[Look]
    """The articles' questions that customers ask calmly, first among the lessons beside."""
    beside: Sequence[Lesson]

    @classmethod
    def from_seeds(cls, seeds_dir: Path) -> "School":
        """Reads messages, articles and lexicons; raises SeedErrors with every mistake."""
        messages = read_corpus(seeds_dir / UTTERANCES)
        groups, typos = read_lexicons(seeds_dir / "lexicons")
        lexicon = Lexicon(groups, typos)
        looker = Looker(lexicon, load_tables(seeds_dir))
        looks = [looker.look(message.text, message.turns) for message in messages]
        lessons = [
            lesson_of(message, look.scene.text, look.symbols)
            for message, look in zip(messages, looks, strict=True)
        ]
        calm, grave = _questions(seeds_dir, looker)
        beside = [
            lesson_of_question(look.scene.text, look.symbols, intent, calm=sort is calm)
            for sort in (calm, grave)
            for look, intent in sort
        ]
        beside += lessons_of(groups)
        return cls(messages, looks, lessons, [look for look, _ in calm], beside)

    def crossed(self) -> Crossed:
        """Returns models that have not seen what they are asked about."""
        return cross(self.lessons, self.beside, HEADS)

    def crossed_by_meaning(self, embeds: Embeds) -> Crossed:
        """The same, with what the messages mean."""
        return cross_meaning(self.crossed(), self.lessons, self._places(embeds))

    def meaning(self, embeds: Embeds) -> Meaning:
        """Returns what all messages teach about meanings, read together with their words."""
        places = self._places(embeds)
        crossed = cross_meaning(self.crossed(), self.lessons, places)
        return replace_struct(
            fit_meaning(self.lessons, places, HEADS),
            slopes=crossed.slopes,
            opinion=crossed.opinion,
        )

    def _places(self, embeds: Embeds) -> Places:
        """Where every message lies in the space of meanings."""
        texts = sorted({meant(lesson.normal) for lesson in self.lessons}, key=len)
        found: dict[str, Sequence[float]] = {}
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            found |= dict(zip(part, embeds(part), strict=True))
        return found

    def weights(self) -> Weights:
        """Returns weights trained on everything, with likelihoods from messages held out."""
        crossed = self.crossed()
        fitted = fit([*self.lessons, *self.beside], HEADS).weights()
        return replace(
            fitted,
            slopes=crossed.slopes,
            opinion=crossed.opinion,
            trained_on=fingerprint(self.messages),
            messages=len(self.messages),
        )


def main(stdout: TextIO, seeds_dir: Path = SEEDS_DIR, *, semantic: bool = False) -> None:
    """Trains and writes the weights into the seeds; for the `semantic` extra what is beside them.

    Raises StartRefused without that extra.
    """
    school = School.from_seeds(seeds_dir)
    if semantic:
        path = seeds_dir / MEANING
        write_meaning(school.meaning(packaged_space()), path)
        stdout.write(f"{len(school.messages)} messages -> {path}\n")
        return
    weights = school.weights()
    path = seeds_dir / WEIGHTS
    write_weights(weights, path)
    features = sum(len(block.rows) for block in (weights.words, weights.pieces, weights.symbols))
    stdout.write(f"{len(school.messages)} messages, {features} features -> {path}\n")


_Questions = list[tuple[Look, Intent]]


def _questions(seeds_dir: Path, looker: Looker) -> tuple[_Questions, _Questions]:
    """Returns what customers ask calmly, and what always calls a person: accounts taken over."""
    calm: _Questions = []
    grave: _Questions = []
    for article in load_articles(seeds_dir):
        asked = grave if article.en.call_person_when.startswith(_ALWAYS) else calm
        for text in (article.zh, article.en):
            asked += [(looker.look(each), Intent(article.intent)) for each in text.questions]
    return calm, grave
