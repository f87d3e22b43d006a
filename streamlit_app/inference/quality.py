"""The quality score of a photo: does it show the digit well enough to be read?"""

from dataclasses import dataclass

import numpy as np

from inference.ink import Found

WEIGHTS = {"contrast": 0.5, "size": 0.3, "aspect_ratio": 0.2}
LEVELS = (("excellent", 0.75), ("good", 0.50), ("fair", 0.30), ("poor", 0.0))
ADVICE = {
    "contrast": "The ink is faint: use a darker pen or more light.",
    "size": "The digit is small in the photo: go nearer.",
    "aspect_ratio": "The digit is unusually wide: hold the camera upright, and show one digit only.",
}
NOTHING_FOUND = "Show one digit, large, in dark ink on a plain ground."
# A measure below this is worth a sentence of advice.
LOW = 0.4


@dataclass(frozen=True)
class Quality:
    """Each measure and the score, 0 (bad) to 1 (good); ``level``: excellent, good, fair, poor; ``advice``: or empty."""

    contrast: float
    size: float
    aspect_ratio: float

    @property
    def score(self) -> float:
        return sum(weight * getattr(self, name) for name, weight in WEIGHTS.items())

    @property
    def level(self) -> str:
        return next(name for name, lowest in LEVELS if self.score >= lowest)

    @property
    def advice(self) -> str:
        """One sentence on the worst measure, where one is low."""
        if self.score == 0:
            return NOTHING_FOUND
        worst = min(WEIGHTS, key=lambda name: getattr(self, name))
        return ADVICE[worst] if getattr(self, worst) < LOW else ""

    def as_dict(self) -> dict:
        """Return score, level, the three measures and the advice as plain values."""
        names = ("score", "level", "contrast", "size", "aspect_ratio", "advice")
        return {name: getattr(self, name) for name in names}


def measure_quality(found: Found | None, photo_shape: tuple[int, int]) -> Quality:
    """Rate a found digit in a photo of ``photo_shape`` (R, C); all is 0 where none was found.

    contrast: the ink's strength, full from 0.5 on; size: the digit's longer side as a share of the photo's shorter,
    full from a quarter on; aspect ratio: width by height, full up to 1 (a plain "1" is no fault), none from 3 on.
    """
    if found is None:
        return Quality(0.0, 0.0, 0.0)
    contrast = np.clip(found.strength / 0.5, 0, 1)
    size = np.clip(max(found.height, found.width) / (0.25 * min(photo_shape)), 0, 1)
    aspect_ratio = np.clip((3.0 - found.width / found.height) / 2.0, 0, 1)
    return Quality(float(contrast), float(size), float(aspect_ratio))
