"""How the rows of the seed tables are written down, each with the domain value it becomes.

It checks what one row can be wrong in by itself. What concerns the whole table is the loader's.
"""

from typing import Annotated

import re2
from pydantic import AfterValidator, BeforeValidator, StringConstraints, model_validator

from handoff.knowledge.articles import Both, Verified
from handoff.knowledge.carriers import (
    CHECK_RULES,
    Carrier,
    Specificity,
    WaybillPattern,
    clean_waybill,
)
from handoff.knowledge.codefinder import Cue
from handoff.knowledge.payments import CodeKind, PaymentCode, Provider, ProviderName, Retry
from handoff.knowledge.returns import ReturnRule
from handoff.knowledge.schema import Seed
from handoff.knowledge.statuses import (
    Cancellable,
    NeedsHuman,
    OrderStatus,
    OrderStatusWords,
    TrackingStatus,
    TrackingStatusWords,
)
from handoff.patterns import linear


def _split(cell: object) -> object:
    return tuple(part for part in cell.split("|") if part) if isinstance(cell, str) else cell


def _yes_or_no(cell: object) -> object:
    return {"yes": True, "no": False}.get(cell, cell) if isinstance(cell, str) else cell


def _check_rule(cell: str) -> str:
    if cell and cell not in CHECK_RULES:
        raise ValueError(f"no check rule of this name; there are {', '.join(sorted(CHECK_RULES))}")
    return cell


Cell = Annotated[str, StringConstraints(strip_whitespace=True)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Bars = Annotated[tuple[str, ...], BeforeValidator(_split)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]

# Whoever holds a card that is reported lost must not learn that it is.
_TELLTALE = (
    *("lost", "stolen", "fraud", "blacklist", "block list", "suspect", "restrict", "pick up"),
    *("security", "launder", "挂失", "被盗", "窃", "欺诈", "作弊", "黑名单", "风控", "风险"),
    *("可疑", "没收", "洗钱"),
)


class PaymentCodeRow(Seed):
    """One code of one provider: `meaning` is for agents, `told` is what the customer hears."""

    provider: Provider
    api: Filled
    code: Filled
    aliases: Bars
    cue: Cue
    kind: CodeKind
    meaning_en: Filled
    meaning_zh: Filled
    told_en: Filled
    told_zh: Filled
    action_en: Filled
    action_zh: Filled
    retry: Retry
    needs_human: NeedsHuman
    reveal: YesNo
    verified: Verified
    source: Filled

    @model_validator(mode="after")
    def _hidden_stays_hidden(self) -> "PaymentCodeRow":
        said = f"{self.told_en} {self.told_zh} {self.action_en} {self.action_zh}".lower()
        if not self.reveal and any(word in said for word in _TELLTALE):
            raise ValueError("a hidden reason needs words for the customer that do not tell it")
        return self

    def value(self) -> PaymentCode:
        """Returns the domain value."""
        return PaymentCode(
            provider=self.provider,
            api=self.api,
            code=self.code,
            aliases=self.aliases,
            cue=self.cue,
            kind=self.kind,
            meaning=Both(self.meaning_zh, self.meaning_en),
            told=Both(self.told_zh, self.told_en),
            action=Both(self.action_zh, self.action_en),
            retry=self.retry,
            needs_human=self.needs_human,
            reveal=self.reveal,
            verified=self.verified,
            source=self.source,
        )


class ProviderRow(Seed):
    """What people call a wallet or card brand; `not_in` lists words that merely hold a name."""

    provider: Provider
    shown_en: Filled
    shown_zh: Filled
    names: Bars
    not_in: Bars

    def value(self) -> ProviderName:
        """Returns the domain value."""
        return ProviderName(
            self.provider, Both(self.shown_zh, self.shown_en), self.names, self.not_in
        )


class OrderStatusRow(Seed):
    """One status of one shop system."""

    system: Filled
    status_code: Filled
    canonical: OrderStatus
    meaning_en: Filled
    meaning_zh: Filled
    customer_can_cancel: Cancellable
    next_step_en: Cell
    next_step_zh: Cell
    verified: Verified
    source: Filled

    def value(self) -> OrderStatusWords:
        """Returns the domain value."""
        return OrderStatusWords(
            system=self.system,
            code=self.status_code,
            canonical=self.canonical,
            meaning=Both(self.meaning_zh, self.meaning_en),
            next_step=Both(self.next_step_zh, self.next_step_en),
            customer_can_cancel=self.customer_can_cancel,
            verified=self.verified,
            source=self.source,
        )


class TrackingStatusRow(Seed):
    """One status of one tracking service."""

    system: Filled
    code: Filled
    parent: Cell
    canonical: TrackingStatus
    meaning_en: Filled
    meaning_zh: Filled
    customer_advice_en: Filled
    customer_advice_zh: Filled
    proactive_alert: YesNo
    needs_human: NeedsHuman
    verified: Verified
    source: Filled

    def value(self) -> TrackingStatusWords:
        """Returns the domain value."""
        return TrackingStatusWords(
            system=self.system,
            code=self.code,
            parent=self.parent,
            canonical=self.canonical,
            meaning=Both(self.meaning_zh, self.meaning_en),
            advice=Both(self.customer_advice_zh, self.customer_advice_en),
            proactive_alert=self.proactive_alert,
            needs_human=self.needs_human,
            verified=self.verified,
            source=self.source,
        )


class CarrierRow(Seed):
    """One carrier; `not_in` lists words that hold a name of it and are something else."""

    carrier: Filled
    kuaidi100_code: Filled
    shown_en: Filled
    shown_zh: Filled
    names: Bars
    not_in: Bars
    hotline: Cell
    verified: Verified
    source: Filled

    def value(self) -> Carrier:
        """Returns the domain value."""
        return Carrier(
            name=self.carrier,
            kuaidi100_code=self.kuaidi100_code,
            shown=Both(self.shown_zh, self.shown_en),
            names=self.names,
            not_in=self.not_in,
            hotline=self.hotline,
            verified=self.verified,
            source=self.source,
        )


class WaybillRow(Seed):
    """The shape of one service's numbers."""

    carrier: Filled
    service: Filled
    regex: Annotated[Filled, AfterValidator(linear)]
    check: Annotated[Cell, AfterValidator(_check_rule)]
    specificity: Specificity
    valid_example: Cell
    verified: Verified
    source: Filled

    @model_validator(mode="after")
    def _example_fits(self) -> "WaybillRow":
        if not self.valid_example:
            return self
        number = clean_waybill(self.valid_example)
        if not re2.fullmatch(self.regex, number):
            raise ValueError("the example does not fit the pattern")
        if self.check and not CHECK_RULES[self.check](number):
            raise ValueError("the check digit of the example does not hold")
        return self

    def value(self) -> WaybillPattern:
        """Returns the domain value."""
        return WaybillPattern(
            carrier=self.carrier,
            service=self.service,
            pattern=self.regex,
            check=self.check,
            specificity=self.specificity,
            valid_example=self.valid_example,
            verified=self.verified,
            source=self.source,
        )


class ReturnRuleRow(Seed):
    """One rule of one region on returns."""

    topic: Filled
    region: Filled
    fact_en: Filled
    fact_zh: Filled
    bot_may_say: YesNo
    needs_human_when: Filled
    verified: Verified
    source: Filled

    def value(self) -> ReturnRule:
        """Returns the domain value."""
        return ReturnRule(
            topic=self.topic,
            region=self.region,
            fact=Both(self.fact_zh, self.fact_en),
            bot_may_say=self.bot_may_say,
            needs_human_when=self.needs_human_when,
            verified=self.verified,
            source=self.source,
        )
