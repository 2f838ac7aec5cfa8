"""Settings of everything both sides share: the store, the desk, the seeds, the logs.

Built once in a `__main__`, then passed as values. Thresholds, hours and promised times are seeds,
not settings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from handoff.errors import StartRefused


class Settings(BaseSettings):
    """Read from the environment and from `.env`; raises StartRefused, which names each setting that
    cannot be read and never its value.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            prefix = self.model_config["env_prefix"]
            raise StartRefused(
                "\n".join(
                    f"{prefix}{problem['loc'][0]}".upper() + f": {problem['msg']}."
                    for problem in error.errors()
                )
                + "\nSee .env.example for what each setting may be."
            ) from None


class StoreSettings(Settings):
    """Where things are kept."""

    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="an own Redis or Valkey, or redis+sentinel://…; empty: embedded",
    )
    redis_unsafe: bool = Field(
        default=False, description="start although the server may evict or forget"
    )
    data_dir: Path = Field(
        default=Path("data"), description="embedded server, secret key, sandbox journal"
    )
    shop: str = Field(
        default="shop", pattern=r"^[a-z0-9-]{1,32}$", description="prefix of every key"
    )
    seeds_dir: Path = Field(
        default=Path("seeds"), description="articles, codes, lexicons, demo shop"
    )
    files_dir: Path | None = Field(default=None, description="attachments; empty: DATA_DIR/files")
    secret_key: SecretStr = Field(
        default=SecretStr(""), description="signs buttons and links; empty: made once"
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="archive: sqlite:///…, or postgresql://… with its extra; empty: SQLite",
    )
    log_format: Literal["console", "json"] = Field(default="console", description="console or json")

    @property
    def attachments_dir(self) -> Path:
        """Where attachments are kept; bot and desk must see the same folder."""
        return self.files_dir or self.data_dir / "files"


class DeskSettings(Settings):
    """The web desk."""

    model_config = SettingsConfigDict(env_prefix="HANDOFF_")

    desk_host: str = Field(default="127.0.0.1", description="where the desk listens")
    desk_port: int = Field(default=8080, ge=0, le=65535, description="its port")
    desk_url: str = Field(default="", description="its public address, behind a proxy: https://…")
    trusted_proxies: str = Field(
        default="", description="addresses whose X-Forwarded-For is believed, by comma"
    )


class AlertSettings(Settings):
    """Where alerts are told besides log, metrics and ops page."""

    model_config = SettingsConfigDict(env_prefix="HANDOFF_")

    alert_chat_id: int = Field(
        default=0, description="Telegram chat that is told alerts by the bot; 0: none"
    )
    alert_webhook_url: SecretStr = Field(
        default=SecretStr(""), description="address that the desk posts alerts to; empty: none"
    )
    alert_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="signs what is posted there; empty: unsigned"
    )
    alert_webhook_private: bool = Field(
        default=False, description="the address may lie inside your own network"
    )


class DemoSettings(Settings):
    """What `up` needs to know of the customer's side: is there a token, and where is the
    sandbox."""

    bot_token: SecretStr = Field(
        default=SecretStr(""), description="from @BotFather; empty: the sandbox"
    )
    sandbox_port: int = Field(default=8081, ge=0, le=65535, description="where the sandbox listens")
