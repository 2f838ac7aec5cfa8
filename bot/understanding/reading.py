"""What a message means: the values every other room of the bot works with.

It holds types only. It never reads a lexicon, a clock or a store.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import overload

import msgspec

from handoff.escalation import Emotion
from handoff.text import Language

__all__ = [
    "Amount",
    "Emotion",
    "Entities",
    "Evidence",
    "Intent",
    "Reading",
    "Role",
    "Signal",
    "Utterance",
]


class Intent(StrEnum):
    """What the customer wants; the fourteen labels of the guide."""

    ORDER_STATUS = "order_status"
    LOGISTICS_TRACKING = "logistics_tracking"
    PAYMENT_ERROR = "payment_error"
    RETURN_REFUND_POLICY = "return_refund_policy"
    REFUND_STATUS = "refund_status"
    INVOICE = "invoice"
    PRODUCT_QUESTION = "product_question"
    PROMO_RULES = "promo_rules"
    ADDRESS_CHANGE = "address_change"
    CANCEL_ORDER = "cancel_order"
    COMPLAINT = "complaint"
    HUMAN_REQUEST = "human_request"
    GREETING_THANKS = "greeting_thanks"
    OUT_OF_SCOPE = "out_of_scope"


class Signal(StrEnum):
    """A sign in the words that may call for a person; lexicon groups carry these labels."""

    ASKS_PERSON = "asks_person"
    TAKES_BACK = "takes_back"
    LEGAL_STEP = "legal_step"  # lawyer, court, police, an authority, press, chargeback
    LEGAL_TOLD = "legal_told"  # such a step taken or announced in plain words
    GRAVE = "grave"  # its words touch danger, the law, fraud or an account: the subject, no claim
    HARM = "harm"  # somebody or something was hurt, or may be
    SELF_HARM = "self_harm"
    COUNTERFEIT = "counterfeit"  # a fake with damages or proof demanded
    SECURITY = "security"  # leaked data, a taken-over account, fraud
    IP_NOTICE = "ip_notice"
    PUBLIC_THREAT = "public_threat"  # will complain where others read it
    DEADLINE = "deadline"
    STAKE = "stake"  # medicine, missing money that hurts, a day that does not come again
    PLEADING = "pleading"
    LOSS = "loss"
    PROBLEM = "problem"
    REFUSES_LESS = "refuses_less"  # wants all of it back, no repair, no part
    VIP = "vip"
    BULK = "bulk"
    AUTHORITY_ASKED = "authority_asked"  # an exception, compensation, goodwill
    BOT_MISREAD = "bot_misread"
    REPEATED = "repeated"  # says it is the second, the third time
    SARCASM = "sarcasm"


class Role(StrEnum):
    """Who said an earlier turn."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"


class Utterance(msgspec.Struct, frozen=True, array_like=True):
    """One earlier turn, as the reader needs it."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Amount:
    """Money a message names: currency and minor units (hundredths; yen and won have none).

    `cents` says that it was written with both decimals; it is told as it was written.
    """

    currency: str
    minor_units: int
    cents: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        if self.currency in {"JPY", "KRW"}:
            return f"{self.currency} {self.minor_units}"
        whole, rest = divmod(self.minor_units, 100)
        if not rest:
            return f"{self.currency} {whole}"
        decimals = f"{rest:02d}" if self.cents or rest % 10 else str(rest // 10)
        return f"{self.currency} {whole}.{decimals}"


class Entities(msgspec.Struct, frozen=True):
    """Values found in the text, in clean form, in order of appearance, each once."""

    order_no: tuple[str, ...] = ()
    tracking_no: tuple[str, ...] = ()
    carrier: tuple[str, ...] = ()
    payment_code: tuple[str, ...] = ()
    amount: tuple[Amount, ...] = ()
    phone: tuple[str, ...] = ()
    phone_tail: tuple[str, ...] = ()
    pieces: tuple[int, ...] = ()

    def as_lists(self) -> dict[str, list[str]]:
        """Returns the five kinds of the label guide, without the empty ones."""
        kinds: dict[str, tuple[object, ...]] = {
            "order_no": self.order_no,
            "tracking_no": self.tracking_no,
            "carrier": self.carrier,
            "payment_code": self.payment_code,
            "amount": self.amount,
        }
        return {kind: [str(value) for value in values] for kind, values in kinds.items() if values}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign behind the reading: the customer's own words, what they count for, and how much."""

    rule: str
    label: str
    words: str
    weight: float


class Signs(Sequence[Evidence]):
    """Evidence that is put into words when somebody looks at it: most readings are never told."""

    def __init__(self, tell: Callable[[], Iterable[Evidence]]) -> None:
        self._tell = tell

    @cached_property
    def _told(self) -> tuple[Evidence, ...]:
        return tuple(self._tell())

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Evidence]: ...
    def __getitem__(self, index: int | slice) -> Evidence | Sequence[Evidence]:
        return self._told[index]

    def __len__(self) -> int:
        return len(self._told)


class Reading(msgspec.Struct, frozen=True):
    """What one message means, in the light of the turns before it.

    `confidence` (0 to 1) is about the main intent, `intensity` (0 to 1) about the emotion.
    `carried` holds what earlier turns stated and the text does not; `misses` counts the bot's
    failed or repeated answers among them, `repeats` the customer's own repeated questions.
    `likely` says how likely each reason for a person is, and how likely it is urgent.
    """

    text: str
    normal: str
    language: Language
    intent: Intent
    intents: tuple[Intent, ...]
    confidence: float
    entities: Entities = Entities()
    carried: Entities = Entities()
    emotion: Emotion = Emotion.NEUTRAL
    intensity: float = 0.0
    signals: frozenset[Signal] = frozenset()
    misses: int = 0
    repeats: int = 0
    likely: Mapping[str, float] = {}
    evidence: Sequence[Evidence] = ()

    @property
    def asks_person(self) -> bool:
        """Tells whether the customer wants a person and has not taken that back."""
        return Signal.ASKS_PERSON in self.signals

    @property
    def takes_back(self) -> bool:
        """Tells whether the customer calls the trouble off."""
        return Signal.TAKES_BACK in self.signals
