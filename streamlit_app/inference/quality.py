"""The quality score of a photo: does it show the digit well enough to be read?"""

from dataclasses import dataclass, replace

import numpy as np

from inference.ink import Found

# How much each measure tells of right and wrong readings on synthetic scenes: fitted by training/finder.py.
WEIGHTS = {"contrast": 0.08, "size": 0.05, "aspect_ratio": 0.05, "distinctness": 0.3, "legibility": 0.52}
LEVELS = (("excellent", 0.75), ("good", 0.50), ("fair", 0.30), ("poor", 0.0))
ADVICE = {
    "contrast": "The ink is faint: use a darker pen or more light.",
    "size": "The digit is small in the photo: go nearer.",
    "aspect_ratio": "The digit is unusually wide: hold the camera upright, and show one digit only.",
    "distinctness": "Other things look like ink: show the digit alone, on a plain ground in even light.",
    "legibility": "The digit could be another one: write it more clearly, or hold the camera still.",
}
NOTHING_FOUND = "Show one digit, large, in dark ink on a plain ground."
# A measure below this is worth a sentence of advice.
LOW = 0.4


@dataclass(frozen=True)
class Quality:
    """Each measure and the score, 0 (bad) to 1 (good); ``level``: excellent, good, fair, poor; ``advice``: or empty.

    ``legibility`` is 1 as long as no network was asked.
    """

    contrast: float
    size: float
    aspect_ratio: float
    distinctness: float = 1.0
    legibility: float = 1.0

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

    def with_confidence(self, confidence: float) -> "Quality":
        """Return the quality with what the network says of it: legible is what it reads with a doubt below 1/1000."""
        return replace(self, legibility=min(1.0, float(-np.log10(max(1 - confidence, 1e-6))) / 3))

    def as_dict(self) -> dict:
        """Return score, level, the measures and the advice as plain values."""
        names = ("score", "level", *WEIGHTS, "advice")
        return {name: getattr(self, name) for name in names}


def measure_quality(found: Found | None) -> Quality:
    """Rate a found digit; all is 0 where none was found.

    contrast: the ink's strength, full from 0.5 on; size: the digit's longer side in pixels, none at 8 and full from 64
    on, by its logarithm; aspect ratio: width by height, full up to 1 (a plain "1" is no fault), none from 3 on;
    distinctness: how sure the ink finder is that this is the digit.
    """
    if found is None:
        return Quality(0.0, 0.0, 0.0, 0.0, 0.0)
    contrast = np.clip(found.strength / 0.5, 0, 1)
    size = np.clip(np.log2(max(found.height, found.width) / 8) / 3, 0, 1)
    aspect_ratio = np.clip((3.0 - found.width / found.height) / 2.0, 0, 1)
    return Quality(float(contrast), float(size), float(aspect_ratio), found.certainty)
