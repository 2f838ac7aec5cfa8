from typing import Any

import pytest

from handoff.store.sentinel import NoPrimary, Primary, newest


def told(port: int, epoch: int, *, gone: bool = False, replicas: int = 2) -> dict[str, Any]:
    return {
        "ip": "10.0.0.1",
        "port": port,
        "config-epoch": epoch,
        "is_odown": gone,
        "num-slaves": replicas,
    }


def test_newest_election_counts_whoever_answers_first() -> None:
    assert newest([told(1, 3), None, told(2, 4), told(1, 3)]) == Primary("10.0.0.1", 2, True)


def test_sentinels_that_know_no_replica_ask_for_no_waiting() -> None:
    assert newest([told(1, 3, replicas=0)]) == Primary("10.0.0.1", 1, False)


@pytest.mark.parametrize(
    "answers", [[None, None], [told(1, 3), told(1, 4, gone=True)]], ids=["silent", "agreed gone"]
)
def test_there_may_be_no_primary_just_now(answers: list[dict[str, Any] | None]) -> None:
    with pytest.raises(NoPrimary):
        newest(answers)
