"""From the seeds to the weights: who teaches the model, and what comes out of it.

`python -m bot train` runs it. It reads seeds and writes the weights; it is no part of a live turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from bot.understanding.corpus import Labelled, fingerprint, read_corpus
from bot.understanding.judging import HEADS
from bot.understanding.lexicon import Lexicon, read_lexicons
from bot.understanding.look import Look, Looker
from bot.understanding.model import Weights
from bot.understanding.reading import Intent
from bot.understanding.teaching import Lesson, lesson_of, lesson_of_question, lessons_of
from bot.understanding.training import Crossed, cross, fit
from bot.understanding.weightfile import WEIGHTS, write_weights
from handoff.knowledge import load_articles
from handoff.knowledge.tables import load_tables

SEEDS_DIR = Path("seeds")
UTTERANCES = "utterances"
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


def main(stdout: TextIO, seeds_dir: Path = SEEDS_DIR) -> None:
    """Trains and writes the weights into the seeds."""
    school = School.from_seeds(seeds_dir)
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
