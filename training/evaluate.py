"""Evaluate the networks in models/: ``python -m training.evaluate``. Re-makes every figure from the committed networks.

Beside each network it writes NAME_evaluation.json, NAME_confusion.csv and NAME_per_class.csv; for all of them
networks.csv, own_corruptions.csv and mnist_c.csv; seeds.csv and development.csv where there are such networks; the
pictures in figures/; and README.md, the model card.

The test images and MNIST-C are looked at here only, after everything was chosen on the validation images. Figures come
from the .onnx that ships; the .keras is run as well, to see that the two are the same network.

A network that learnt from your own images (``python -m training.train --data``) is asked about the test images among
these or, where there are none, about the validation images; its figures are in other_data.csv, not beside the others'.

Nothing is written before everything is measured. Exit status 1, with one sentence, where something is missing or
damaged, or the two files disagree.
"""

import argparse
import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np

from inference.augmentation import OPERATIONS
from inference.classifier import (
    DEFAULT_NETWORK,
    Classifier,
    NetworkUnavailable,
    models_folder,
    network_names,
    no_network,
    read_card,
)
from inference.mnist import MnistUnavailable
from inference.tta import TTA_VIEWS, View
from training.calibration import calibration, with_temperature
from training.data import Split
from training.evaluation import figures, model_card, runs, tta
from training.evaluation.comparison import (
    FORMAT,
    EvaluationUnusable,
    by_corruption,
    compared,
    is_of_mnist,
    measured_on,
    of_other_data,
    read_evaluations,
)
from training.evaluation.material import Material, materials
from training.evaluation.measures import accuracy, comment, confusion_matrix, per_class, percent
from training.evaluation.mnist_c import CORRUPTIONS, VARIABLE, MnistCUnavailable
from training.evaluation.probabilities import as_input, keras_model, keras_probabilities, onnx_probabilities
from training.evaluation.robustness import errors_of, mnist_c_robustness
from training.evaluation.tables import write_table
from training.evaluation.timing import medians
from training.sources import DataError

# The .keras and the .onnx are the same network where no probability differs by more.
MOST_DIFFERENCE = 1e-5
# Single predictions timed: ours, and Keras' in the same process.
TIMED = 50
GOAL_TIMES_FASTER = 50
# What is not said where there are no such networks.
LEFT_OUT = {"seeds": "other seeds", "development": "the steps of the development"}


