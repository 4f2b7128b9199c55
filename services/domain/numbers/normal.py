"""A tracking number in its one written form, however it was printed."""

from typing import Final

LONGEST: Final = 64
_NOT_PART_OF_A_NUMBER: Final = str.maketrans("", "", " .-")


class NoNumber(ValueError):
    """What was written can be nobody's tracking number."""


def normal_number(written: str) -> str:
    """The number as in shipment keys: upper case, no spaces, dots and dashes; raises NoNumber."""
    number = written.translate(_NOT_PART_OF_A_NUMBER).upper()
    if not written.isascii() or not number.isprintable() or not 1 <= len(number) <= LONGEST:
        raise NoNumber(f"1 to {LONGEST} printable ASCII characters are needed")
    return number
