"""Carriers by the names people use, and what a waybill number tells: carrier, service, and whether
its check digit holds.

Values and tables only; it asks no carrier anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import re2

from handoff.knowledge import checkdigits
from handoff.knowledge.articles import Both, Verified
from handoff.knowledge.names import NameTable, plain


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier. `name` is the English name used in data; `shown` is how it is written for
    customers.
    """

    name: str
    kuaidi100_code: str
    shown: Both
    names: tuple[str, ...]
    not_in: tuple[str, ...]
    hotline: str
    verified: Verified
    source: str


class Carriers:
    """The carriers we know."""

    def __init__(self, rows: tuple[Carrier, ...]) -> None:
        self.rows = rows
        self._by_name = {
            plain(name): row for row in rows for name in (row.kuaidi100_code, *row.names, row.name)
        }
        self._names = NameTable(
            (name, row, row.not_in) for row in rows for name in (*row.names, row.name)
        )

    def named(self, name: str) -> Carrier | None:
        """Returns the carrier with exactly this name, in any width, case or script."""
        return self._by_name.get(plain(name).strip())

    def find_in(self, text: str) -> list[Carrier]:
        """Returns the carriers a text names, in order, each once."""
        return self._names.find_in(text)


class Specificity(StrEnum):
    """How much the shape of a number alone says about its carrier."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


CheckRule = Callable[[str], bool]

CHECK_RULES: Mapping[str, CheckRule] = {
    "s10": checkdigits.s10,
    "ups": checkdigits.ups,
    "mod7": checkdigits.mod7,
    "mod10_1_3": checkdigits.mod10_1_3,
    "mod10_3_1": checkdigits.mod10_3_1,
    "fedex_12": checkdigits.fedex_12,
    "fedex_96": checkdigits.fedex_96,
    "fedex_smartpost": checkdigits.fedex_smartpost,
    "usps_impb": checkdigits.usps_impb,
    "ontrac": checkdigits.ontrac,
}


@dataclass(frozen=True, slots=True)
class WaybillPattern:
    """The shape of one service's numbers, in RE2's words. `check` names the rule of the check
    digit, empty where there is none.
    """

    carrier: str
    service: str
    pattern: str
    check: str
    specificity: Specificity
    valid_example: str
    verified: Verified
    source: str


@dataclass(frozen=True, slots=True)
class WaybillHit:
    """A carrier a number fits. `check_ok` is None where the carrier publishes no check digit.

    `certain` numbers may be taken for a waybill without a carrier's name beside them.
    """

    carrier: str
    service: str
    specificity: Specificity
    check_ok: bool | None

    @property
    def certain(self) -> bool:
        """Tells whether the number says by itself that it is this carrier's waybill."""
        return self.specificity is Specificity.HIGH and self.check_ok is not False


_ORDER = {Specificity.HIGH: 0, Specificity.MEDIUM: 1, Specificity.LOW: 2}


def clean_waybill(number: str) -> str:
    """Returns a number as the patterns expect it: one width, upper case, no spaces."""
    return "".join(plain(number).upper().split())


class WaybillPatterns:
    """The shapes of waybill numbers we know."""

    def __init__(self, rows: tuple[WaybillPattern, ...]) -> None:
        self.rows = rows
        # All shapes are tried at once: most numbers fit none.
        self._shapes = re2.Set.FullMatchSet()
        for row in rows:
            self._shapes.Add(row.pattern)
        self._shapes.Compile()

    def match(self, number: str) -> list[WaybillHit]:
        """Returns the carriers a number fits, the surest first; hyphens inside the number do not
        matter.
        """
        spelled = clean_waybill(number)
        spellings = dict.fromkeys((spelled, spelled.replace("-", "")))
        fits = [(place, each) for each in spellings for place in self._shapes.Match(each) or ()]
        if not fits:
            return []
        hits = [
            WaybillHit(row.carrier, row.service, row.specificity, _check(row, spelling))
            for row, spelling in ((self.rows[place], spelling) for place, spelling in sorted(fits))
        ]
        unique = list(dict.fromkeys(hits))
        return sorted(
            unique,
            key=lambda hit: (hit.check_ok is False, _ORDER[hit.specificity], not hit.check_ok),
        )


def _check(row: WaybillPattern, number: str) -> bool | None:
    return CHECK_RULES[row.check](number) if row.check else None
