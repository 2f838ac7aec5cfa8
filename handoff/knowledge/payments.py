"""What a payment error code means, who has to act, and what the customer may hear about it.

It looks codes up by every spelling people use and leaves a doubt to the caller: some codes belong
to several providers. Finding codes inside a sentence is `codefinder`'s work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from handoff.knowledge.articles import Both, Verified
from handoff.knowledge.codefinder import CodeFinder, Cue, code_key
from handoff.knowledge.names import NameTable
from handoff.knowledge.statuses import NeedsHuman


class Provider(StrEnum):
    """Who names the code; `CARD_NETWORK` is what Visa, Mastercard and the like pass on from the
    bank.
    """

    WECHAT_PAY = "wechat_pay"
    ALIPAY = "alipay"
    UNIONPAY = "unionpay"
    CARD_NETWORK = "iso8583"
    STRIPE = "stripe"
    PAYPAL = "paypal"


class CodeKind(StrEnum):
    """What kind of trouble a code names."""

    FUNDS = "funds"
    CARD = "card"
    LIMIT = "limit"
    AUTH = "auth"
    RISK = "risk"
    ACCOUNT = "account"
    STATE = "state"
    SYSTEM = "system"
    MERCHANT = "merchant"
    REFUND = "refund"
    DECLINE = "decline"
    CODE = "code"
    TRADE_STATE = "trade_state"
    PARTIAL = "partial"
    OK = "ok"


class Retry(StrEnum):
    """What to do about paying again. `CHECK_FIRST`: money may have moved, look at the result
    before paying again.
    """

    NOW = "now"
    LATER = "later"
    OTHER_METHOD = "other_method"
    AFTER_FIX = "after_fix"
    CHECK_FIRST = "check_first"
    NO = "no"


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """One code of one provider. `meaning` is for agents; customers hear `told`, which differs
    where `reveal` is off (lost, stolen, blocked or suspected cards: the customer only hears that
    the bank declined) and where the trouble is the shop's own.
    """

    provider: Provider
    api: str
    code: str
    aliases: tuple[str, ...]
    cue: Cue
    kind: CodeKind
    meaning: Both
    told: Both
    action: Both
    retry: Retry
    needs_human: NeedsHuman
    reveal: bool
    verified: Verified
    source: str


@dataclass(frozen=True, slots=True)
class ProviderName:
    """What people call a provider; `shown` is how we write it."""

    provider: Provider
    shown: Both
    names: tuple[str, ...]
    not_in: tuple[str, ...] = ()


BANK_PROVIDERS = frozenset({Provider.UNIONPAY, Provider.CARD_NETWORK})


def same_advice(codes: Iterable[PaymentCode]) -> bool:
    """Tells whether all candidates ask the same of the customer, so that nobody needs to ask which
    wallet it was.
    """
    return len({(code.kind, code.retry, code.needs_human, code.reveal) for code in codes}) <= 1


class PaymentCodes:
    """All payment codes we know, by every spelling."""

    def __init__(self, rows: tuple[PaymentCode, ...], providers: tuple[ProviderName, ...]) -> None:
        self.rows = rows
        self.providers = providers
        self._names = NameTable(
            (name, row.provider, row.not_in) for row in providers for name in row.names
        )
        self._by_key = _by_key(rows)
        self._finder = CodeFinder(
            ((row.code, row.aliases, row.cue) for row in rows),
            (name for row in providers for name in row.names),
        )

    def lookup(self, text_or_code: str, provider: str | None = None) -> list[PaymentCode]:
        """Returns what a code, or the first code in a sentence, may mean: at most one row per
        provider.

        The provider given, or else those named in the text, narrow the choice; a wallet passes the
        bank's own codes on, so bank rows stay when the wallet has no such code. More than one row:
        ask which wallet or bank it was.
        """
        rows = self._by_key.get(code_key(text_or_code))
        if rows is None:
            found = self.find_in(text_or_code)
            if not found:
                return []
            rows = self._by_key[code_key(found[0])]
        wanted = {str(provider)} if provider else {str(p) for p in self.providers_in(text_or_code)}
        return _narrow(_one_per_provider(rows, text_or_code), wanted)

    def find_in(self, text: str) -> list[str]:
        """Returns the codes a sentence names, in order, each once, spelled as in the table."""
        return self._finder.find_in(text)

    def providers_in(self, text: str) -> list[Provider]:
        """Returns the wallets and card brands a sentence names, in order, each once."""
        return self._names.find_in(text)

    def shown(self, provider: Provider) -> Both:
        """Returns how a provider is written for customers."""
        return next(row.shown for row in self.providers if row.provider == provider)


def _by_key(rows: Iterable[PaymentCode]) -> Mapping[str, tuple[PaymentCode, ...]]:
    table: dict[str, list[PaymentCode]] = {}
    for row in rows:
        for key in {code_key(spelling) for spelling in (row.code, *row.aliases)}:
            table.setdefault(key, []).append(row)
    order = (Verified.YES, Verified.PARTIAL, Verified.NO)
    return {
        key: tuple(sorted(found, key=lambda row: order.index(row.verified)))
        for key, found in table.items()
    }


def _one_per_provider(rows: Iterable[PaymentCode], written: str) -> list[PaymentCode]:
    """A provider spells some codes in two ways; the spelling in the text wins, then the better
    verified row, which comes first.
    """
    best: dict[Provider, PaymentCode] = {}
    for row in sorted(rows, key=lambda row: row.code not in written):
        best.setdefault(row.provider, row)
    return list(best.values())


def _narrow(rows: list[PaymentCode], wanted: set[str]) -> list[PaymentCode]:
    named = [row for row in rows if row.provider in wanted]
    if named or not wanted:
        return named or rows
    return [row for row in rows if row.provider in BANK_PROVIDERS]
