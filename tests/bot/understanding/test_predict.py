import io
import json
import subprocess
import sys
from pathlib import Path

from bot.understanding import predict

ROOT = Path(__file__).parents[3]


def predicted(*lines: str) -> list[dict[str, object]]:
    out = io.StringIO()
    predict.main(io.StringIO("\n".join(lines)), out, ROOT / "seeds")
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_prediction_carries_every_label_of_the_guide() -> None:
    (line,) = predicted(json.dumps({"id": "X1", "text": "你们的插座冒烟了，我要找律师"}))

    assert line["id"] == "X1"
    assert line["handoff"] is True
    assert line["handoff_reason"] == "legal_safety"
    assert line["priority"] == "urgent"
    assert {"intent", "intents", "entities", "emotion", "evidence"} <= set(line)


def test_a_bad_line_is_named_and_the_rest_is_read() -> None:
    lines = predicted("{", '{"id": 1}', "[]", "", '{"id": "X2", "text": "hi"}')

    assert [line.get("line") for line in lines] == [1, 2, 3, None]
    assert lines[-1]["id"] == "X2"


def test_each_line_is_written_before_the_next_is_read() -> None:
    out = io.StringIO()
    written: list[int] = []

    class Watching(io.StringIO):
        def __next__(self) -> str:
            written.append(len(out.getvalue().splitlines()))
            return super().__next__()

    predict.main(Watching('{"text": "hi"}\n{"text": "hello"}\n'), out, ROOT / "seeds")

    assert written == [0, 1, 2]


def test_reading_needs_neither_telegram_nor_a_store_nor_numbers() -> None:
    heavy = "{'aiogram', 'redis', 'rq', 'numpy', 'aiohttp', 'structlog', 'sklearn'}"
    code = f"import sys, bot.understanding.predict; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"
