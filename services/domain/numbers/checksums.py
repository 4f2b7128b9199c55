"""Check digits: each rule says whether the last character of a number follows from the others.

Sources: GS1 General Specifications (mod 10), ISO/IEC 7812-1 annex B (Luhn), ISO/IEC 7064 (mod 37,36),
UPU standard S10 (mod 11), and for the carriers' own rules the source named in `couriers.json`.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any, Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def mod10(serial: str, check: str, *, weights: Sequence[int]) -> bool:
    """The weights repeat from the right; with the check digit the sum is a multiple of ten.

    A letter counts as a digit: A is 2, B 3 … H 9, I 0, and so on round.
    """
    digits = [int(each) if each.isdigit() else (ord(each) - 3) % 10 for each in reversed(serial)]
    total = sum(digit * weight for digit, weight in zip(digits, cycle(weights), strict=False))
    return (total + int(check)) % 10 == 0


def mod7(serial: str, check: str) -> bool:
    """The remainder of the whole number by seven."""
    return int(serial) % 7 == int(check)


def weighted(serial: str, check: str, *, weights: Sequence[int], moduli: Sequence[int]) -> bool:
    """The weighted sum, reduced by each modulus in turn."""
    total = sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True))
    for modulus in moduli:
        total %= modulus
    return total == int(check)


def s10(serial: str, check: str, *, weights: Sequence[int]) -> bool:
    """Eleven minus the weighted sum's remainder by eleven; 10 is written 0, and 11 is written 5."""
    total = sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True))
    left = 11 - total % 11
    return {10: 0, 11: 5}.get(left, left) == int(check)


def luhn(serial: str, check: str) -> bool:
    """Every second digit from the right counts double, by the sum of its digits."""
    total = int(check)
    for position, digit in enumerate(reversed(serial)):
        total += sum(divmod(int(digit) * (2 - position % 2), 10))
    return total % 10 == 0


def mod37_36(serial: str, check: str) -> bool:
    """ISO/IEC 7064's hybrid system over digits and letters."""
    left = 36
    for each in serial:
        left = (left + _ALPHABET.index(each)) % 36 or 36
        left = left * 2 % 37
    return (37 - left) % 36 == _ALPHABET.index(check)


RULES: Final[Mapping[str, Callable[..., bool]]] = {
    "mod10": mod10,
    "mod7": mod7,
    "weighted": weighted,
    "s10": s10,
    "luhn": luhn,
    "mod37_36": mod37_36,
}
"""Each rule by its name in `couriers.json`."""


def is_right(rule: str, serial: str, check: str, arguments: Mapping[str, Any]) -> bool:
    """Whether `check` is the check digit of `serial` by the rule."""
    return RULES[rule](serial, check, **arguments)
