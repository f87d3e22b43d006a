"""Figures as people read them, in their language."""

import math
import re
from decimal import Decimal

from inference.verdict import BLANK, NOT_A_DIGIT
from ui.texts import said, text

# The categories of `digitlens benchmark`, in the order in which they are shown.
KINDS = ("all", "photos", "paint_drawing", "tiny_28px")


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """Return a number with so many decimals: 10000 is "10,000", in French "10 000"."""
    return _local(f"{value:{'+' if signed else ''},.{digits}f}")


def added(value: float, digits: int) -> str:
    """Return a number as the next term of a sum: "+ 0.30", "− 0.30"."""
    return f"{'−' if value < 0 else '+'} {number(abs(value), digits)}"


def percent(share: float, digits: int = 1) -> str:
    """Return 0-1 as a percentage that never rounds up to certainty: 0.9999 is "> 99.9 %", on one line."""
    step = 10**-digits
    value = 100 * share
    if value < 100 and value > 100 - step / 2:
        return f">\u00a0{_percent(100 - step, digits)}"
    if 0 < value < step / 2:
        return f"<\u00a0{_percent(step, digits)}"
    return _percent(value, digits)


def confidence(share: float) -> str:
    """Return a probability as a percentage that is never called certain, however close a network comes to it."""
    return percent(min(share, 1 - 1e-9))


def outcome(verdict: str, digit: int | None, sureness: float) -> str:
    """Return an answer in a few words; what is no digit is not called one, however sure the network is."""
    words = text(f"verdict.{verdict}")
    return words if verdict in (BLANK, NOT_A_DIGIT) else f"**{digit}** · {confidence(sureness)} · {words}"


def decimals(images: int) -> int:
    """Return how many decimals of a percentage so many images can bear."""
    return 2 if images >= 5000 else 1


def interval(bounds: tuple[float, float] | list[float], digits: int = 1) -> str:
    """Return the bounds of 95 % as "95 %: 97.0 to 98.2 %"; drawn from images without an error, they say nothing."""
    low, high = bounds
    if low == high == 1:
        return text("number.no_error")
    return text("number.interval", low=number(100 * low, digits), high=number(100 * high, digits))


def between(bounds: tuple[float, float] | list[float]) -> str:
    """Return the bounds of an interval as "97.0 to 98.2", for a column whose head says what they are."""
    low, high = bounds
    return text("number.between", low=number(100 * low, 1), high=number(100 * high, 1))


def kind(category: str) -> str:
    """Return what a category of real digits is called: "tiny_28px" is "Tiny images (28 pixels)"."""
    return text(f"kind.{category}") if category in KINDS else category.replace("_", " ").capitalize()


def block_title(name: str) -> str:
    """Return what a block of the network is called: "block2" is "Block 2"."""
    return text("network.block", number=name.removeprefix("block"))


def duration(seconds: float) -> str:
    """Return a time as "< 0.1 ms", "0.2 ms", "12 ms", "3.4 s", "25 min" or "2 h 5 min"."""
    if 0 < seconds < 0.00005:
        return f"< {number(0.1, 1)} ms"
    if seconds < 0.0095:
        return f"{number(1000 * seconds, 1)} ms"
    if seconds < 1:
        return f"{number(1000 * seconds)} ms"
    if seconds < 60:
        return f"{number(seconds, 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def shape(sides: list[int]) -> str:
    """Return (28, 28, 32) as "28×28×32"."""
    return "×".join(str(side) for side in sides)


def significant(value: float) -> str:
    """Return a small number without a tail of digits, and without an exponent: 0.002, 0.0000005."""
    if not value or not math.isfinite(value):
        return "0"
    return _local(f"{Decimal(f'{value:.3g}'):f}")


def in_sum(*terms: float, digits: int = 2) -> float:
    """Return the sum of terms as they are shown, each rounded: so a sum on the page adds up."""
    return sum(round(float(term), digits) for term in terms) + 0.0


def view(name: str) -> str:
    """Return what a look of several does, from its name in inference.tta."""
    return ", ".join(said(part) for part in name.split(", "))


def escaped(name: str) -> str:
    """Return a name that somebody else chose, a file's, so that Markdown shows it as it is and can break it.

    A line may end after a sign that joins words, and in a word that is too long for a phone's line.
    """
    breakable = re.sub(r"[^\W_]{12}(?=[^\W_])", "\\g<0>\u200b", name)
    return re.sub(r"(?<=[/_-])", "\u200b", re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", breakable))


def _percent(value: float, digits: int) -> str:
    return text("number.percent", number=number(value, digits))


def _local(english: str) -> str:
    """Return a number, as Python writes it, with this language's signs."""
    signs = {",": text("number.thousands"), ".": text("number.decimal"), "-": "−"}
    return english.translate(str.maketrans(signs))