def evaluate(name: str, material: Material) -> dict:
    """Return everything that is measured of one network of models_folder(), as plain JSON values.

    ``material``: the images of the data set that it learnt from. ``measured_on`` says what ``test`` and all that is
    made from it was measured on: the test images, or the validation images of a data set without. ``mnist_c`` is None
    where MNIST-C is not on this machine or the network did not learn from MNIST; ``tta["candidates"]`` is there for the
    default network only. Raises NetworkUnavailable or MnistUnavailable, each with one sentence, where a file is missing
    or damaged.
    """
    classifier = Classifier(name)
    onnx_path, keras_path = (models_folder() / f"{name}{ending}" for ending in (".onnx", ".keras"))
    made = classifier.card["made"]
    settings = made["settings"]
    validation = material.validation(settings)
    split, test = material.asked(settings)
    temperature = float(classifier.card["temperature"])

    def calibrated(images: np.ndarray) -> np.ndarray:
        return with_temperature(onnx_probabilities(onnx_path, images), temperature)

    raw = onnx_probabilities(onnx_path, test.images)
    difference = np.abs(keras_probabilities(keras_path, test.images) - raw).max()
    probabilities = with_temperature(raw, temperature)
    answers = probabilities.argmax(axis=1)
    confusion = confusion_matrix(test.labels, answers)
    kept = np.delete(np.arange(len(test.labels)), material.wrong)
    return {
        "format": FORMAT,
        "name": name,
        "measured_on": {
            "data": material.name,
            "split": split,
            "sha256_of_arrays": made["data"]["sha256_of_arrays"],
        },
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


def card_of(name: str) -> dict:
    """Return the card of a network; raise NetworkUnavailable where it does not say how the network was made."""
    if name not in network_names():
        raise NetworkUnavailable(f"There is no network {name!r}: choose from {', '.join(network_names())}.")
    card = read_card(name)
    try:
        settings, data = card["made"]["settings"], card["made"]["data"]
        is_whole = {"network", "validation_seed", "validation_images"} <= settings.keys() and "sha256_of_arrays" in data
    except (KeyError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise NetworkUnavailable(f"The card of {name} does not say how it was made: train it again.")
    return card


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
        f"  accuracy         {percent(test['accuracy'])} of {test['images']:,} {measured_on(evaluation)},"
        f" {test['errors']:,} wrong (95 %: {percent(low)} to {percent(high)})",
    ]
    if evaluation["measured_on"]["split"] == "validation":
        lines.append("                   on validation images, as there are no test images: it flatters a little")
    if known := test["images"] - clean["images"]:
        lines.append(
            f"                   {percent(clean['accuracy'])} without the {known} labels known to be wrong,"
            f" {clean['errors']:,} wrong"
        )
    lines += [
        f"  confusion        {evaluation['comment']}",
        f"  calibration      {', '.join(_before_after(measures, measure) for measure in ('nll', 'brier', 'ece'))}"
        f" (before → after temperature {measures['temperature']:.3f})",
        f"  TTA              {percent(looks['validation_accuracy_one_pass'])} → {percent(looks['validation_accuracy'])}"
        f" on the validation images ({looks['gain_points']:+.2f} points) for {looks['cost_ratio']:.1f} times the time",
        f"  own corruptions  {percent(own['mean'])} wrong on average of {len(own['errors'])}, on the validation images",
    ]
    if mnist_c:
        lines.append(f"  MNIST-C          {percent(mnist_c['mean'])} wrong on average of {len(mnist_c['errors'])}")
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


def write_comparisons(shown: dict[str, Split]) -> None:
    """Write what is made from all evaluations in models_folder(): tables, pictures and the model card.

    ``shown``: for each network whose own pictures are to be drawn, the images that it was asked about.
    """
    folder = models_folder()
    every = read_evaluations()
    evaluations = [evaluation for evaluation in every if is_of_mnist(evaluation)]
    others = [evaluation for evaluation in every if not is_of_mnist(evaluation)]
    if evaluations:
        write_table(folder / "networks.csv", compared(evaluations))
        write_table(folder / "own_corruptions.csv", by_corruption(evaluations, "own_corruptions", OPERATIONS))
        write_table(folder / "mnist_c.csv", by_corruption(evaluations, "mnist_c", CORRUPTIONS))
    _write_or_remove(folder / "other_data.csv", of_other_data(others) or None)
    for evaluation in every:
        if evaluation["name"] in shown:
            figures.draw_network(folder, evaluation, shown[evaluation["name"]])
    figures.draw_comparisons(folder, evaluations)
    if any(evaluation["name"] == DEFAULT_NETWORK for evaluation in evaluations):
        (folder / "README.md").write_text(model_card.model_card(folder), encoding="utf-8")
    else:
        print(f"{DEFAULT_NETWORK} is not evaluated: the model card is left out.", flush=True)


def _write_or_remove(path: Path, rows: list[dict] | None) -> None:
    """Write a table; where its networks are not there, leave no figures of others behind."""
    if rows is None:
        path.unlink(missing_ok=True)
    else:
        write_table(path, rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Measure trained networks (accuracy, confusion, calibration, TTA, worse pictures, speed) and"
        " re-make the tables, the pictures and the model card in models/. A network that learnt from your own images is"
        " asked about their test images or, where there are none, about the validation images. It takes about a minute"
        " a network."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="which networks, as their files in models/ are called: mnist_cnn (default: all, with the seeds and the"
        " steps of the development)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="where your own images are now, that a network learnt from (default: where they were then)",
    )
    options = parser.parse_args(arguments)
    chosen, folder = list(dict.fromkeys(options.names)), models_folder()
    if not network_names():
        raise SystemExit(no_network())
    names = chosen or network_names()
    try:
        for other in read_evaluations(without=names):
            card_of(other["name"])
        mnist = Material()
        cards = {name: card_of(name) for name in names}
        material_of = materials(cards, mnist, options.data)
        if mnist in material_of.values() and mnist.mnist_c is None:
            print(f"{VARIABLE} is not set: MNIST-C is left out, its figures will be null.", flush=True)
        evaluations = []
        for name in names:
            evaluations.append(evaluate(name, material_of[name]))
            print(summary(evaluations[-1]), flush=True)
        tables = {} if chosen else {"seeds": runs.seeds(mnist), "development": runs.development(mnist)}
        for evaluation in evaluations:
            write_evaluation(evaluation)
        for name, rows in tables.items():
            _write_or_remove(folder / f"{name}.csv", rows)
            if rows is None:
                print(f"There is no {folder / name}: {LEFT_OUT[name]} are left out.", flush=True)
        write_comparisons({name: material_of[name].asked(card["made"]["settings"])[1] for name, card in cards.items()})
    except (NetworkUnavailable, MnistUnavailable, MnistCUnavailable, DataError, EvaluationUnusable) as error:
        raise SystemExit(str(error)) from error
    print(f"written to {folder}", flush=True)
    # not: also where it is no number
    differing = [each["name"] for each in evaluations if not each["keras_onnx_difference"] <= MOST_DIFFERENCE]
    if differing:
        raise SystemExit(
            f"The .keras and the .onnx of {', '.join(differing)} are not the same network: their probabilities differ"
            f" by more than {MOST_DIFFERENCE:.0e}. Export the .onnx again."
        )


if __name__ == "__main__":
    main()
