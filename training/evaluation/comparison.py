"""The networks of models/ side by side, from their evaluations."""

import json
from collections.abc import Callable, Iterable

from inference import mnist
from inference.classifier import models_folder, network_names

# Stands in each evaluation, and is raised where a key of theirs is added, renamed or taken away.
FORMAT = 2


class EvaluationUnusable(RuntimeError):
    """Evaluations that are there are damaged or of an earlier form; the message says what to do."""


def read_evaluations(without: Iterable[str] = ()) -> list[dict]:
    """Return the evaluations that are in models_folder(), the default network's first.

    ``without``: networks whose evaluations are about to be made. Raises EvaluationUnusable where another one cannot be
    put beside them.
    """
    made = list(without)
    paths = {name: models_folder() / f"{name}_evaluation.json" for name in network_names() if name not in made}
    evaluations = {name: _read(path) for name, path in paths.items() if path.exists()}
    if unusable := [name for name, evaluation in evaluations.items() if evaluation.get("format") != FORMAT]:
        again = " ".join(made + unusable)
        raise EvaluationUnusable(
            f"The evaluation of {', '.join(unusable)} is damaged or of an earlier version: make it again, too, with"
            f" python -m training.evaluate {again}"
        )
    return list(evaluations.values())


def _read(path) -> dict:
    try:
        evaluation = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return evaluation if isinstance(evaluation, dict) else {}


def is_of_mnist(evaluation: dict) -> bool:
    """Tell whether a network learnt from MNIST: only such networks can be compared with each other."""
    return evaluation["measured_on"]["sha256_of_arrays"] == mnist.CHECKSUM


def measured_on(evaluation: dict) -> str:
    """Return which images a network was asked about, for people: "test images" of MNIST, "test images of school"."""
    of = evaluation["measured_on"]
    return f"{of['split']} images" + ("" if is_of_mnist(evaluation) else f" of {of['data']}")


def compared(evaluations: list[dict]) -> list[dict]:
    """Return a row a network that learnt from MNIST: what it costs and what it scored."""
    return [
        {
            "name": evaluation["name"],
            "parameters": evaluation["parameters"],
            "onnx_bytes": evaluation["files"]["onnx_bytes"],
            "keras_bytes": evaluation["files"]["keras_bytes"],
            "onnx_ms": evaluation["speed"]["onnx_ms"],
            "keras_ms": evaluation["speed"]["keras_ms"],
            "validation_accuracy": evaluation["validation"]["accuracy"],
            "own_corruptions_error": evaluation["own_corruptions"]["mean"],
            "test_accuracy": evaluation["test"]["accuracy"],
            "low": evaluation["test"]["interval"][0],
            "high": evaluation["test"]["interval"][1],
            "test_errors": evaluation["test"]["errors"],
            "nll": evaluation["calibration"]["after"]["nll"],
            "ece": evaluation["calibration"]["after"]["ece"],
            "mnist_c_error": (evaluation["mnist_c"] or {}).get("mean"),
        }
        for evaluation in evaluations
    ]


def of_other_data(evaluations: list[dict]) -> list[dict]:
    """Return a row a network that learnt from other images than MNIST's: what it was asked about and what it scored."""
    return [
        {
            "name": evaluation["name"],
            "data": evaluation["measured_on"]["data"],
            "split": evaluation["measured_on"]["split"],
            "images": evaluation["test"]["images"],
            "errors": evaluation["test"]["errors"],
            "accuracy": evaluation["test"]["accuracy"],
            "low": evaluation["test"]["interval"][0],
            "high": evaluation["test"]["interval"][1],
        }
        for evaluation in evaluations
    ]


def by_corruption(evaluations: list[dict], part: str, corruptions: Iterable[str]) -> list[dict]:
    """Return a row a corruption, then the mean, with each network's error, None where it is not measured.

    ``part``: "own_corruptions" or "mnist_c"; ``corruptions``: the names in the order of the rows.
    """

    def row(name: str, error_of: Callable[[dict], float]) -> dict:
        errors = {each["name"]: error_of(each[part]) if each[part] else None for each in evaluations}
        return {"corruption": name, **errors}

    rows = [row(name, lambda measured, name=name: measured["errors"].get(name)) for name in corruptions]
    return [*rows, row("mean", lambda measured: measured["mean"])]
