"""What a network of models/ answers to many images: through its .onnx, which ships, and through its .keras."""

from pathlib import Path

import keras
import numpy as np
import onnxruntime

from inference.classifier import NetworkUnavailable

# Small enough for the caches of a processor: larger batches are slower.
BATCH = 250


def onnx_probabilities(path: Path, images: np.ndarray) -> np.ndarray:
    """Return the raw output ``probabilities``, (N, 10) float32, for images (N, 28, 28), 0-255, white on black.

    Raises NetworkUnavailable where the file is missing or damaged.
    """
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions have no common base
        raise NetworkUnavailable(f"{path} is missing or damaged: restore it or train it again.") from error
    name = session.get_inputs()[0].name
    batches = np.split(images, range(BATCH, len(images), BATCH))
    return np.concatenate([session.run(["probabilities"], {name: as_input(batch)})[0] for batch in batches])


def keras_probabilities(path: Path, images: np.ndarray) -> np.ndarray:
    """Return the same from the .keras file, computed in float32 whatever precision it was trained in."""
    return keras_model(path).predict(as_input(images), batch_size=BATCH, verbose=0)


def keras_model(path: Path) -> keras.Model:
    """Return the network of a .keras file, computing in float32; raise NetworkUnavailable where there is none."""
    if not path.exists():
        raise NetworkUnavailable(f"{path} is missing: restore it, or train {path.stem} again.")
    keras.config.set_dtype_policy("float32")
    return keras.models.load_model(path, compile=False)


def as_input(images: np.ndarray) -> np.ndarray:
    """(N, 28, 28) -> (N, 28, 28, 1) float32, as every network takes them."""
    return images.astype(np.float32)[..., None]
