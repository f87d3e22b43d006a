"""Evaluate the networks in models/: ``python -m training.evaluate``. Re-makes every figure from the committed networks.

Beside each network it writes NAME_evaluation.json, NAME_confusion.csv and NAME_per_class.csv; for all of them
networks.csv, own_corruptions.csv and mnist_c.csv; seeds.csv and development.csv where there are such networks; the
pictures in figures/; and README.md, the model card.

The test images and MNIST-C are looked at here only, after everything was chosen on the validation images. Figures come
from the .onnx that ships; the .keras is run as well, to see that the two are the same network.
Exit status 1, with one sentence, where something is missing or the two files disagree.
"""

import argparse
import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np

from inference.classifier import (
    DEFAULT_NETWORK,
    Classifier,
    NetworkUnavailable,
    models_folder,
    network_names,
)
from inference.mnist import MnistUnavailable
from inference.tta import TTA_VIEWS, View
from training.augmentation import OPERATIONS
from training.calibration import calibration, with_temperature
from training.data import Split
from training.evaluation import figures, model_card, runs, tta
from training.evaluation.comparison import by_corruption, compared, read_evaluations
from training.evaluation.material import Material
from training.evaluation.measures import accuracy, comment, confusion_matrix, per_class
from training.evaluation.mnist_c import CORRUPTIONS, VARIABLE, MnistCUnavailable
from training.evaluation.probabilities import as_input, keras_model, keras_probabilities, onnx_probabilities
from training.evaluation.robustness import errors_of, mnist_c_robustness
from training.evaluation.tables import write_table
from training.evaluation.timing import medians

# The .keras and the .onnx are the same network where no probability differs by more.
MOST_DIFFERENCE = 1e-5
# Single predictions timed: ours, and Keras' in the same process.
TIMED = 50
GOAL_TIMES_FASTER = 50


def evaluate(name: str, material: Material) -> dict:
    """Return everything that is measured of one network of models_folder(), as plain JSON values.

    ``mnist_c`` is None where MNIST-C is not on this machine; ``tta["candidates"]`` is there for the default network
    only. Raises NetworkUnavailable or MnistUnavailable, each with one sentence, where a file is missing or damaged.
    """
    classifier = Classifier(name)
    onnx_path, keras_path = (models_folder() / f"{name}{ending}" for ending in (".onnx", ".keras"))
    try:
        settings = classifier.card["made"]["settings"]
        validation = material.validation(settings)
    except KeyError as error:
        raise NetworkUnavailable(
            f"The card of {name} does not say how it was made ({error} is missing): train it again."
        ) from error
    temperature = float(classifier.card["temperature"])
    test = material.test

    def calibrated(images: np.ndarray) -> np.ndarray:
        return with_temperature(onnx_probabilities(onnx_path, images), temperature)

    raw = onnx_probabilities(onnx_path, test.images)
    difference = np.abs(keras_probabilities(keras_path, test.images) - raw).max()
    probabilities = with_temperature(raw, temperature)
    answers = probabilities.argmax(axis=1)
    confusion = confusion_matrix(test.labels, answers)
    kept = np.delete(np.arange(len(test.labels)), material.wrong)
    return {
        "name": name,
        "parameters": classifier.card["parameters"],
        "test": accuracy(answers, test.labels),
        "test_without_wrong_labels": accuracy(answers[kept], test.labels[kept]),
        "comment": comment(confusion),
        "confusion": confusion.tolist(),
        "per_class": per_class(confusion),
        "misread": misread(probabilities, test, material.wrong),
        "calibration": {
            "temperature": temperature,
            "before": calibration(raw, test.labels),
            "after": calibration(probabilities, test.labels),
        },
        "tta": evaluate_tta(classifier, calibrated, validation),
        "validation": accuracy(calibrated(validation.images).argmax(axis=1), validation.labels),
        "own_corruptions": errors_of(calibrated, material.own_corruptions(settings)),
        "mnist_c": mnist_c_robustness(calibrated, material.mnist_c) if material.mnist_c else None,
        "files": {"onnx_bytes": onnx_path.stat().st_size, "keras_bytes": keras_path.stat().st_size},
        "speed": evaluate_speed(classifier, keras_path, validation),
        "keras_onnx_difference": float(difference),
        "onnx_sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(),
        "date": date.today().isoformat(),
        "made_by": "python -m training.evaluate",
    }


