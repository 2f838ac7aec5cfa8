"""Currencies by every name and sign, and the sum a number in one of them makes.

It knows how money is written; where in a message a number is money, `amounts` decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.understanding.numbers import shortened
from bot.understanding.reading import Amount

_CURRENCIES = {
    "CNY": "¥ cny rmb 元 块 块钱 圆 人民币 yuan",
    "USD": "$ us$ usd dollar dollars buck bucks 美元 美金 美刀 刀",
    "EUR": "€ eur euro euros 欧元 欧",
    "GBP": "£ gbp pound pounds quid 英镑",
    "HKD": "hk$ hkd 港币 港元",
    "TWD": "nt$ ntd twd 台币 新台币",
    "JPY": "jpy yen 日元",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "SGD": "s$ sgd",
    "INR": "₹ inr rs rs. rupee rupees 卢比",
    "SEK": "sek 瑞典克朗",
    "KRW": "₩ krw won 韩元 韩币",
    "THB": "฿ thb baht 泰铢",
    "MYR": "myr ringgit 令吉",
}
CODE = {name: code for code, names in _CURRENCIES.items() for name in names.split()}
_NO_HUNDREDTHS = {"JPY", "KRW"}
NUMBER = (
    r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)"
)
SIGNS = (
    r"us\$|hk\$|nt\$|ca\$|au\$|[acs]\$|\$|¥|€|£|₹|₩|฿|\brs\.?"
    r"|\b(?:usd|cny|rmb|hkd|eur|gbp|jpy|inr|sek|krw|thb|myr)|人民币|美元|美金"
)
NAMES = (
    r"元|块钱|块|圆|人民币|美元|美金|美刀|刀|欧元|英镑|港币|港元|新台币|台币|日元"
    r"|卢比|韩元|韩币|泰铢|令吉"
    r"|(?:rmb|cny|usd|eur|gbp|hkd|jpy|yuan|dollars?|bucks?|euros?|pounds|quid|yen|inr|rs|rupees?"
    r"|sek|krw|won|thb|baht|myr|ringgit)\b"
)


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount and where it stands in the normalised text."""

    amount: Amount
    start: int
    end: int


def written_sum(currency: str, digits: str, scale: str, span: tuple[int, int]) -> Iterator[Priced]:
    """Yields the sum written in digits, `scale` behind them; none for what is no sum."""
    hundredths = shortened(digits, scale)
    if hundredths is not None and hundredths < 10**12:
        minor = hundredths // 100 if currency in _NO_HUNDREDTHS else hundredths
        cents = len(digits.partition(".")[2]) == 2 and not scale
        yield Priced(Amount(currency, minor, cents=cents), *span)


def spoken_sum(currency: str, hundredths: int | None, span: tuple[int, int]) -> Iterator[Priced]:
    """Yields the sum of so many hundredths, which somebody spelled out. Yuan are told by tenths,
    as they are spoken; all others by both decimals.
    """
    if hundredths and hundredths < 10**12:
        minor = hundredths // 100 if currency in _NO_HUNDREDTHS else hundredths
        yield Priced(Amount(currency, minor, cents=currency != "CNY"), *span)
