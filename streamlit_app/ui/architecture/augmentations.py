"""The augmentations, sampled live on a digit, each version read by the network at once."""

import numpy as np
import streamlit as st

from inference import NetworkUnavailable
from inference.augmentation import OPERATIONS, augment
from inference.classifier import Classifier
from ui import results
from ui.digit_choice import choose_digit
from ui.pictures import picture
from ui.texts import said, text
from ui.words import percent

RECIPE = "recipe"
SAMPLES = 12
BOX = 104  # pixels: three beside each other on a phone
SEED = "augmentation_seed"  # in the session's state


def show_augmentations(card: dict) -> None:
    """Show what the augmentations make of a digit of the person's choice."""
    st.subheader(text("augmentation.title"), anchor=False)
    st.caption(text("augmentation.hint"))
    try:
        network = results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        digit = choose_digit()
    with right:
        if digit is not None:
            _show_samples(digit, network, recipe(card))


def recipe(card: dict) -> dict[str, float]:
    """Return how often the network's training applied each augmentation, as its card says it."""
    shares = card.get("made", {}).get("settings", {}).get("augmentation", {})
    return {name: share for name, share in shares.items() if name in OPERATIONS}


@st.fragment
def _show_samples(digit: np.ndarray, network: Classifier, shares: dict[str, float]) -> None:
    names = {name: text(f"augmentation.{name}") for name in OPERATIONS}
    if shares:
        names = {RECIPE: text("augmentation.recipe"), **names}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = {"format_func": names.get, "key": "augmentation", "width": 380}
        name = st.selectbox(text("augmentation.which"), names, **options)
        st.button(text("augmentation.again"), on_click=_again)
    answer = network.predict(digit).digit
    rng = np.random.default_rng(st.session_state.get(SEED, 0))
    label = OPERATIONS[name].digit if name != RECIPE else None
    labels = np.full(SAMPLES, answer if label is None else label)
    made = augment(np.stack([digit] * SAMPLES), labels, shares if name == RECIPE else {name: 1.0}, rng)
    with st.container(horizontal=True):
        for image, given in zip(made.astype(np.uint8), network.probabilities(made), strict=True):
            best = int(given.argmax())
            caption = text("augmentation.read", digit=best, confidence=percent(float(given[best])))
            picture(image, caption, box=BOX, alt=text("augmentation.alt", words=names[name]))
    if name in shares:
        st.caption(text("augmentation.share", share=percent(shares[name])))


def _again() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1
