"""Test-time augmentation: which other looks at an image make the answer better, compared on the validation images."""

from collections.abc import Callable

import numpy as np

from inference.tta import TTA_VIEWS, View
from training.calibration import negative_log_likelihood
from training.data import Split
from training.evaluation.timing import medians

# Single images timed for the cost, each way.
TIMED = 100
RULE = (
    "among the sets that are no less accurate than one look on the validation images, and whose NLL there is within one"
    " standard error of the lowest, the one with the fewest looks, and of these the one with the lowest NLL"
)


def _rotations(*degrees: float) -> tuple[View, ...]:
    return tuple(View(angle=sign * angle) for angle in degrees for sign in (-1, 1))


def _zooms(*percent: int) -> tuple[View, ...]:
    return tuple(View(zoom=1 + sign * change / 100) for change in percent for sign in (-1, 1))


_SIDES = tuple(View(rows=rows, columns=columns) for rows, columns in ((-1, 0), (1, 0), (0, -1), (0, 1)))
_CORNERS = tuple(View(rows=rows, columns=columns) for rows in (-1, 1) for columns in (-1, 1))

# Name -> the looks whose probabilities are averaged. Each set looks at the image as it is, too.
ONE_LOOK = "one look"
CANDIDATES = {
    ONE_LOOK: (View(),),
    "rotations 3°, 5°": (View(), *_rotations(3, 5)),
    "rotations 3°": (View(), *_rotations(3)),
    "rotations 5°": (View(), *_rotations(5)),
    "rotations 8°": (View(), *_rotations(8)),
    "rotations 4°, 8°": (View(), *_rotations(4, 8)),
    "shifts by 1 pixel, 4 ways": (View(), *_SIDES),
    "shifts by 1 pixel, 8 ways": (View(), *_SIDES, *_CORNERS),
    "zooms 5 %": (View(), *_zooms(5)),
    "zooms 5 %, 10 %": (View(), *_zooms(5, 10)),
    "rotations 5°, shifts 4 ways": (View(), *_rotations(5), *_SIDES),
    "rotations 5°, zooms 5 %": (View(), *_rotations(5), *_zooms(5)),
    "rotations 5°, shifts 4 ways, zooms 5 %": (View(), *_rotations(5), *_SIDES, *_zooms(5)),
}

# The set that inference.tta uses; a test holds that it is among the candidates.
SHIPPED = next(name for name, views in CANDIDATES.items() if set(views) == set(TTA_VIEWS))


def compare(
    probabilities_of: Callable[[np.ndarray], np.ndarray],
    one_at_a_time: Callable[[np.ndarray], np.ndarray],
    validation: Split,
    candidates: dict[str, tuple[View, ...]],
) -> list[dict]:
    """Return a row a set of looks: name, looks, accuracy (0-1), nll and what it costs.

    ``nll_change``: from one look, image by image, with ``nll_change_error``, its standard error: a change that is not
    twice as large may be chance. ``cost_ratio``: the time of one image by the time of one look. Both functions take
    images (N, 28, 28) and return calibrated probabilities (N, 10): the first is asked many images at a time, the
    second is timed as it ships. ``candidates`` holds one called ONE_LOOK.
    """
    seen = {
        view: probabilities_of(np.stack([view.of(image) for image in validation.images]))
        for view in dict.fromkeys(view for views in candidates.values() for view in views)
    }
    times = medians([_timed(views, one_at_a_time) for views in candidates.values()], validation.images[:TIMED])
    one_look = times[list(candidates).index(ONE_LOOK)]
    rows = []
    single = _surprise(seen[View()], validation.labels)
    for (name, views), milliseconds in zip(candidates.items(), times, strict=True):
        mean = np.mean([seen[view] for view in views], axis=0)
        change = _surprise(mean, validation.labels) - single
        rows.append(
            {
                "name": name,
                "looks": len(views),
                "accuracy": float((mean.argmax(axis=1) == validation.labels).mean()),
                "nll": negative_log_likelihood(mean, validation.labels),
                "nll_change": float(change.mean()),
                "nll_change_error": float(change.std(ddof=1) / np.sqrt(len(change))),
                "cost_ratio": round(milliseconds / one_look, 2),
            }
        )
    return rows


def _surprise(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return -log p(label) of each image: (N, 10), (N,) -> (N,)."""
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12))


def _timed(views: tuple[View, ...], probabilities_of: Callable) -> Callable:
    return lambda image: probabilities_of(np.stack([view.of(image) for view in views])).mean(axis=0)


def best(rows: list[dict]) -> str:
    """Return the name of the set to choose by RULE; ONE_LOOK where no other is better.

    Source: the one-standard-error rule of L. Breiman et al., "Classification and regression trees", 1984.
    """
    one_look = next(row for row in rows if row["name"] == ONE_LOOK)
    candidates = [row for row in rows if row["accuracy"] >= one_look["accuracy"]]
    lowest = min(candidates, key=lambda row: row["nll"])
    near = [row for row in candidates if row["nll"] <= lowest["nll"] + lowest["nll_change_error"]]
    return min(near, key=lambda row: (row["looks"], row["nll"]))["name"]
