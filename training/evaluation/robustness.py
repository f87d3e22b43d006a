"""How much a network suffers from pictures that are worse than MNIST's: the error of each corruption, one pass each.

Choices are made on our own corruptions of the validation images; MNIST-C is for the final report.
"""

import zlib
from collections.abc import Callable

import numpy as np

from inference.augmentation import OPERATIONS, augment
from training.data import Split
from training.evaluation.mnist_c import MnistC

SEED = 2026

# Images (N, 28, 28), 0-255, white on black -> probabilities (N, 10).
Probabilities = Callable[[np.ndarray], np.ndarray]


def validation_robustness(probabilities_of: Probabilities, validation: Split) -> dict:
    """Return the errors under each operation of inference.augmentation alone, applied to every validation image.

    As errors_of(); the same images for the same split, whatever network is asked.
    """
    return errors_of(probabilities_of, own_corruptions(validation))


def mnist_c_robustness(probabilities_of: Probabilities, mnist_c: MnistC) -> dict:
    """Return the errors under each corruption of MNIST-C, as errors_of()."""
    return errors_of(probabilities_of, {name: Split(images, mnist_c.labels) for name, images in mnist_c.images.items()})


def own_corruptions(validation: Split) -> dict[str, Split]:
    """Return, for each operation by its name, the validation images that it was applied to, with a fixed seed.

    An operation that belongs to one digit is applied to the images of that digit, and left out where there are none.
    """
    corrupted = {}
    for name, operation in OPERATIONS.items():
        chosen = np.ones(len(validation.labels), bool)
        if operation.digit is not None:
            chosen = validation.labels == operation.digit
        if not chosen.any():
            continue
        # From the name: the images of one operation do not hang on which others there are.
        rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        labels = validation.labels[chosen]
        images = augment(validation.images[chosen], labels, {name: 1.0}, rng)
        corrupted[name] = Split(images.astype(np.uint8), labels)
    return corrupted


def errors_of(probabilities_of: Probabilities, corrupted: dict[str, Split]) -> dict:
    """Return ``errors``, the share (0-1) of wrong answers by corruption, ``mean``, and the greatest count of images."""
    errors = {
        name: float((probabilities_of(split.images).argmax(axis=1) != split.labels).mean())
        for name, split in corrupted.items()
    }
    return {
        "images": max(len(split.labels) for split in corrupted.values()),
        "errors": errors,
        "mean": float(np.mean(list(errors.values()))),
    }
