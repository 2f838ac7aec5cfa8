"""Numbers as people speak and shorten them: 三万一千八, 两千多, 1.2w, five grand.

It turns words into hundredths of a unit. Whether a number is money is decided in `amounts`.
"""

from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
    "俩": 2,
}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000, "百": 100, "grand": 1_000}
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENTHS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: value for value, word in enumerate(_ONES)}
_TENS = {word: 10 * value for value, word in enumerate(_TENTHS, start=2)}
_TEN = 10
ENGLISH_NUMBER_WORDS = (*_WORDS, *_TENS, "hundred", "thousand", "grand")


def shortened(digits: str, scale: str) -> int | None:
    """Returns hundredths for digits with a scale behind them: `1.2` and `w` are 1,200,000."""
    try:
        return int(Decimal(digits.replace(",", "")) * _SCALES.get(scale, 1) * 100)
    except ArithmeticError:
        return None


def spoken_chinese(words: str) -> int | None:
    """Returns hundredths for a spoken Chinese number, or None when it is not one.

    A last digit without its unit counts one place below the unit before it: 三万一千八 is 31,800.
    """
    total, section, digit, unit = 0, 0, -1, 1
    for char in words:
        if char in _DIGITS:
            if digit > 0:
                return None  # 一两块 and 三四百 are no number, nor is 五六 after 百
            digit = _DIGITS[char]
            unit = 1 if char in "零〇" else unit
        elif char in _SMALL:
            if digit < 0 and char != "十":
                return None
            section += (1 if digit < 0 else digit) * _SMALL[char]
            digit, unit = -1, _SMALL[char]
        elif char == "万":
            total = (total + section + max(digit, 0)) * 10_000
            section, digit, unit = 0, -1, 10_000
        else:
            return None
    tail = max(digit, 0) * (unit // 10 if unit > 10 else 1)
    return (total + section + tail) * 100


def spoken_english(words: list[str]) -> int | None:
    """Returns hundredths for spoken English number words, or None when they are not a number.

    Two numbers in a row are hundreds and the rest or units and cents: three fifty, forty-nine
    ninety-nine.
    """
    total, section, cents, heard, beside = 0, 0, 0, False, False
    for word in words:
        if word in _WORDS or word in _TENS:
            value = _WORDS.get(word, _TENS.get(word, 0))
            if beside and section >= _TEN and (cents or value >= _TEN):
                cents += value
            elif beside and value >= _TEN:
                section = section * 100 + value
            else:
                section += value
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in {"thousand", "grand", "k"}:
            total, section = total + (section or 1) * 1_000, 0
        elif word not in {"and", "a"}:
            return None
        heard = heard or word not in {"and", "a"}
        beside = word in _WORDS or word in _TENS
    return (total + section) * 100 + cents if heard else None
