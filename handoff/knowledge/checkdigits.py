"""Check digits of waybill numbers. Each function takes a number of the right shape and tells
whether it holds.
"""

from collections.abc import Iterable

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _weighted(digits: Iterable[int], *weights: int) -> int:
    return sum(digit * weights[place % len(weights)] for place, digit in enumerate(digits))


def _digits(text: str) -> list[int]:
    return [int(char) for char in text]


def _mod10(number: str, *weights: int) -> bool:
    return -_weighted(_digits(number[:-1]), *weights) % 10 == int(number[-1])


def s10(number: str) -> bool:
    """Postal parcels of all countries: two letters, eight digits, the check digit, the country."""
    check = 11 - _weighted(_digits(number[2:10]), *_S10_WEIGHTS) % 11
    return {10: 0, 11: 5}.get(check, check) == int(number[10])


def ups(number: str) -> bool:
    """UPS 1Z: letters count as (code point - 63) mod 10, the weights alternate 1 and 2."""
    values = [int(char) if char.isdigit() else (ord(char) - 63) % 10 for char in number[2:]]
    return -_weighted(values[:-1], 1, 2) % 10 == values[-1] and number[-1].isdigit()


def mod7(number: str) -> bool:
    """DHL Express and Air: all digits but the last, as one number, modulo 7."""
    return int(number[:-1]) % 7 == int(number[-1])


def mod10_1_3(number: str) -> bool:
    """FedEx Ground 15."""
    return _mod10(number, 1, 3)


def mod10_3_1(number: str) -> bool:
    """USPS 20."""
    return _mod10(number, 3, 1)


def fedex_12(number: str) -> bool:
    """FedEx Express: weights 3, 1, 7 over eleven digits, modulo 11, then modulo 10."""
    return _weighted(_digits(number[:-1]), 3, 1, 7) % 11 % 10 == int(number[-1])


def fedex_96(number: str) -> bool:
    """FedEx Ground 96: only the last fifteen digits take part."""
    return _mod10(number[-15:], 1, 3)


def fedex_smartpost(number: str) -> bool:
    """FedEx SmartPost: a missing leading 92 is put back before the sum."""
    return _mod10(number if number.startswith("92") and len(number) == 22 else f"92{number}", 3, 1)


def usps_impb(number: str) -> bool:
    """USPS IMpb: a leading 420 and postal code are not part of the sum."""
    return _mod10(number[-22:], 3, 1)


def ontrac(number: str) -> bool:
    """OnTrac: the leading C counts as 4."""
    return _mod10(f"4{number[1:]}", 1, 2)
