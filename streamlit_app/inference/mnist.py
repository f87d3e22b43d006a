"""The MNIST data set: one loader for training, evaluation and the page of test images.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
The file is the ``mnist.npz`` that Keras publishes.
"""

import hashlib
import os
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
CACHE = Path("~/.cache/digitlens/mnist.npz")
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
# SHA-256 over the bytes of the four arrays, in the order of ARRAYS: independent of how the file was packed.
CHECKSUM = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
DOWNLOAD_TIMEOUT = 10.0  # seconds without a byte


class MnistUnavailable(RuntimeError):
    """MNIST could not be read or downloaded; the message says what to do."""


@dataclass(frozen=True)
class Mnist:
    """The whole of MNIST: images (N, 28, 28) uint8, white digit (255) on black (0); labels (N,) uint8, 0-9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def checksum(data: Mnist) -> str:
    """Return the SHA-256 (hex) over the bytes of the four arrays, in the order of ARRAYS."""
    digest = hashlib.sha256()
    for name in ARRAYS:
        digest.update(np.ascontiguousarray(getattr(data, name)).tobytes())
    return digest.hexdigest()


def mnist_path() -> Path:
    """Return where MNIST is looked for: ``MNIST_NPZ`` if set, else the cache in the home folder."""
    return Path(os.environ.get("MNIST_NPZ") or CACHE).expanduser()


def load_mnist(*, download: bool = True) -> Mnist:
    """Return MNIST from ``MNIST_NPZ`` or the cache; download it once into the cache where neither has it.

    Raises MnistUnavailable when there is no file and none can be had (``MNIST_NPZ`` names a file that is
    missing, ``download`` is False, or the network fails), or when the arrays are not MNIST's.
    """
    path = mnist_path()
    if not path.exists():
        if os.environ.get("MNIST_NPZ"):
            raise MnistUnavailable(f"MNIST_NPZ names a file that is not there: {path}. Correct or unset it.")
        if not download:
            raise MnistUnavailable("MNIST is not on this machine yet: set MNIST_NPZ or let it be downloaded (11 MB).")
        _download(path)
    return _read(path)


def _read(path: Path) -> Mnist:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            data = Mnist(*(arrays[name] for name in ARRAYS))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise MnistUnavailable(f"{path} is not a readable mnist.npz ({error}). Delete it and try again.") from error
    if checksum(data) != CHECKSUM:
        raise MnistUnavailable(f"{path} does not hold MNIST: its checksum differs. Delete it and try again.")
    return data


def _download(path: Path) -> None:
    """Fetch URL to ``path``; a broken or wrong download never takes its place there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(URL, timeout=DOWNLOAD_TIMEOUT) as answer:
            while block := answer.read(1 << 16):
                file.write(block)
        _read(Path(partial))
        os.replace(partial, path)
    except OSError as error:
        raise MnistUnavailable(
            f"MNIST could not be downloaded ({error}). Check the network, or set MNIST_NPZ to a copy of mnist.npz."
        ) from error
    finally:
        Path(partial).unlink(missing_ok=True)
