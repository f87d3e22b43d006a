"""Evaluate the networks in models/: ``python -m training.evaluate``. Writes NAME_evaluation.json beside each.

The test images are looked at here only, after everything was chosen on the validation images. Test figures come
from the .onnx that ships; the .keras is run as well, to see that the two are the same network.
Exit status 1, with one sentence, where something is missing or the two files disagree.
"""

import argparse
import hashlib
import json
import math
import statistics
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np
import onnxruntime

from inference.classifier import TTA_ANGLES, Classifier, NetworkUnavailable, models_folder, network_names, rotations
from inference.mnist import MnistUnavailable
from training.calibration import (
    brier_score,
    expected_calibration_error,
    negative_log_likelihood,
    with_temperature,
)
from training.data import Split, test_split, training_and_validation

# The .keras and the .onnx are the same network where no probability differs by more.
MOST_DIFFERENCE = 1e-5
BATCH = 500
DIGITS = 10
# Single predictions timed for the cost of TTA, each way.
TIMED = 200


def wilson_interval(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval (low, high), 0-1, for ``right`` of ``total``; 95 % by default.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    share = right / total
    scale = 1 + z**2 / total
    middle = (share + z**2 / (2 * total)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def confusion_matrix(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return the counts, (10, 10) int: rows the true digit, columns the answer."""
    counts = np.zeros((DIGITS, DIGITS), int)
    np.add.at(counts, (labels, answers), 1)
    return counts


def per_class(confusion: np.ndarray) -> list[dict]:
    """Return precision and recall, 0-1, of each digit: (10, 10) -> ten rows; None where there is nothing to count."""
    right = np.diag(confusion)
    answered, shown = confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        {
            "digit": digit,
            "precision": float(right[digit] / answered[digit]) if answered[digit] else None,
            "recall": float(right[digit] / shown[digit]) if shown[digit] else None,
        }
        for digit in range(DIGITS)
    ]


def calibration(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return how honest the confidence is: nll, brier and ece, each the lower the better."""
    return {
        "nll": negative_log_likelihood(probabilities, labels),
        "brier": brier_score(probabilities, labels),
        "ece": expected_calibration_error(probabilities, labels),
    }


def onnx_probabilities(path: Path, images: np.ndarray) -> np.ndarray:
    """Return the raw output ``probabilities``, (N, 10) float32, for images (N, 28, 28), 0-255, white on black."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    batches = np.split(images, range(BATCH, len(images), BATCH))
    return np.concatenate([session.run(["probabilities"], {name: as_input(batch)})[0] for batch in batches])


def keras_probabilities(path: Path, images: np.ndarray) -> np.ndarray:
    """Return the same from the .keras file, computed in float32 whatever precision it was trained in."""
    keras.config.set_dtype_policy("float32")
    return keras.models.load_model(path, compile=False).predict(as_input(images), batch_size=BATCH, verbose=0)


def as_input(images: np.ndarray) -> np.ndarray:
    """(N, 28, 28) -> (N, 28, 28, 1) float32, as every network takes them."""
    return images.astype(np.float32)[..., None]


def evaluate_tta(classifier: Classifier, validation: Split) -> dict:
    """Return what the five rotations gain on the validation images and what they cost for one image."""
    one_pass, turned = [], []
    for batch in np.split(validation.images, range(BATCH, len(validation.images), BATCH)):
        one_pass.append(classifier.probabilities(batch).argmax(axis=1))
        every = np.concatenate([rotations(image) for image in batch])
        votes = classifier.probabilities(every).reshape(len(batch), len(TTA_ANGLES), DIGITS)
        turned.append(votes.mean(axis=1).argmax(axis=1))
    before = float((np.concatenate(one_pass) == validation.labels).mean())
    after = float((np.concatenate(turned) == validation.labels).mean())
    return {
        "angles": list(TTA_ANGLES),
        "validation_accuracy_one_pass": before,
        "validation_accuracy": after,
        "gain_points": round(100 * (after - before), 4),
        "cost_ratio": round(_cost_ratio(classifier, validation.images[:TIMED]), 2),
    }


def _cost_ratio(classifier: Classifier, images: np.ndarray) -> float:
    """Time both ways on each image, one after the other: what else the machine does then meets both alike."""
    seconds = {False: [], True: []}
    for image in images:
        for tta, times in seconds.items():
            started = time.perf_counter()
            classifier.predict(image, tta=tta)
            times.append(time.perf_counter() - started)
    return statistics.median(seconds[True]) / statistics.median(seconds[False])


def evaluate(name: str) -> dict:
    """Return everything that is measured of one network of models_folder(), as plain JSON values.

    Raises NetworkUnavailable or MnistUnavailable, each with one sentence, where a file is missing or damaged.
    """
    classifier = Classifier(name)
    onnx_path, keras_path = (models_folder() / f"{name}{ending}" for ending in (".onnx", ".keras"))
    if not keras_path.exists():
        raise NetworkUnavailable(f"{keras_path} is missing: restore it, or train {name} again.")
    try:
        settings = classifier.card["made"]["settings"]
        _, validation = training_and_validation(settings)
    except KeyError as error:
        raise NetworkUnavailable(
            f"The card of {name} does not say how it was made ({error} is missing): train it again."
        ) from error
    test = test_split()

    probabilities = onnx_probabilities(onnx_path, test.images)
    answers = probabilities.argmax(axis=1)
    right = int((answers == test.labels).sum())
    confusion = confusion_matrix(test.labels, answers)
    temperature = float(classifier.card["temperature"])
    difference = np.abs(keras_probabilities(keras_path, test.images) - probabilities).max()
    return {
        "name": name,
        "test": {
            "images": len(test.labels),
            "accuracy": right / len(test.labels),
            "interval": list(wilson_interval(right, len(test.labels))),
        },
        "confusion": confusion.tolist(),
        "per_class": per_class(confusion),
        "calibration": {
            "temperature": temperature,
            "before": calibration(probabilities, test.labels),
            "after": calibration(with_temperature(probabilities, temperature), test.labels),
        },
        "tta": evaluate_tta(classifier, validation),
        "keras_onnx_difference": float(difference),
        "onnx_sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        "date": date.today().isoformat(),
        "made_by": "python -m training.evaluate",
    }


def summary(evaluation: dict) -> str:
    """Return the evaluation in a few lines for people."""
    test, tta, measures = (evaluation[part] for part in ("test", "tta", "calibration"))
    low, high = test["interval"]
    errors = round(test["images"] * (1 - test["accuracy"]))
    weakest = min(evaluation["per_class"], key=lambda row: row["recall"] if row["recall"] is not None else 1.0)
    lines = [
        f"{evaluation['name']}, computed through the .onnx",
        f"  test accuracy    {test['accuracy']:.2%} of {test['images']:,} images, {errors} wrong"
        f" (95 %: {low:.2%} to {high:.2%})",
    ]
    if weakest["recall"] is not None:
        lines.append(f"  hardest digit    {weakest['digit']}: {weakest['recall']:.2%} of them found")
    lines += [
        f"  calibration      {', '.join(_before_after(measures, measure) for measure in ('nll', 'brier', 'ece'))}"
        f" (before → after temperature {measures['temperature']:.3f})",
        f"  TTA              {tta['validation_accuracy_one_pass']:.2%} → {tta['validation_accuracy']:.2%} on the"
        f" validation images ({tta['gain_points']:+.2f} points) for {tta['cost_ratio']:.1f} times the time",
        f"  .keras and .onnx differ by {evaluation['keras_onnx_difference']:.1e} at most",
    ]
    return "\n".join(lines)


def _before_after(measures: dict, name: str) -> str:
    return f"{name} {measures['before'][name]:.4f} → {measures['after'][name]:.4f}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Evaluate trained networks and write models/NAME_evaluation.json.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which networks (default: all in models/)")
    names = parser.parse_args(arguments).names or network_names()
    if not names:
        raise SystemExit(
            f"There is no network in {models_folder()}: train one with python -m training.train mnist_cnn."
        )
    differing = []
    for name in names:
        try:
            evaluation = evaluate(name)
        except (NetworkUnavailable, MnistUnavailable) as error:
            raise SystemExit(str(error)) from error
        path = models_folder() / f"{name}_evaluation.json"
        path.write_text(_as_json(evaluation))
        print(f"{summary(evaluation)}\n  written to {path}", flush=True)
        if not evaluation["keras_onnx_difference"] <= MOST_DIFFERENCE:  # not: also where it is no number
            differing.append(name)
    if differing:
        raise SystemExit(
            f"The .keras and the .onnx of {', '.join(differing)} are not the same network: their probabilities differ"
            f" by more than {MOST_DIFFERENCE:.0e}. Export the .onnx again."
        )


def _as_json(evaluation: dict) -> str:
    """One key a line, but each row of the confusion matrix on one: the file is read by people too."""
    text = json.dumps({**evaluation, "confusion": "CONFUSION"}, indent=2)
    rows = ",\n    ".join(json.dumps(row) for row in evaluation["confusion"])
    return text.replace('"CONFUSION"', f"[\n    {rows}\n  ]") + "\n"


if __name__ == "__main__":
    main()
