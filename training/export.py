"""A trained network as the files that ship: NAME.keras, NAME.onnx and its card, NAME.json."""

import json
from pathlib import Path

import keras
import numpy as np
import onnx

from training.calibration import (
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    with_temperature,
)

MODELS = Path(__file__).resolve().parent.parent / "models"

# A reading is called `digit` from this confidence on, `unsure` below it. Chosen on the validation images: see
# unsure_below().
WANTED_PRECISION = 0.999
# With fewer validation images a temperature is chance. Fitted on 1,000 of MNIST's, it made the NLL of the others worse
# by 3 % at most in nine of ten draws, whatever network; on 200 of them, which may hold no error at all, by 250 %.
LEAST_FOR_TEMPERATURE = 1000


def export_network(model: keras.Model, stem: Path) -> None:
    """Write ``stem``.keras and ``stem``.onnx. ONNX outputs: ``probabilities``, then every block in order."""
    model.save(stem.with_suffix(".keras"))
    blocks = [layer for layer in model.layers if layer.name.startswith("block")]
    names = ["probabilities", *(layer.name for layer in blocks)]
    inside = keras.Model(model.input, [model.output, *(layer.output for layer in blocks)])
    write_onnx(inside, names, stem.with_suffix(".onnx"))


def write_onnx(model: keras.Model, names: list[str], path: Path) -> None:
    """Write a network as .onnx; ``names``: its outputs'."""
    signature = [keras.InputSpec(shape=(None, *model.input_shape[1:]), dtype="float32", name="image")]
    model.export(path, format="onnx", input_signature=signature, verbose=False)
    exported = onnx.load(path)
    _rename_outputs(exported, names)
    onnx.checker.check_model(exported)
    onnx.save(exported, path)


def _rename_outputs(exported: onnx.ModelProto, names: list[str]) -> None:
    """Give the graph's outputs their public names: the exporter numbers them."""
    new_names = dict(zip((output.name for output in exported.graph.output), names, strict=True))
    for node in exported.graph.node:
        node.input[:] = [new_names.get(name, name) for name in node.input]
        node.output[:] = [new_names.get(name, name) for name in node.output]
    for output in exported.graph.output:
        output.name = new_names[output.name]


def layer_table(model: keras.Model) -> list[dict]:
    """Return one row a layer: name, kind, output shape without the batch, and counted parameters."""
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "output_shape": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]


def unsure_below(confidences: np.ndarray, right: np.ndarray) -> float:
    """Return the lowest confidence from which on WANTED_PRECISION of the validation answers are right."""
    order = np.argsort(-confidences)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    kept = np.flatnonzero(precision >= WANTED_PRECISION)
    return float(confidences[order][kept[-1]]) if len(kept) else 1.0


def _temperature(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, str]:
    """Return the temperature and how it came about, for people: 1 where there are too few images to fit it on."""
    count = len(labels)
    if count < LEAST_FOR_TEMPERATURE:
        return 1.0, f"not fitted: {count:,} validation images are too few, {LEAST_FOR_TEMPERATURE:,} are needed"
    return fit_temperature(probabilities, labels), f"fitted on {count:,} validation images"


def write_card(model: keras.Model, validation, stem: Path, made: dict) -> dict:
    """Write ``stem``.json and return it: what the network is, how it was ``made``, what it scored on validation."""
    images = validation.images.astype(np.float32)[..., None]
    probabilities = model.predict(images, batch_size=500, verbose=0)
    temperature, note = _temperature(probabilities, validation.labels)
    calibrated = with_temperature(probabilities, temperature)
    right = probabilities.argmax(axis=1) == validation.labels
    card = {
        "name": stem.name,
        "input": {"shape": [28, 28, 1], "dtype": "float32", "range": [0, 255], "polarity": "white digit on black"},
        "parameters": model.count_params(),
        "layers": layer_table(model),
        "temperature": temperature,
        "temperature_note": note,
        "thresholds": {"unsure_below": unsure_below(calibrated.max(axis=1), right)},
        "validation": {
            "images": len(right),
            "accuracy": float(right.mean()),
            "nll_before_temperature": negative_log_likelihood(probabilities, validation.labels),
            "nll_after_temperature": negative_log_likelihood(calibrated, validation.labels),
            "ece_before_temperature": expected_calibration_error(probabilities, validation.labels),
            "ece_after_temperature": expected_calibration_error(calibrated, validation.labels),
        },
        "made": made,
    }
    stem.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    return card
