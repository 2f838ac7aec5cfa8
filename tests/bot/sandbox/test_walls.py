import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.customers import CustomersError, read_customers

ROOT = Path(__file__).parents[3]


def test_the_sandbox_knows_neither_aiogram_nor_the_bot_it_serves() -> None:
    code = "import sys, bot.sandbox.__main__, bot.sandbox.replay; print('\\n'.join(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    modules = done.stdout.split()
    assert not [name for name in modules if name.partition(".")[0] == "aiogram"]
    inside = [name for name in modules if name.startswith(("bot.", "handoff", "workers"))]
    own = [name for name in inside if not name.startswith("bot.sandbox")]
    running = ("commandline", "errors", "logging", "settings", "tasks")
    assert sorted(own) == ["handoff", *(f"handoff.{name}" for name in running)]


def test_the_seven_demo_customers_are_there() -> None:
    customers = read_customers(ROOT / "seeds" / "demo" / "customers.yaml")

    assert [customer.id for customer in customers] == list(range(10001, 10008))
    assert (customers[0].name, customers[0].initials) == ("林悦", "林")
    assert (customers[1].name, customers[1].initials) == ("Emma Clark", "EC")


def test_every_mistake_of_the_customers_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "customers.yaml"
    path.write_text(
        """customers:
  - id: 1
    first_name: A
    colour: red
    phone: 12
    about: {zh: x}
    tries: {zh: [1], en: []}
    vip: true
  - id: 1
    colour: "#123456"
    phone: "+12025550100"
    about: {zh: x, en: x}
    tries: {zh: [], en: []}
""",
        encoding="utf-8",
    )

    with pytest.raises(CustomersError) as caught:
        read_customers(path)

    problems = "\n".join(caught.value.problems)
    for told in ("vip", "colour", "phone", "about", "tries", "first_name", "id 1"):
        assert told in problems
    assert len(caught.value.problems) == 7
