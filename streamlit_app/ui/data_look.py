"""A look at the data that the network learnt from: how many images of each digit, samples, mean digits."""

import numpy as np
import streamlit as st

from inference.classifier import models_folder
from inference.mnist import MnistUnavailable, mnist_path
from inference.samples import DIGITS
from ui import results
from ui.figures import show_missing, show_table, source
from ui.pictures import data_url, shown
from ui.texts import text
from ui.words import number

DATA = "data.json"
PARTS = ("training", "validation", "test")
SAMPLES = 6
WIDTH = 480  # pixels
FIGURES = ("figures/data_samples.png", "figures/data_means.png")


def show_data() -> None:
    """Show the counts from data.json, and pictures: made now where MNIST is at hand, else those that a script made."""
    st.subheader(text("data.title"), anchor=False)
    measured = results.measured(DATA)
    if measured is None:
        show_missing(text("performance.not_measured"), DATA, "make look")
        return
    counts = {name: number(count) for name, count in measured["counts"].items()}
    st.markdown(f"{text('data.what')} {text('data.counts', **counts)}")
    left, right = st.columns(2, gap="large")
    with left:
        show_table(_per_digit(measured["per_digit"]))
        st.caption(source(DATA))
    with right:
        _show_pictures()
    st.caption(measured["credit"])


def _per_digit(counts: dict[str, list[int]]) -> list[dict[str, str]]:
    """Return a row a digit with its images in each part.

    A table, not bars that would be all but equal: so the first page needs no chart library, a quarter of its time.
    """
    parts = {text(f"data.{part}"): counts[part] for part in PARTS}
    return [
        {text("answer.digit"): str(digit), **{name: number(images[digit]) for name, images in parts.items()}}
        for digit in DIGITS
    ]


def _show_pictures() -> None:
    try:
        images, labels = results.mnist_test()
    except MnistUnavailable:
        for file in FIGURES:
            if (path := models_folder() / file).exists():
                st.image(path.read_bytes(), source(file), alt=text("data.pictures_alt"))
        return
    path = mnist_path()
    picture = shown(_samples_and_means(str(path), path.stat().st_mtime_ns, images, labels), 2 * WIDTH)
    with st.container(width=WIDTH):
        st.image(data_url(picture, exact=True), width="stretch", alt=text("data.pictures_alt"))
    st.caption(text("data.pictures", count=SAMPLES))


@st.cache_data(show_spinner=False, max_entries=1)
def _samples_and_means(path: str, stamp: int, _images: np.ndarray, _labels: np.ndarray) -> np.ndarray:
    """Return a picture (R, C) uint8 with a column a digit: the first images of it, and below them the mean of all."""
    columns = []
    for digit in DIGITS:
        own = _images[_labels == digit]
        mean = own.mean(axis=0, keepdims=True).round().astype(np.uint8)
        columns.append(np.concatenate([*own[:SAMPLES], np.full((3, own.shape[2]), 128, np.uint8), mean[0]]))
    return np.hstack(columns)
