"""`agent …` in a terminal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from typer.testing import CliRunner, Result

from handoff.agents import Agent, AgentId, Role
from handoff.desk.accounts_cli import make_agent_commands
from handoff.desk.passwords import fits
from handoff.ports import Store
from handoff.store.memory import open_memory_store


class Terminal:
    """A shell in which the agent commands are run one after the other."""

    def __init__(self) -> None:
        self.store = open_memory_store()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Store]:
        yield self.store

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(make_agent_commands(self._opened), list(words))

    def account(self, agent_id: str) -> Agent:
        found = asyncio.run(self.store.accounts.agent(AgentId(agent_id)))
        assert found is not None
        return found


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_added_agent_can_log_in_with_the_password_that_is_shown_once(terminal: Terminal) -> None:
    done = terminal.run("add", "mei", "--name", "梅 / Mei", "--role", "supervisor")

    password = done.output.rpartition(": ")[2].strip()
    mei = terminal.account("mei")
    assert done.exit_code == 0
    assert mei.role is Role.SUPERVISOR
    assert asyncio.run(fits(mei.password_hash, password))
    assert password not in mei.password_hash


def test_disabled_agent_is_listed_as_such_and_can_come_back(terminal: Terminal) -> None:
    terminal.run("add", "mei", "--name", "Mei")

    terminal.run("disable", "mei")
    listed = terminal.run("list").output
    was_disabled = terminal.account("mei").disabled
    terminal.run("enable", "mei")

    assert "(disabled)" in listed
    assert was_disabled
    assert not terminal.account("mei").disabled


def test_who_is_locked_out_stays_so_when_name_or_password_change(terminal: Terminal) -> None:
    terminal.run("add", "mei", "--name", "Mei")
    terminal.run("disable", "mei")

    told = [terminal.run("add", "mei", "--name", "Mei Lin"), terminal.run("password", "mei")]

    assert terminal.account("mei").name == "Mei Lin"
    assert terminal.account("mei").disabled
    assert all("agent enable mei" in done.output for done in told)


def test_new_password_replaces_the_old_one_and_nothing_else(terminal: Terminal) -> None:
    terminal.run("add", "mei", "--name", "Mei", "--title", "Care")
    before = terminal.account("mei")

    terminal.run("password", "mei")

    after = terminal.account("mei")
    assert after.password_hash != before.password_hash
    assert (after.name, after.title, after.role) == ("Mei", "Care", Role.AGENT)


def test_empty_list_says_how_the_first_is_added(terminal: Terminal) -> None:
    assert "agent add ID --name NAME" in terminal.run("list").output


def test_unknown_agent_is_said_plainly(terminal: Terminal) -> None:
    done = terminal.run("disable", "nobody")

    assert done.exit_code == 1
    assert "Nobody is called nobody" in done.output


@pytest.mark.parametrize("name", ["x", "Mei", "a b", "../etc", "m" * 40])
def test_names_that_would_confuse_are_refused(terminal: Terminal, name: str) -> None:
    assert terminal.run("add", name, "--name", "Mei").exit_code == 2
