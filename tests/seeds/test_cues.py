"""The small signs of `cues.yaml`: every one the bot knows has words."""

import re
from pathlib import Path

import pytest

from bot.cues import CUES_FILE, load_cues
from handoff.errors import SeedErrors

SEEDS = Path(__file__).parents[2] / "seeds"


def test_a_sign_without_words_is_named(tmp_path: Path) -> None:
    written = (SEEDS / CUES_FILE).read_text(encoding="utf-8")
    without = re.sub(r"(?m)^  hello:\n(?:    .*\n)+", "", written)
    (tmp_path / CUES_FILE).write_text(without, encoding="utf-8")

    with pytest.raises(SeedErrors, match="no words for hello"):
        load_cues(tmp_path)
