import subprocess
import sys
from pathlib import Path

import pytest

from bot.extras import extras
from bot.mind import make_mind
from handoff.errors import StartRefused
from handoff.llm.settings import LlmSettings
from handoff.ops.counters import Counters
from handoff.store.memory import open_memory_store

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
PROBE = """
import sys
import bot.run, handoff.__main__, handoff.desk.app
print([name for name in sys.modules if name.startswith("handoff.llm.") or name == "bot.rewording"])
"""


def test_nothing_of_it_is_imported_while_it_is_off() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "['handoff.llm.settings']"


async def test_off_by_default_and_refused_without_a_model() -> None:
    mind, store = make_mind(SEEDS), open_memory_store()

    async with extras(mind, store, SEEDS, Counters(), settings=LlmSettings(url="")) as works:
        assert works == []
        assert mind.rewords is None
    half = LlmSettings(url="http://127.0.0.1:9/v1", model="")
    with pytest.raises(StartRefused):
        async with extras(mind, store, SEEDS, Counters(), settings=half):
            pass


async def test_on_while_the_block_lasts() -> None:
    mind, store = make_mind(SEEDS), open_memory_store()
    settings = LlmSettings(url="http://127.0.0.1:9/v1", model="small")

    async with extras(mind, store, SEEDS, Counters(), settings=settings) as works:
        assert mind.rewords is not None
        assert len(works) == 1

    assert mind.rewords is None
