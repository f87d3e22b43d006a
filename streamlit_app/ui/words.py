"""Figures as people read them."""

import math

# The categories of `digitlens benchmark`, in the order in which they are shown.
KINDS = {
    "all": "All kinds",
    "photos": "Photos of paper",
    "paint_drawing": "Drawings",
    "tiny_28px": "Tiny images (28 pixels)",
}

# One sentence for the verdicts that say more than a digit.
NOT_A_DIGIT_WORDS = "**This does not look like a digit:** of the ten, it is most like a {digit}."
SEVERAL_DIGITS_WORDS = "**There are several digits here:** the main one reads {digit}; ‘Read a number’ reads them all."


def verdict_name(verdict: str) -> str:
    """Return a verdict as people read it: "not_a_digit" is "not a digit"."""
    return verdict.replace("_", " ")


def percent(share: float, digits: int = 1) -> str:
    """Return 0-1 as a percentage that never rounds up to certainty: 0.9999 is "> 99.9 %"."""
    step = 10**-digits
    value = 100 * share
    if value < 100 and value > 100 - step / 2:
        return f"> {100 - step:.{digits}f} %"
    if 0 < value < step / 2:
        return f"< {step:.{digits}f} %"
    return f"{value:.{digits}f} %"


def decimals(images: int) -> int:
    """Return how many decimals of a percentage so many images can bear."""
    return 2 if images >= 5000 else 1


def interval(bounds: tuple[float, float] | list[float], digits: int = 1) -> str:
    """Return the bounds of 95 % as "95 %: 97.0 to 98.2 %"; drawn from images without an error, they say nothing."""
    low, high = bounds
    if low == high == 1:
        return "no error"
    return f"95 %: {100 * low:.{digits}f} to {100 * high:.{digits}f} %"


def kind(category: str) -> str:
    """Return what a category of real digits is called: "tiny_28px" is "Tiny images (28 pixels)"."""
    return KINDS.get(category, category.replace("_", " ").capitalize())


def duration(seconds: float) -> str:
    """Return a time as "0.2 ms", "12 ms", "3.4 s", "25 min" or "2 h 5 min"."""
    if seconds < 0.0095:
        return f"{1000 * seconds:.1f} ms"
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def shape(sides: list[int]) -> str:
    """Return (28, 28, 32) as "28×28×32"."""
    return "×".join(str(side) for side in sides)


def significant(value: float) -> str:
    """Return a small number without a tail of digits: 0.002, 5e-07."""
    return f"{value:.3g}" if value and math.isfinite(value) else "0"
