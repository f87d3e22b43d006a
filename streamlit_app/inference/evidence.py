"""What speaks for a find being the digit and against it, and how sure that makes the ink finder."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Evidence:
    """What was measured of a find.

    ``strength``: of its main stroke, 0-1; ``noise``: of the ground, one standard deviation; ``unevenness`` of the
    stroke's width, its deviation by its mean; ``thickness``: of the stroke where it is thickest, by the find's longer
    side; ``edges`` of the photo that it touches; ``darkest_beside`` and ``lightest_beside``: the strength of the ground
    around it, by that of the ink: near 0 around a stroke, more on a slope of light, less beside an edge;
    ``open_side``: the share of its surroundings that is as dark as the ink itself, as beside a corner of a shadow;
    ``rivalry``: the score of the next best piece by its own, 0-1; ``pieces`` of ink in the photo; ``size``: its longer
    side by the photo's shorter one.
    """

    strength: float
    noise: float
    unevenness: float
    thickness: float
    edges: int
    darkest_beside: float
    lightest_beside: float
    open_side: float
    rivalry: float
    pieces: int
    size: float

    def terms(self) -> dict[str, float]:
        """Return what is weighed, each term growing evenly with what it says."""
        return {
            "strength": float(np.log(max(self.strength, 0.01))),
            "clearness": float(np.log(max(self.strength, 0.01) / max(self.noise, 0.004))),
            "unevenness": self.unevenness,
            "thickness": max(0.0, self.thickness - 0.2),
            "edges": float(min(self.edges, 2)),
            "slope": float(np.clip(self.darkest_beside, -0.5, 1)),
            "edge": float(np.clip(-self.lightest_beside, 0, 1.5)),
            "open_side": self.open_side,
            "rivalry": self.rivalry,
            "crowd": float(np.log(max(self.pieces, 8) / 8)),
            "size": float(np.log(max(self.size, 0.01))),
        }

    @property
    def certainty(self) -> float:
        """The chance that a find with this evidence is the digit, 0-1."""
        return float(1 / (1 + np.exp(-(BIAS + sum(WEIGHTS[name] * term for name, term in self.terms().items())))))


# Fitted by training/finder.py.
BIAS = 2.43
WEIGHTS = {
    "strength": 1.02,
    "clearness": 0.54,
    "unevenness": -0.15,
    "thickness": -2.97,
    "edges": -2.32,
    "slope": -3.76,
    "edge": -1.13,
    "open_side": -2.39,
    "rivalry": -1.92,
    "crowd": -0.35,
    "size": 0.47,
}
