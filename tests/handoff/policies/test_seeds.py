import shutil
from pathlib import Path

import pytest

from handoff.errors import SeedErrors
from handoff.policies import load_policies

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS / "policies", tmp_path / "policies")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def mistakes(seeds: Path) -> list[tuple[str, str]]:
    with pytest.raises(SeedErrors) as caught:
        load_policies(seeds)
    return [(error.path, error.problem) for error in caught.value.errors]


def test_every_mistake_is_told_at_once(seeds: Path) -> None:
    edit(seeds / "policies" / "cancel.yaml", "name: cancel", "name: cancle")
    edit(seeds / "policies" / "returns.yaml", "category: custom}", "category: costum}")
    edit(seeds / "policies" / "compensation.yaml", "outcome: granted", "outcome: maybe")

    assert {path for path, _ in mistakes(seeds)} == {
        "policies/cancel.yaml",
        "policies/returns.yaml",
        "policies/compensation.yaml",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("{last_day}前寄出即可", "{due}前寄出即可", id="a slot the rule has not"),
        pytest.param("when: {reason: wrong_item}", "when: {season: spring}", id="no such fact"),
        pytest.param("category: periodical}", "category: {max: 3}}", id="a range of a choice"),
        pytest.param("id: wrong-item-late", "id: wrong-item", id="one id twice"),
        pytest.param("remedies: [alter, person]", "remedies: []", id="a refusal and no remedy"),
        pytest.param("remedies: [alter, person]", "remedies: [magic]", id="a remedy without words"),
        pytest.param("运费由您承担", "运费由你承担", id="without 您"),
        pytest.param("    when: {category: custom}\n", "", id="a rule that hides the rest"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(seeds: Path, old: str, new: str) -> None:
    edit(seeds / "policies" / "returns.yaml", old, new)

    assert [path for path, _ in mistakes(seeds)] == ["policies/returns.yaml"]
