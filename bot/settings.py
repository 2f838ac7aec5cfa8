"""Settings of the customer's side: Telegram and its limits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from handoff.settings import Settings
from handoff.words import Limits


class BotSettings(Settings):
    """How the bot reaches Telegram, and how fast it may speak."""

    model_config = SettingsConfigDict(env_prefix="BOT_")

    token: SecretStr = Field(
        default=SecretStr(""), description="from @BotFather; empty: the sandbox"
    )
    api_url: str = Field(
        default="",
        description="another Bot API server; empty: Telegram, or the sandbox without token",
    )
    mode: Literal["polling", "webhook"] = Field(default="polling", description="polling or webhook")
    webhook_url: str = Field(default="", description="public https address that Telegram calls")
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="required for webhook: A-Z a-z 0-9 _ -"
    )
    webhook_host: str = Field(default="127.0.0.1", description="where the webhook listens")
    webhook_port: int = Field(default=8443, ge=0, le=65535, description="its port")
    limit_total: float = Field(default=30, gt=0, description="messages a second in total")
    limit_chat: float = Field(default=1, gt=0, description="messages a second in one chat, burst 3")
    limit_group: int = Field(default=20, gt=0, description="messages a minute in one group")
    semantic: bool = Field(
        default=False, description="read by meaning too; needs the semantic extra"
    )
    health_port: int = Field(
        default=0, ge=0, le=65535, description="healthz and readyz of the bot; 0: none"
    )

    def limits(self) -> Limits:
        """The budgets as deliveries use them."""
        return Limits(
            total_per_second=self.limit_total,
            chat_per_second=self.limit_chat,
            group_per_minute=self.limit_group,
        )
