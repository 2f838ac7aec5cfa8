"""Settings of the sandbox: where it listens, what it keeps, whose phones it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from handoff.settings import Settings


class SandboxSettings(Settings):
    """Read from the environment once, in `__main__`."""

    sandbox_port: int = Field(default=8081, ge=0, le=65535, description="where the sandbox listens")
    data_dir: Path = Field(default=Path("data"), description="chats and files lie in its sandbox/")
    seeds_dir: Path = Field(default=Path("seeds"), description="demo/customers.yaml and pictures")
    log_format: Literal["console", "json"] = Field(default="console", description="console or json")
