"""The networks of models/ side by side, from their evaluations."""

import json
from collections.abc import Callable, Iterable

from inference.classifier import models_folder, network_names


def read_evaluations() -> list[dict]:
    """Return the evaluations that are in models_folder(), the default network's first."""
    paths = [models_folder() / f"{name}_evaluation.json" for name in network_names()]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]


def compared(evaluations: list[dict]) -> list[dict]:
    """Return a row a network: what it costs and what it scored."""
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


def by_corruption(evaluations: list[dict], part: str, corruptions: Iterable[str]) -> list[dict]:
    """Return a row a corruption, then the mean, with each network's error, None where it is not measured.

    ``part``: "own_corruptions" or "mnist_c"; ``corruptions``: the names in the order of the rows.
    """

    def row(name: str, error_of: Callable[[dict], float]) -> dict:
        errors = {each["name"]: error_of(each[part]) if each[part] else None for each in evaluations}
        return {"corruption": name, **errors}

    rows = [row(name, lambda measured, name=name: measured["errors"].get(name)) for name in corruptions]
    return [*rows, row("mean", lambda measured: measured["mean"])]
