from pathlib import Path

import pytest

from bot.understanding.lexicon import Lexicon, load_lexicon
from bot.understanding.reading import Emotion, Intent, Signal

SEEDS = Path(__file__).parents[2] / "seeds" / "lexicons"
NO_WORDS_OF_ITS_OWN = {Emotion.NEUTRAL, Intent.HUMAN_REQUEST, Signal.GRAVE}
# Who asks for a person gives a signal, and what is grave is told by topics and other signs.


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(SEEDS)


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("label", [*Intent, *Emotion, *Signal], ids=str)
def test_every_label_has_words_in_both_tongues(
    lexicon: Lexicon, label: Intent | Emotion | Signal, tongue: str
) -> None:
    known = {group.label for group in lexicon.groups if tongue in group.id.split(".")}

    assert label in known or label in NO_WORDS_OF_ITS_OWN


def test_a_mended_typo_is_spelled_right(lexicon: Lexicon) -> None:
    assert lexicon.mend("查物留，ordr w1") == "查物流，order w1"
    assert lexicon.mend("border") == "border"
