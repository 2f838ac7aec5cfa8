"""Make agents' accounts, and the two of the demo.

A password is hashed at once; only the demo's are kept, in a file only this machine's owner can
read.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import orjson

from handoff.agents import Agent, AgentId, Role
from handoff.desk.passwords import MIN_LENGTH, fits, hash_password, new_password
from handoff.ports import Store

_DEMO = (
    Agent(
        id=AgentId("lin"),
        name="林晓 / Lin Xiao",
        role=Role.SUPERVISOR,
        password_hash="",
        title="客服主管 / Customer care lead",
    ),
    Agent(
        id=AgentId("sam"),
        name="李山 / Sam Lee",
        role=Role.AGENT,
        password_hash="",
        title="售后客服 / Customer care",
    ),
)


class PasswordTooShort(ValueError):
    """A password needs at least `MIN_LENGTH` characters."""


async def save_account(store: Store, agent: Agent, password: str) -> Agent:
    """Store the account with this password, and end what was opened with an older one; raises
    PasswordTooShort.
    """
    if len(password) < MIN_LENGTH:
        raise PasswordTooShort(MIN_LENGTH)
    saved = replace(agent, password_hash=await hash_password(password))
    await store.accounts.save_agent(saved)
    await store.accounts.close_sessions(saved.id)
    return saved


async def ensure_demo_agents(store: Store, data_dir: Path) -> list[tuple[AgentId, str]]:
    """Make the demo's two accounts once; a second run finds the same names and passwords."""
    path = data_dir / "demo-agents.json"
    passwords = _read_passwords(path)
    if passwords is None:
        passwords = {agent.id: new_password() for agent in _DEMO}
        _write_passwords(path, passwords)
    for agent in _DEMO:
        known = await store.accounts.agent(agent.id)
        if known is None or not await fits(known.password_hash, passwords[agent.id]):
            await save_account(store, agent, passwords[agent.id])
    return [(agent.id, passwords[agent.id]) for agent in _DEMO]


def _read_passwords(path: Path) -> dict[str, str] | None:
    try:
        found = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    whole = isinstance(found, dict) and all(isinstance(found.get(a.id), str) for a in _DEMO)
    return found if whole else None


def _write_passwords(path: Path, passwords: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(passwords, option=orjson.OPT_INDENT_2))
