"""Settings of the `llm` extra: which endpoint, which model; without an address it is off."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from handoff.errors import StartRefused
from handoff.settings import Settings


class LlmSettings(Settings):
    """Where words are asked for."""

    model_config = SettingsConfigDict(env_prefix="LLM_")

    url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1; empty: off",
    )
    model: str = Field(default="", description="name of the model there")
    key: SecretStr = Field(default=SecretStr(""), description="sent as bearer token; empty: none")

    def is_on(self) -> bool:
        """Whether the extra is wanted; raises StartRefused when only half of it is set."""
        if self.url and not self.model:
            raise StartRefused("LLM_URL is set: LLM_MODEL must name a model there.")
        return bool(self.url)
