import threading
from pathlib import Path

import pytest

from tests.faults.history import (
    Claimed,
    FaultInjected,
    HistoryBroken,
    Recorder,
    RunStarted,
    Shown,
    Wrote,
    load,
    now_ms,
)

WROTE = Wrote(
    at_ms=2.5, chat=7, message_id=1, update_id=9, mark="W2000001", text="哪里？\nW2000001 😀"
)
SHOWN = Shown(at_ms=4.0, began_ms=3.5, chat=7, message_id=2, text="W2000001: shipped")


def test_events_come_back_from_the_file_as_they_were_seen(tmp_path: Path) -> None:
    events = (
        RunStarted(at_ms=1.0, seed=3, mode="polling", facts={"rate": "20"}),
        WROTE,
        SHOWN,
        Claimed(at_ms=5.0, began_ms=4.5, agent="sam", case="c1", chat=7, op="a", withdrawn=(3, 4)),
    )

    with Recorder(tmp_path / "run.jsonl") as recorder:
        recorder.note(*events)

    assert load(tmp_path / "run.jsonl") == events


def test_a_fault_written_at_its_end_stands_where_it_began(tmp_path: Path) -> None:
    fault = FaultInjected(at_ms=3.0, kind="bot.kill", target="bot", until_ms=9.0, in_flight=2)

    with Recorder(tmp_path / "run.jsonl") as recorder:
        recorder.note(WROTE, SHOWN, fault)

    assert load(tmp_path / "run.jsonl") == (WROTE, fault, SHOWN)


def test_threads_and_second_writers_never_tear_a_line(tmp_path: Path) -> None:
    path, each = tmp_path / "run.jsonl", 200

    def write(recorder: Recorder, chat: int) -> None:
        for number in range(each):
            recorder.note(
                Shown(at_ms=now_ms(), began_ms=0, chat=chat, message_id=number, text="x" * 3000)
            )

    with Recorder(path) as one, Recorder(path) as other:
        writers = [
            threading.Thread(target=write, args=(recorder, chat))
            for chat, recorder in enumerate((one, one, other, other))
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    history = load(path)
    assert len(history) == 4 * each
    assert [event.at_ms for event in history] == sorted(event.at_ms for event in history)


def test_a_line_cut_off_by_a_kill_is_left_out_and_any_other_broken_line_is_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run.jsonl"
    with Recorder(path) as recorder:
        recorder.note(WROTE, SHOWN)
    whole = path.read_bytes()

    path.write_bytes(whole[:-20])
    cut = load(path)
    path.write_bytes(b"nonsense\n" + whole)

    assert cut == (WROTE,)
    with pytest.raises(HistoryBroken) as broken:
        load(path)
    assert str(broken.value).startswith(f"{path}:1:")
