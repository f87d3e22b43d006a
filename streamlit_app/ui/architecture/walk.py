"""A digit on its way through the network: what every block makes of it, and the answer."""

import numpy as np
import streamlit as st

from inference import NetworkUnavailable, Prediction
from ui import results
from ui.architecture.class_maps import show_class_maps
from ui.architecture.closer import look_closer
from ui.architecture.explain import strongest
from ui.architecture.weights import network_weights
from ui.charts import probability_chart, show_chart
from ui.digit_choice import choose_digit, has_last_digit
from ui.page import link
from ui.pictures import data_url, mosaic, shown
from ui.texts import said, text
from ui.words import block_title, percent, shape

TILE = 108  # pixels: the whole way in one line on a tablet, in two on a phone
SHOWN_MAPS = 16
CHART = 480  # pixels: ten bars need no more


def show_walk() -> None:
    """Show what speaks for the answer to a digit, and its whole way there; which digit, the person chooses."""
    try:
        network = results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        return
    first, second = st.columns([5, 3], gap="large")
    with second:  # on a phone it stands below: the map is what most come for
        digit = choose_digit()
        if not has_last_digit():
            st.caption(text("walk.hint"))
            link("prediction", text("walk.read_one"))
    if digit is None:
        return
    prediction, maps = network.predict(digit), network.feature_maps(digit)
    weights = network_weights()
    if weights.head is not None:
        with first:
            show_class_maps(digit, list(maps.values())[-1], weights.head, prediction)
    _show_strip(digit, maps, prediction)
    with st.container(width=CHART):
        show_chart(probability_chart(prediction.probabilities), alt=text("answer.probabilities_alt"))
    look_closer(digit, maps, weights.filters)


def _show_strip(digit: np.ndarray, maps: dict[str, np.ndarray], prediction: Prediction) -> None:
    """Show the digit, the strongest maps of each block, and the answer, from left to right."""
    st.subheader(text("walk.strip"), anchor=False)
    with st.container(horizontal=True):
        _tile(text("walk.digit"), digit, shape([*digit.shape, 1]), text("walk.digit_alt"))
        for name, block in maps.items():
            title = block_title(name)
            best = mosaic(block[..., strongest(block, SHOWN_MAPS)])
            _tile(title, best, shape(block.shape), text("walk.strip_alt", block=title, count=SHOWN_MAPS))
        with st.container(width=TILE):
            st.metric(text("walk.answer"), str(prediction.digit))
            st.caption(text("walk.confidence", confidence=percent(prediction.confidence)))
    st.caption(text("walk.strip_hint", count=SHOWN_MAPS))


def _tile(title: str, image: np.ndarray, words: str, alt: str) -> None:
    with st.container(width=TILE, gap="xxsmall"):
        st.image(data_url(shown(image, 2 * TILE), exact=True), width=TILE, alt=alt)
        st.markdown(f"**{title}**")
        st.caption(words)
