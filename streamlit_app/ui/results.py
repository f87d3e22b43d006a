"""What the pages load, kept between reruns: the network, the files of results beside it, MNIST's test images.

A page shows a figure only by reading it here. Every file may be absent: then the answer is None, and the page says
which command makes it. A file that changes on disk is read again.
"""

import csv
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import streamlit as st

from inference.classifier import DEFAULT_NETWORK, Classifier, models_folder, read_card
from inference.mnist import available, load_test_images, mnist_path
from ui.texts import text


def classifier(name: str = DEFAULT_NETWORK) -> Classifier:
    """Return the network, loaded once; raise NetworkUnavailable where it cannot be."""
    folder = models_folder()
    return _classifier(name, str(folder), _stamp(folder / f"{name}.onnx"), _stamp(folder / f"{name}.json"))


@st.cache_resource(show_spinner=False, max_entries=8)
def _classifier(name: str, folder: str, *stamps: int) -> Classifier:
    return Classifier(name)


def card(name: str = DEFAULT_NETWORK) -> dict:
    """Return the network's card; raise NetworkUnavailable where there is none."""
    folder = models_folder()
    return _card(name, str(folder), _stamp(folder / f"{name}.json"))


@st.cache_data(show_spinner=False, max_entries=8)
def _card(name: str, folder: str, stamp: int) -> dict:
    return read_card(name)


def evaluation(name: str = DEFAULT_NETWORK) -> dict | None:
    """Return what ``make evaluate`` measured of the network."""
    return _json(models_folder() / f"{name}_evaluation.json")


def misread(name: str = DEFAULT_NETWORK) -> list[int]:
    """Return which of MNIST's test images the network misreads, as far as it was measured."""
    return [row["index"] for row in (evaluation(name) or {}).get("misread", ())]


def photos() -> dict | None:
    """Return what ``digitlens benchmark`` measured on real photos."""
    return _json(models_folder() / "photos.json")


def benchmark() -> dict | None:
    """Return what ``make benchmark`` measured of speed."""
    return _json(models_folder() / "benchmark.json")


def measured(name: str) -> dict | None:
    """Return what a script measured, from the file of this name in models/: scenes.json, for example."""
    return _json(models_folder() / name)


def table(name: str) -> list[dict[str, str]] | None:
    """Return the rows of a .csv file of models/, as they are written there."""
    path = models_folder() / name
    return _table(str(path), _stamp(path))


@st.cache_data(show_spinner=False, max_entries=16)
def _table(path: str, stamp: int) -> list[dict[str, str]] | None:
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError):
        return None
    whole = rows and all(None not in row and None not in row.values() for row in rows)  # a row cut short holds None
    return rows if whole else None


def history(name: str = DEFAULT_NETWORK) -> list[dict[str, float]] | None:
    """Return the training, one row an epoch."""
    path = models_folder() / f"{name}_history.csv"
    return _history(str(path), _stamp(path))


@st.cache_data(show_spinner=False, max_entries=8)
def _history(path: str, stamp: int) -> list[dict[str, float]] | None:
    try:
        with open(path, newline="") as file:
            rows = [{column: float(value) for column, value in row.items()} for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError):  # a row cut short holds None
        return None
    return rows or None


def evaluated_another_network(name: str = DEFAULT_NETWORK) -> bool:
    """Tell whether the evaluation names another .onnx than the one that is here."""
    path = models_folder() / f"{name}.onnx"
    evaluated = (evaluation(name) or {}).get("onnx_sha256")
    return evaluated is not None and path.exists() and evaluated != _checksum(str(path), _stamp(path))


@st.cache_data(show_spinner=False, max_entries=8)
def _checksum(path: str, stamp: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def mnist_test() -> tuple[np.ndarray, np.ndarray]:
    """Return MNIST's test images (10000, 28, 28) and labels (10000,), uint8; raise MnistUnavailable, never download."""
    with st.spinner(text("input.mnist_reading")):
        return _mnist_test(str(mnist_path()), _stamp(mnist_path()))


def download_mnist() -> None:
    """Download MNIST into the cache of this machine; raise MnistUnavailable where it fails."""
    available()


def may_download_mnist() -> bool:
    """Tell whether a download can help: where ``MNIST_NPZ`` is set, only the file that it names is read."""
    return not os.environ.get("MNIST_NPZ")


# As a resource, the arrays are handed out as they are: as data, 8 MB would be copied at every rerun.
@st.cache_resource(show_spinner=False, max_entries=1)
def _mnist_test(path: str, stamp: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = load_test_images()
    images.setflags(write=False)
    labels.setflags(write=False)
    return images, labels


def _json(path: Path) -> dict | None:
    return _parsed(str(path), _stamp(path))


@st.cache_data(show_spinner=False, max_entries=16)
def _parsed(path: str, stamp: int) -> dict | None:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _stamp(path: Path) -> int:
    """When the file last changed; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0
