"""The networks that are evidence and do not ship: the recipe with other seeds, and the steps of its development.

models/seeds/SEED/mnist_cnn and models/development/ROW, each .onnx with its card and its history; the rows' order and
titles stand in training/settings/development.json.
"""

import json
import statistics
from functools import partial
from pathlib import Path

from inference.classifier import DEFAULT_NETWORK, NetworkUnavailable, models_folder
from training.evaluation.material import Material
from training.evaluation.measures import accuracy
from training.evaluation.probabilities import onnx_probabilities
from training.evaluation.robustness import errors_of, mnist_c_robustness

DEVELOPMENT = Path(__file__).parents[1] / "settings" / "development.json"


def seeds(material: Material) -> list[dict] | None:
    """Return a row a seed, then the mean and the sample standard deviation; None where there are no such networks.

    Raises NetworkUnavailable where a file is damaged.
    """
    stems = sorted(path.with_suffix("") for path in (models_folder() / "seeds").glob(f"*/{DEFAULT_NETWORK}.onnx"))
    if not stems:
        return None
    rows = [{"seed": _card(stem)["made"]["settings"]["seed"], **measured(stem, material)} for stem in stems]
    return [*rows, _summary("mean", rows, statistics.fmean), _summary("deviation", rows, _deviation)]


def _summary(name: str, rows: list[dict], of) -> dict:
    """Return one number a column; None where there is none, or fewer than a deviation needs."""
    columns = {key: [row[key] for row in rows if row[key] is not None] for key in rows[0] if key != "seed"}
    return {"seed": name, **{key: of(values) if values else None for key, values in columns.items()}}


def _deviation(values: list[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None


def development(material: Material) -> list[dict] | None:
    """Return a row a step of the development, in the order of DEVELOPMENT; None where there are no such networks.

    Raises NetworkUnavailable where a network that is listed is missing or damaged.
    """
    folder = models_folder() / "development"
    if not folder.is_dir():
        return None
    listed = json.loads(DEVELOPMENT.read_text(encoding="utf-8"))["rows"]
    return [
        {
            "name": row["name"],
            "title": row["title"],
            "parameters": (card := _card(folder / row["name"]))["parameters"],
            "epochs": card["made"]["settings"]["epochs"],
            **measured(folder / row["name"], material),
        }
        for row in listed
    ]


def measured(stem: Path, material: Material) -> dict:
    """Return what is compared between runs, errors and accuracies as 0-1; ``mnist_c_error`` None without MNIST-C."""
    settings = _card(stem)["made"]["settings"]
    # Without the temperature, which changes no answer.
    probabilities_of = partial(onnx_probabilities, stem.with_suffix(".onnx"))

    def measure(split):
        return accuracy(probabilities_of(split.images).argmax(axis=1), split.labels)

    test = measure(material.test)
    return {
        "validation_accuracy": measure(material.validation(settings))["accuracy"],
        "own_corruptions_error": errors_of(probabilities_of, material.own_corruptions(settings))["mean"],
        "test_accuracy": test["accuracy"],
        "test_errors": test["errors"],
        "mnist_c_error": mnist_c_robustness(probabilities_of, material.mnist_c)["mean"] if material.mnist_c else None,
    }


def _card(stem: Path) -> dict:
    path = stem.with_suffix(".json")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if not {"validation_seed", "validation_images", "epochs", "seed"} <= card["made"]["settings"].keys():
            raise KeyError("settings")
        return card
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NetworkUnavailable(f"{path} is missing or damaged: restore it or train {stem.name} again.") from error
