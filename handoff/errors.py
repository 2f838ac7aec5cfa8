"""Name what can go wrong, so that the type decides what happens next.

Expected outcomes ("somebody was faster") are errors with their facts as attributes; nobody reads
their text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class HandoffError(Exception):
    """Anything Warmline itself refuses or cannot do."""


class CaseNotFound(HandoffError):
    """No case has this id."""


class ConversationNotFound(HandoffError):
    """Nobody with this id has written yet."""


class AlreadyClaimed(HandoffError):
    """Somebody was faster."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"already claimed by {holder}")
        self.holder = holder


class CaseClosed(HandoffError):
    """The case is resolved; nothing more can be done in it."""


class NotAssignee(HandoffError):
    """The case is in other hands: `holder` is an agent's id, or empty when it is waiting."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the case is held by {holder or 'nobody'}")
        self.holder = holder


class CaseOpen(HandoffError):
    """A conversation cannot be erased while a case is open in it."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"case {case_id} is open")
        self.case_id = case_id


class FileTooBig(HandoffError):
    """A file is larger than what is kept, or than Telegram gives or takes."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"{size_bytes} bytes are too many")
        self.size_bytes = size_bytes


class SlotEmpty(HandoffError):
    """A phrase cannot be said: nothing is there for its slot `slot`."""

    def __init__(self, key: str, slot: str) -> None:
        self.key, self.slot = key, slot
        super().__init__(f"phrase {key} has nothing for {{{slot}}}")


class WordsOpen(HandoffError):
    """A case cannot be resolved while an agent's words are unknown or failed: their numbers."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = tuple(numbers)
        super().__init__(f"words without a known delivery: {self.numbers}")


class StoreTrouble(StrEnum):
    """Why the store cannot do its work."""

    UNREACHABLE = "unreachable"
    LEFT_ALONE = "left alone after failures"
    LOADING = "loading"
    FULL = "memory full"
    DISK = "disk full or failing"
    BUSY = "busy"
    NOT_PRIMARY = "not the primary any more"
    NO_REPLICAS = "without replicas"
    UNCERTAIN = "no replica has it yet"


class CustomerWrote(HandoffError):
    """The customer wrote something that whoever ends the case has not read."""


class StoreDown(HandoffError):
    """Redis does not answer, or refuses to write; what was asked may or may not have happened."""

    def __init__(self, trouble: StoreTrouble = StoreTrouble.UNREACHABLE) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class StoreUncertain(StoreDown):
    """It is written, and would be lost with its server: the same operation is to be repeated."""

    def __init__(self, trouble: StoreTrouble = StoreTrouble.UNCERTAIN) -> None:
        super().__init__(trouble)


class ArchiveDown(HandoffError):
    """The archive's database does not answer; the chat goes on without it."""


class BackupRefused(HandoffError):
    """A backup cannot be used here; the text says why."""


class StartRefused(HandoffError):
    """A process must not start like this; the text says why and what to do."""


class ChannelError(HandoffError):
    """The messenger did not take our words."""


class CustomerUnreachable(ChannelError):
    """Final: the customer blocked the bot or is gone."""


class ChannelBusy(ChannelError):
    """Temporary: ask again after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"busy for {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class SeedError:
    """One mistake in the seeds: which file, where in it, and what is wrong."""

    path: str
    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.place}: {self.problem}"


class SeedErrors(HandoffError):
    """All mistakes of one reading of the seeds, so that they can be mended in one go."""

    def __init__(self, errors: Iterable[SeedError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))
