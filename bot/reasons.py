"""Why a person takes over: what the rules of escalation find, and what only a conversation's flow
knows.

Each reason has words in the phrasebook (`why.…` for the rank, `suggestion.…` for the packet) and a
name at the desk (`reason.…` in `seeds/desk.yaml`).
"""

from __future__ import annotations

from enum import StrEnum

from handoff.escalation import Reason


class CaseReason(StrEnum):
    """What stands in a case as its reason."""

    EMOTION = Reason.EMOTION.value
    LEGAL_SAFETY = Reason.LEGAL_SAFETY.value
    HIGH_VALUE = Reason.HIGH_VALUE.value
    EXPLICIT_REQUEST = Reason.EXPLICIT_REQUEST.value
    BOT_FAILED = Reason.BOT_FAILED.value
    POLICY_AUTHORITY = Reason.POLICY_AUTHORITY.value
    UNDELIVERED = "undelivered"
    IDENTITY = "identity"
    PAYMENT = "payment"
    PARCEL = "parcel"
    VERDICT = "verdict"
    ACT_AWAY = "act_away"
    """The customer agreed, and the shop did not confirm."""
    ACT_DUE = "act_due"
    """The time has come for which news was promised."""
    TECHNICAL = "technical"
    NEW_ITEM = "new_item"
    NOT_HELPED = "not_helped"


TOLD_WITH = frozenset(
    {
        CaseReason.PAYMENT,
        CaseReason.PARCEL,
        CaseReason.VERDICT,
        CaseReason.ACT_AWAY,
        CaseReason.ACT_DUE,
        CaseReason.TECHNICAL,
        CaseReason.NEW_ITEM,
        CaseReason.NOT_HELPED,
    }
)
"""What was found out is the reason to hand over, so the customer hears it too."""
