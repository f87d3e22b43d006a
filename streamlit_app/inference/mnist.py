"""The MNIST data set: one loader for training, evaluation and the page of test images.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
The file is the ``mnist.npz`` that Keras publishes.
"""

import hashlib
import os
import shutil
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
CACHE = Path("~/.cache/digitlens/mnist.npz")
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
# SHA-256 over the bytes of the four arrays, in the order of ARRAYS: independent of how the file was packed.
CHECKSUM = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
# The same over the test images and labels alone.
TEST_CHECKSUM = "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b"
DOWNLOAD_TIMEOUT = 10.0  # seconds without a byte


class MnistUnavailable(RuntimeError):
    """MNIST could not be read or downloaded; the message says what to do."""


class NotAnNpz(RuntimeError):
    """A file is no .npz, or it is damaged."""


@dataclass(frozen=True)
class Mnist:
    """The whole of MNIST: images (N, 28, 28) uint8, white digit (255) on black (0); labels (N,) uint8, 0-9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def checksum(arrays: Iterable[np.ndarray]) -> str:
    """Return the SHA-256 (hex) over the bytes of the arrays, in their order: independent of how they are packed."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def read_npz(path: Path, names: Iterable[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return those of the arrays ``names`` that an .npz file holds, and the names of all that it holds.

    Raises OSError where the file cannot be opened, NotAnNpz where it is something else or damaged: what NumPy says then
    is not for people.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file.files}, file.files
    # RuntimeError: an archive with a password, or packed in a way that Python cannot unpack.
    except (ValueError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise NotAnNpz(f"{path} is not a readable .npz file.") from error


def mnist_path() -> Path:
    """Return where MNIST is looked for: ``MNIST_NPZ`` if set, else the cache in the home folder."""
    return Path(os.environ.get("MNIST_NPZ") or CACHE).expanduser()


def load_mnist() -> Mnist:
    """Return the whole of MNIST, downloaded where it is not on this machine yet (see available()).

    Raises MnistUnavailable when there is no file and none can be had, or when the arrays are not MNIST's.
    """
    return Mnist(*_read(available(), ARRAYS, CHECKSUM))


def load_test_images() -> tuple[np.ndarray, np.ndarray]:
    """Return MNIST's test images (10000, 28, 28) and labels (10000,), uint8; nothing is downloaded.

    A fraction of the memory of the whole. Raises MnistUnavailable as load_mnist() does.
    """
    images, labels = _read(available(download=False), ARRAYS[2:], TEST_CHECKSUM)
    return images, labels


def available(*, download: bool = True) -> Path:
    """Return the path of MNIST's file; download it once into the cache where neither variable nor cache has it.

    Raises MnistUnavailable when ``MNIST_NPZ`` names a missing file, ``download`` is False, or the network fails.
    """
    path = mnist_path()
    if path.exists():
        return path
    if os.environ.get("MNIST_NPZ"):
        raise MnistUnavailable(f"MNIST_NPZ names a file that is not there: {path}. Correct or unset it.")
    if not download:
        raise MnistUnavailable("MNIST is not on this machine yet: set MNIST_NPZ or let it be downloaded (11 MB).")
    _download(path)
    return path


def _read(path: Path, names: tuple[str, ...], expected: str) -> list[np.ndarray]:
    # What a person named is theirs to keep; what the cache holds can be had again.
    way_out = "Correct or unset MNIST_NPZ." if os.environ.get("MNIST_NPZ") else "Delete it and try again."
    try:
        arrays, _ = read_npz(path, names)
    except (OSError, NotAnNpz) as error:
        raise MnistUnavailable(f"{path} is damaged, or is no mnist.npz. {way_out}") from error
    for name in names:
        if name not in arrays:
            raise MnistUnavailable(f"{path} does not hold MNIST: it has no array {name}. {way_out}")
    if checksum(arrays[name] for name in names) != expected:
        raise MnistUnavailable(f"{path} does not hold MNIST: its checksum differs. {way_out}")
    return [arrays[name] for name in names]


def _download(path: Path) -> None:
    """Fetch URL to ``path``; a broken or wrong download never takes its place there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError as error:
        raise MnistUnavailable(f"MNIST cannot be kept in {path.parent}: {error.strerror}. Set MNIST_NPZ.") from error
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(URL, timeout=DOWNLOAD_TIMEOUT) as answer:
            shutil.copyfileobj(answer, file)
        _read(Path(partial), ARRAYS, CHECKSUM)
        os.replace(partial, path)
    except OSError as error:
        raise MnistUnavailable(
            f"MNIST could not be downloaded ({error}). Check the network, or set MNIST_NPZ to a copy of mnist.npz."
        ) from error
    except MnistUnavailable as error:
        raise MnistUnavailable(
            f"What {URL} sent is not MNIST. Try again later, or set MNIST_NPZ to a copy of mnist.npz."
        ) from error
    finally:
        Path(partial).unlink(missing_ok=True)