def misread(probabilities: np.ndarray, test: Split, wrong: list[int]) -> list[dict]:
    """Return the images that were read wrong, the most confident answer first: probabilities (N, 10).

    Each row: index in the test images, label, answer, confidence (0-1), and whether the label is known to be wrong.
    """
    answers = probabilities.argmax(axis=1)
    confidences = probabilities.max(axis=1)
    places = np.flatnonzero(answers != test.labels)
    return [
        {
            "index": int(place),
            "label": int(test.labels[place]),
            "answer": int(answers[place]),
            "confidence": round(float(confidences[place]), 4),
            "wrong_label": int(place) in wrong,
        }
        for place in places[np.argsort(-confidences[places], kind="stable")]
    ]


def evaluate_tta(classifier: Classifier, probabilities_of, validation: Split) -> dict:
    """Return what the looks that ship gain on the validation images and what they cost for one image.

    For the default network ``candidates`` holds the other sets of looks beside it, and ``best`` the one to choose.
    """
    is_default = classifier.name == DEFAULT_NETWORK
    candidates = tta.CANDIDATES if is_default else {tta.ONE_LOOK: (View(),), tta.SHIPPED: TTA_VIEWS}
    rows = tta.compare(probabilities_of, classifier.probabilities, validation, candidates)
    one_look, shipped = (next(row for row in rows if row["name"] == name) for name in (tta.ONE_LOOK, tta.SHIPPED))
    result = {
        "views": [view.name for view in TTA_VIEWS],
        "shipped": tta.SHIPPED,
        "validation_accuracy_one_pass": one_look["accuracy"],
        "validation_accuracy": shipped["accuracy"],
        "validation_nll_one_pass": one_look["nll"],
        "validation_nll": shipped["nll"],
        "gain_points": round(100 * (shipped["accuracy"] - one_look["accuracy"]), 4),
        "cost_ratio": shipped["cost_ratio"],
    }
    return {**result, "candidates": rows, "rule": tta.RULE, "best": tta.best(rows)} if is_default else result


def evaluate_speed(classifier: Classifier, keras_path: Path, validation: Split) -> dict:
    """Return the median time of one digit through the .onnx and through Keras' ``predict``, taking turns."""
    model = keras_model(keras_path)
    ours, theirs = medians(
        [classifier.predict, lambda image: model.predict(as_input(image[None]), verbose=0)], validation.images[:TIMED]
    )
    return {
        "onnx_ms": round(ours, 3),
        "keras_ms": round(theirs, 3),
        "times_faster": round(theirs / ours, 1),
        "goal_times_faster": GOAL_TIMES_FASTER,
    }


def summary(evaluation: dict) -> str:
    """Return the evaluation in a few lines for people."""
    test, clean, measures, looks = (
        evaluation[part] for part in ("test", "test_without_wrong_labels", "calibration", "tta")
    )
    own, mnist_c, speed = (evaluation[part] for part in ("own_corruptions", "mnist_c", "speed"))
    low, high = test["interval"]
    lines = [
        f"{evaluation['name']}, computed through the .onnx",
        f"  test accuracy    {test['accuracy']:.2%} of {test['images']:,} images, {test['errors']} wrong"
        f" (95 %: {low:.2%} to {high:.2%})",
        f"                   {clean['accuracy']:.2%} without the {test['images'] - clean['images']} labels known to be"
        f" wrong, {clean['errors']} wrong",
        f"  confusion        {evaluation['comment']}",
        f"  calibration      {', '.join(_before_after(measures, measure) for measure in ('nll', 'brier', 'ece'))}"
        f" (before → after temperature {measures['temperature']:.3f})",
        f"  TTA              {looks['validation_accuracy_one_pass']:.2%} → {looks['validation_accuracy']:.2%} on the"
        f" validation images ({looks['gain_points']:+.2f} points) for {looks['cost_ratio']:.1f} times the time",
        f"  own corruptions  {own['mean']:.2%} wrong on average of {len(own['errors'])}, on the validation images",
    ]
    if mnist_c:
        lines.append(f"  MNIST-C          {mnist_c['mean']:.2%} wrong on average of {len(mnist_c['errors'])}")
    lines += [
        f"  one digit        {speed['onnx_ms']:.2f} ms, {speed['times_faster']:.0f} times faster than Keras' predict",
        f"  .keras and .onnx differ by {evaluation['keras_onnx_difference']:.1e} at most",
    ]
    return "\n".join(lines)


