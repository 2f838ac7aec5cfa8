"""`python -m handoff agent …`: add, list and disable the people who work at the desk.

The store is opened by who mounts these commands; passwords are asked for or made, never an
argument.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, TypeVar

import typer

from handoff.agents import Agent, AgentId, Role
from handoff.desk.accounts import PasswordTooShort, save_account
from handoff.desk.passwords import MIN_LENGTH, new_password
from handoff.ports import OpenStore, Store

Result = TypeVar("Result")

_ID = Annotated[str, typer.Argument(help="short name to log in with, such as lin")]


def make_agent_commands(open_store: OpenStore) -> typer.Typer:
    """The commands over the store that `open_store` gives."""
    app = typer.Typer(no_args_is_help=True, help="People who work at the desk.")
    commands = _Commands(open_store)
    app.command("add")(commands.add)
    app.command("list")(commands.list)
    app.command("disable")(commands.disable)
    app.command("enable")(commands.enable)
    app.command("password")(commands.password)
    return app


class _Commands:
    def __init__(self, open_store: OpenStore) -> None:
        self._open_store = open_store

    def add(
        self,
        agent_id: _ID,
        name: Annotated[str, typer.Option(help="for customers, such as '林晓 / Lin Xiao'")],
        role: Annotated[Role, typer.Option(help="what they may do")] = Role.AGENT,
        title: Annotated[str, typer.Option(help="for customers, such as 'Customer care'")] = "",
    ) -> None:
        """Add an agent, or change the name, role and title of one; asks for a password."""
        if not _is_id(agent_id):
            raise typer.BadParameter("use 2 to 32 lower-case letters, digits, dots or dashes")
        known = self._account(agent_id)
        agent = Agent(
            id=AgentId(agent_id),
            name=name,
            role=role,
            password_hash="",
            title=title,
            disabled=known is not None and known.disabled,
        )
        self._set_password(agent)

    def list(self) -> None:
        """List the agents."""
        agents = self._with_store(lambda store: store.accounts.agents())
        if not agents:
            typer.echo("Nobody yet. Add the first: python -m handoff agent add ID --name NAME")
        for agent in agents:
            state = "  (disabled)" if agent.disabled else ""
            title = f", {agent.title}" if agent.title else ""
            typer.echo(f"{agent.id:<16} {agent.role:<11} {agent.name}{title}{state}")

    def disable(self, agent_id: _ID) -> None:
        """Lock an agent out; open pages end within five seconds."""
        self._change(agent_id, disabled=True)

    def enable(self, agent_id: _ID) -> None:
        """Let a disabled agent in again."""
        self._change(agent_id, disabled=False)

    def password(self, agent_id: _ID) -> None:
        """Give an agent a new password."""
        self._set_password(self._known(agent_id))

    def _change(self, agent_id: str, *, disabled: bool) -> None:
        changed = replace(self._known(agent_id), disabled=disabled)
        self._with_store(lambda store: store.accounts.save_agent(changed))
        typer.echo(f"{agent_id} is {'disabled' if disabled else 'enabled'}.")

    def _set_password(self, agent: Agent) -> None:
        password, is_made = _asked_password()
        try:
            self._with_store(lambda store: save_account(store, agent, password))
        except PasswordTooShort:
            typer.echo(f"A password needs at least {MIN_LENGTH} characters.", err=True)
            raise typer.Exit(1) from None
        if agent.disabled:
            way_back = f"python -m handoff agent enable {agent.id}"
            typer.echo(f"{agent.id} is disabled; to let them in again: {way_back}")
        else:
            typer.echo(f"{agent.id} can log in.")
        if is_made:
            typer.echo(f"Password (shown once): {password}")

    def _known(self, agent_id: str) -> Agent:
        agent = self._account(agent_id)
        if agent is None:
            typer.echo(f"Nobody is called {agent_id}. See: python -m handoff agent list", err=True)
            raise typer.Exit(1)
        return agent

    def _account(self, agent_id: str) -> Agent | None:
        return self._with_store(lambda store: store.accounts.agent(AgentId(agent_id)))

    def _with_store(self, use: Callable[[Store], Awaitable[Result]]) -> Result:
        async def run() -> Result:
            async with self._open_store() as store:
                return await use(store)

        return asyncio.run(run())


def _is_id(agent_id: str) -> bool:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    return 2 <= len(agent_id) <= 32 and set(agent_id) <= allowed


def _asked_password() -> tuple[str, bool]:
    """A typed password, or a made one when nothing was typed or nobody is there to type."""
    if not sys.stdin.isatty():
        return new_password(), True
    typed = typer.prompt(
        "Password (empty: make one)", default="", hide_input=True, show_default=False
    )
    return (typed, False) if typed else (new_password(), True)
