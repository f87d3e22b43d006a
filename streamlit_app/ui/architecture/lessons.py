"""How a convolutional network works, for someone who meets one for the first time: four ideas, each to touch."""

import numpy as np
import streamlit as st

from inference import NetworkUnavailable, Prediction
from ui import results
from ui.architecture.convolution import show_convolution
from ui.architecture.explain import pooled, score, strongest
from ui.architecture.neuron import show_neuron
from ui.architecture.weights import Head, network_weights
from ui.digit_choice import choose_digit
from ui.pictures import mosaic, picture
from ui.texts import said, text
from ui.words import in_sum, number, percent, shape

BOX = 170
SHOWN_FEATURES = 5


def show_lessons() -> None:
    """Show neuron, convolution, pooling and dense layer, on a digit of the person's choice."""
    st.markdown(text("lessons.intro"))
    _heading(1, "neuron")
    show_neuron()
    try:
        network = results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        return
    weights = network_weights()
    _heading(2, "convolution")
    digit = choose_digit()
    if digit is None:
        return
    show_convolution(digit, weights.filters)
    maps, prediction = list(network.feature_maps(digit).values()), network.predict(digit)
    _heading(3, "pooling")
    _show_pooling(maps[0])
    _heading(4, "dense")
    if weights.head is not None:
        _show_dense(maps[-1], weights.head, prediction)


def _heading(place: int, name: str) -> None:
    st.subheader(f"{place} · {text(f'lessons.{name}')}", anchor=False)
    st.markdown(text(f"lessons.{name}_words"))


def _show_pooling(block: np.ndarray) -> None:
    """Show a map before and after 2×2 pooling."""
    one = strongest(block, 1)[0]
    before = block[..., one]
    with st.container(horizontal=True):
        for image, name in ((before, "before"), (pooled(before), "after")):
            caption = text(f"lessons.{name}_pooling", shape=shape(image.shape))
            picture(mosaic(image[..., None]), caption, box=BOX, alt=caption)


def _show_dense(last: np.ndarray, head: Head, prediction: Prediction) -> None:
    """Show what the features that count most add to the score of the answer."""
    features = last.mean(axis=(0, 1))
    given = features * head.weights[:, prediction.digit]
    order = np.argsort(-np.abs(given))[:SHOWN_FEATURES]
    lines = [
        f"| {feature + 1} | {number(float(features[feature]), 2)} |"
        f" {number(float(head.weights[feature, prediction.digit]), 2, signed=True)} |"
        f" {number(float(given[feature]), 2, signed=True)} |"
        for feature in order
    ]
    head_line = " | ".join(text(f"lessons.{name}") for name in ("feature", "average", "weight", "product"))
    st.markdown("\n".join([f"| {head_line} |", "|---:|---:|---:|---:|", *lines]))
    total, bias = score(last, head, prediction.digit), float(head.biases[prediction.digit])
    rest = in_sum(total, -bias, *-given[order])  # what is shown adds up
    values = {
        "rest": number(rest, 2, signed=True),
        "bias": number(bias, 2, signed=True),
        "score": number(total, 2),
        "digit": prediction.digit,
        "confidence": percent(prediction.confidence),
    }
    st.markdown(text("lessons.dense_sum", **values))