def _before_after(measures: dict, name: str) -> str:
    return f"{name} {measures['before'][name]:.4f} → {measures['after'][name]:.4f}"


def write_evaluation(evaluation: dict) -> None:
    """Write the files of one network: its evaluation, and its confusion and precision and recall as tables."""
    stem = models_folder() / evaluation["name"]
    stem.with_name(f"{stem.name}_evaluation.json").write_text(f"{_as_json(evaluation)}\n", encoding="utf-8")
    write_table(
        stem.with_name(f"{stem.name}_confusion.csv"),
        [
            {"digit": digit, **{f"read_as_{answer}": count for answer, count in enumerate(counts)}}
            for digit, counts in enumerate(evaluation["confusion"])
        ],
    )
    write_table(stem.with_name(f"{stem.name}_per_class.csv"), evaluation["per_class"])


def _as_json(value, indent: str = "") -> str:
    """One key a line, and each row of a table on one: the file is read by people too."""
    inside = indent + "  "
    if isinstance(value, dict):
        pairs = [f"{inside}{json.dumps(key)}: {_as_json(inner, inside)}" for key, inner in value.items()]
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return "[\n" + ",\n".join(inside + json.dumps(row) for row in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def write_comparisons(test: Split) -> None:
    """Write what is made from all evaluations in models_folder(): tables, pictures and the model card."""
    folder = models_folder()
    evaluations = read_evaluations()
    write_table(folder / "networks.csv", compared(evaluations))
    write_table(folder / "own_corruptions.csv", by_corruption(evaluations, "own_corruptions", OPERATIONS))
    write_table(folder / "mnist_c.csv", by_corruption(evaluations, "mnist_c", CORRUPTIONS))
    figures.draw_all(folder, evaluations, test)
    if (folder / f"{DEFAULT_NETWORK}_evaluation.json").exists():
        (folder / "README.md").write_text(model_card.model_card(folder), encoding="utf-8")
    else:
        print(f"{DEFAULT_NETWORK} is not evaluated: the model card is left out.", flush=True)


def _write_or_remove(path: Path, rows: list[dict] | None, missing: str) -> None:
    """Write a table; where its networks are not there, say so and leave no figures of others behind."""
    if rows is None:
        path.unlink(missing_ok=True)
        print(missing, flush=True)
    else:
        write_table(path, rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Evaluate trained networks and re-make the figures of models/.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="which networks (default: all in models/, seeds and development)"
    )
    chosen = parser.parse_args(arguments).names
    folder = models_folder()
    if not network_names():
        raise SystemExit(f"There is no network in {folder}: train one with python -m training.train mnist_cnn.")
    differing = []
    try:
        material = Material()
        if material.mnist_c is None:
            print(f"{VARIABLE} is not set: MNIST-C is left out, its figures will be null.", flush=True)
        for name in chosen or network_names():
            evaluation = evaluate(name, material)
            write_evaluation(evaluation)
            print(summary(evaluation), flush=True)
            if not evaluation["keras_onnx_difference"] <= MOST_DIFFERENCE:  # not: also where it is no number
                differing.append(name)
        if not chosen:
            _write_or_remove(
                folder / "seeds.csv", runs.seeds(material), f"There is no {folder / 'seeds'}: other seeds are left out."
            )
            _write_or_remove(
                folder / "development.csv",
                runs.development(material),
                f"There is no {folder / 'development'}: the steps of the development are left out.",
            )
        write_comparisons(material.test)
    except (NetworkUnavailable, MnistUnavailable, MnistCUnavailable) as error:
        raise SystemExit(str(error)) from error
    print(f"written to {folder}", flush=True)
    if differing:
        raise SystemExit(
            f"The .keras and the .onnx of {', '.join(differing)} are not the same network: their probabilities differ"
            f" by more than {MOST_DIFFERENCE:.0e}. Export the .onnx again."
        )


if __name__ == "__main__":
    main()
