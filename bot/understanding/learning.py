"""From the seeds to the weights: who teaches the model, and what comes out of it.

`python -m bot train` runs it. It reads seeds and writes the weights; it is no part of a live turn.
"""

from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class School:
    """Everything the model learns from."""

    messages: Sequence[Labelled]
    looks: Sequence[Look]
    lessons: Sequence[Lesson]
    questions: Sequence[Look]
    """The articles' questions: calm customers, first among the lessons beside."""
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
        questions = list(_questions(seeds_dir, looker))
        taught = [lesson_of_question(look.scene.text, intent) for look, intent in questions]
        calm = [look for look, _ in questions]
        return cls(messages, looks, lessons, calm, [*taught, *lessons_of(groups)])

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


def _questions(seeds_dir: Path, looker: Looker) -> Iterator[tuple[Look, Intent]]:
    for article in load_articles(seeds_dir):
        for text in (article.zh, article.en):
            for question in text.questions:
                yield looker.look(question), Intent(article.intent)
