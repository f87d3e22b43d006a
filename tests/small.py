"""A small data set in the place of MNIST: drawn digits, with its checksums for the real ones."""

import io
from pathlib import Path

import numpy as np

from inference import mnist
from inference.samples import drawing


def small_mnist(training: int = 120, test: int = 40) -> mnist.Mnist:
    """Return drawn digits in the form of MNIST; they show 0, 1, 2 … in turn."""
    images, labels = [], []
    for number in range(training + test):
        grey = 255 - drawing(number % 10, seed=number)[..., 0]
        images.append(grey.reshape(28, 10, 28, 10).mean(axis=(1, 3)).astype(np.uint8))
        labels.append(number % 10)
    images, labels = np.stack(images), np.array(labels, np.uint8)
    return mnist.Mnist(images[:training], labels[:training], images[training:], labels[training:])


def packed(data: mnist.Mnist) -> bytes:
    """Return the data set as an .npz file."""
    file = io.BytesIO()
    np.savez_compressed(file, **{name: getattr(data, name) for name in mnist.ARRAYS})
    return file.getvalue()


def take_for_mnist(data: mnist.Mnist, path: Path, monkeypatch) -> None:
    """Write the data set to ``path``, let MNIST_NPZ name it, and let the loader take it for the real one."""
    path.write_bytes(packed(data))
    monkeypatch.setenv("MNIST_NPZ", str(path))
    monkeypatch.setattr(mnist, "CHECKSUM", mnist.checksum(vars(data).values()))
    monkeypatch.setattr(mnist, "TEST_CHECKSUM", mnist.checksum([data.x_test, data.y_test]))
