"""MNIST-C: MNIST's test images in fifteen corruptions, for the final report of a chosen network only.

Source: N. Mu, J. Gilmer, "MNIST-C: A robustness benchmark for computer vision", 2019 (arXiv 1906.02337).
It is read from the file that ``MNIST_C_NPZ`` names: an .npz file with ``labels`` and an array a corruption.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.mnist import NotAnNpz, read_npz

VARIABLE = "MNIST_C_NPZ"
# Each corruption, in the order of the paper, and the operations of inference/augmentation.py that come near it, the
# nearest first. A network that was trained with these has met something like the corruption: its error there is not
# that of a surprise.
CORRUPTIONS = {
    "shot_noise": ("grain",),
    "impulse_noise": ("salt_and_pepper",),
    "glass_blur": ("frost", "blur"),
    "motion_blur": ("motion_blur",),
    "shear": ("misplace", "affine"),
    "scale": ("misplace", "affine"),
    "rotate": ("misplace", "affine"),
    "brightness": ("grey_ground", "contrast"),
    "translate": ("misplace", "affine"),
    "stripe": ("band",),
    "fog": ("clouds",),
    "spatter": ("blots", "specks"),
    "dotted_line": ("dots",),
    "zigzag": ("scribble",),
    "canny_edges": ("outline",),
}


class MnistCUnavailable(RuntimeError):
    """MNIST-C could not be read; the message says what to do."""


@dataclass(frozen=True)
class MnistC:
    """``labels`` (N,) uint8, and ``images``: corruption -> (N, 28, 28) uint8, white digit on black."""

    labels: np.ndarray
    images: dict[str, np.ndarray]


def load_mnist_c() -> MnistC | None:
    """Return MNIST-C, or None where ``MNIST_C_NPZ`` is not set: it cannot be downloaded in this form.

    Raises MnistCUnavailable where the variable names a file that is missing, damaged or of another form.
    """
    if not os.environ.get(VARIABLE):
        return None
    path = Path(os.environ[VARIABLE]).expanduser()
    if not path.exists():
        raise MnistCUnavailable(f"{VARIABLE} names a file that is not there: {path}. Correct or unset it.")
    try:
        arrays, _ = read_npz(path, ("labels", *CORRUPTIONS))
    except (OSError, NotAnNpz) as error:
        raise MnistCUnavailable(f"{path} is damaged, or is no .npz file. Correct or unset {VARIABLE}.") from error
    for name in ("labels", *CORRUPTIONS):
        if name not in arrays:
            raise MnistCUnavailable(f"{path} is not MNIST-C: it has no array {name}. Correct or unset {VARIABLE}.")
    labels, images = arrays["labels"], {name: arrays[name] for name in CORRUPTIONS}
    if labels.ndim != 1 or labels.size == 0 or labels.dtype != np.uint8 or labels.max() > 9:
        raise MnistCUnavailable(f"{path} is not MNIST-C: its labels are no list of the digits 0 to 9, as uint8.")
    for name, array in images.items():
        if array.shape != (len(labels), 28, 28) or array.dtype != np.uint8:
            raise MnistCUnavailable(
                f"{path} is not MNIST-C: {name} is {array.dtype} {array.shape}, not uint8 {(len(labels), 28, 28)}."
            )
    return MnistC(labels, images)
