"""Fit the ink finder's certainty and the quality score on synthetic scenes: ``python -m training.finder``.

Certainty (inference/evidence.py): for both guesses, dark ink and light ink, what was found is rated by a logistic
regression on its evidence: was it read right? Places where nothing is written count as well. Quality
(inference/quality.py): a logistic regression with no negative weight on the five measures of the answers, right and
wrong ones alike in sum. Both are fitted on validation digits in scenes that no other measurement uses, and reported on
the scenes of training/scene_benchmark.py. The weights go to models/finder.json, and by hand into the two modules, which
a test compares with it.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
from sklearn.linear_model import LogisticRegression

from inference import Classifier, Config, evidence, open_photo, quality, read_digit, steps
from inference.classifier import models_folder
from inference.ink import Found
from training.scene_benchmark import COUNTS, SEED, VALIDATION, Planned, digits_of, plan, ranking
from training.scenes import Scene, scene

FIT_SEED, FIT_COUNT, REPORT_COUNT = 2027, 920, 690
# Conditions under which a person sees at once that nothing is written, and how many scenes of each.
EMPTY = ("paper", "uneven_light", "hard_shadow", "ruled", "squared", "sheet_edge", "whiteboard", "blackboard")
EMPTY = (*EMPTY, "light_on_dark", "textured", "noisy", "mixed")
EMPTY_COUNT = 10
# How much one of them counts beside a digit: there are few.
EMPTY_WEIGHT = 3.0
STEPS_TO_FIND = slice(2, 5)
NEVER = Config(rembg="never")
# No measure counts for less: what the scenes hardly vary may still spoil a photo.
LEAST_WEIGHT = 0.05


def guesses(photo: np.ndarray) -> Iterator[tuple[steps.Sample, Found]]:
    """Yield for dark ink and for light ink the sample after step 5 and what was found in it, if anything was."""
    sample = steps.Sample(NEVER, open_photo(photo))
    for step in steps.STEPS[: STEPS_TO_FIND.start]:
        sample = step.apply(sample)
    for light in (True, False):
        guess = replace(sample, light_ground=light)
        for step in steps.STEPS[STEPS_TO_FIND]:
            guess = step.apply(guess)
        found = steps.find_ink(guess)
        if found is not None:
            yield guess, found


def is_right(guess: steps.Sample, found: Found, made: Scene, classifier: Classifier) -> bool:
    """Whether the network reads the digit in what was found, and it lies where the digit is."""
    times = len(guess.composed) / len(guess.small)
    scale = len(made.photo) / len(guess.composed) * times
    middle = (found.row + found.height / 2) * scale, (found.column + found.width / 2) * scale
    row, column, height, width = made.box
    if not (row <= middle[0] <= row + height and column <= middle[1] <= column + width):
        return False
    seen = steps.look_closely(guess, found.mask, found.row, found.column)
    picture = steps.as_digit(seen.strength, seen.mask, seen.row, seen.column)
    return int(classifier.probabilities(picture[None]).argmax()) == made.label


def fit_certainty(made: list[Scene], empty: list[Scene], classifier: Classifier) -> dict:
    """Return the bias and the weight of each term of the evidence."""
    terms, right, weights = [], [], []
    for is_written, scenes in ((True, made), (False, empty)):
        for one in scenes:
            for guess, found in guesses(one.photo):
                terms.append(found.evidence.terms())
                right.append(is_written and is_right(guess, found, one, classifier))
                weights.append(1.0 if is_written else EMPTY_WEIGHT)
    names = list(terms[0])
    values = np.array([[row[name] for name in names] for row in terms])
    fitted = LogisticRegression(C=3.0, max_iter=5000).fit(values, right, sample_weight=weights)
    return {
        "bias": round(float(fitted.intercept_[0]), 2),
        "weights": {name: round(float(w), 2) for name, w in zip(names, fitted.coef_[0], strict=True)},
    }


def fit_quality(measures: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Return the weight of each measure, together 1: (N, 5) measures, 0-1, of answers that are ``right`` (N,) or not.

    By gradient descent on the logistic loss, each side weighing half; a negative weight is set to none at every step.
    """
    sides = np.where(right, 0.5 / max(right.sum(), 1), 0.5 / max((~right).sum(), 1))
    weights, bias = np.zeros(measures.shape[1]), 0.0
    for _ in range(20_000):
        chance = 1 / (1 + np.exp(-(measures @ weights + bias)))
        error = sides * (chance - right)
        weights = np.maximum(0, weights - 2.0 * (measures.T @ error + 0.002 * weights))
        bias -= 2.0 * error.sum()
    shares = np.maximum(weights / weights.sum(), LEAST_WEIGHT)
    shares = np.round(shares / shares.sum(), 2)
    shares[shares.argmax()] += 1 - shares.sum()
    return {name: round(float(share), 2) for name, share in zip(quality.WEIGHTS, shares, strict=True)}


def answered(made: list[Scene], classifier: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """Return the five measures of each answer, (N, 5), and which are right, (N,) bool."""
    readings = [read_digit(one.photo, classifier, NEVER) for one in made]
    right = [
        r.prediction is not None and r.prediction.digit == one.label for r, one in zip(readings, made, strict=True)
    ]
    return np.array([[getattr(r.quality, name) for name in quality.WEIGHTS] for r in readings]), np.array(right)


def main() -> None:
    classifier = Classifier()
    split, _ = digits_of(VALIDATION, classifier)
    reported = plan(split, COUNTS[VALIDATION], SEED)
    fitted = plan(split, FIT_COUNT, FIT_SEED, left_out={one.index for one in reported})

    def photos(planned: list[Planned]) -> list[Scene]:
        return [scene(split.images[one.index], one.label, one.condition, one.seed) for one in planned]

    made = photos(fitted)
    empty = [
        scene(split.images[number], 0, name, FIT_SEED * 1000 + number, is_written=False)
        for name in EMPTY
        for number in range(EMPTY_COUNT)
    ]
    certainty = fit_certainty(made, empty, classifier)
    evidence.BIAS = certainty["bias"]
    evidence.WEIGHTS.update(certainty["weights"])
    weights = fit_quality(*answered(made, classifier))
    chosen = np.random.default_rng(SEED).choice(len(reported), REPORT_COUNT, replace=False)
    measures, right = answered(photos([reported[place] for place in chosen]), classifier)
    result = {
        "made_by": "python -m training.finder",
        "date": date.today().isoformat(),
        "network": classifier.name,
        "scenes": {"fitted": FIT_COUNT, "empty": len(empty), "reported": REPORT_COUNT, "wrong": int((~right).sum())},
        "certainty": certainty,
        "quality": {"weights": weights, "auroc": ranking(measures @ np.array(list(weights.values())), right)},
    }
    path = models_folder() / "finder.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    print(f"written to {path}: set the weights in inference/evidence.py and inference/quality.py")


if __name__ == "__main__":
    main()
