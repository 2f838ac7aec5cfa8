"""Hash and check agents' passwords with argon2id, off the event loop.

One at a time in a process: each takes 7 MiB for a moment. It knows no accounts.
"""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 256
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

# As hard as OWASP asks, with more rounds instead of more memory: a desk is a small process.
_hasher = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")


async def hash_password(password: str) -> str:
    """The hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def fits(password_hash: str, password: str) -> bool:
    """Tell whether the password belongs to the hash; takes the same time either way."""
    return await asyncio.get_running_loop().run_in_executor(
        _threads, _fits, password_hash, password
    )


def new_password() -> str:
    """A password nobody guesses and anybody can type: four groups of four, 79 bits."""
    letters = [secrets.choice(_ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
