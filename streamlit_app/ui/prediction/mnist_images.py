"""MNIST's test images: by their place, any at random, or one of those that the network misreads."""

import random

import streamlit as st

from inference.mnist import MnistUnavailable
from ui import results
from ui.given import TestImage
from ui.pictures import picture
from ui.texts import said, text
from ui.words import number

INDEX, BOXES = "mnist_index", "mnist_choices"  # in the session's state: the image, and which box shows its place


def ask_test_image() -> TestImage | None:
    """Show the ways to choose a test image, and the one that is chosen."""
    try:
        images, labels = results.mnist_test()
    except MnistUnavailable as error:
        st.info(said(str(error)))
        if results.may_download_mnist() and st.button(text("input.mnist_download")):
            _download()
        return None
    index = st.number_input(
        text("input.mnist_index", last=number(len(images) - 1)),
        0,
        len(images) - 1,
        st.session_state.setdefault(INDEX, 0),
        key=f"{INDEX}_{st.session_state.setdefault(BOXES, 0)}",
        width=224,
    )
    st.session_state[INDEX] = index
    with st.container(horizontal=True):
        st.button(text("input.mnist_random"), on_click=_choose, args=(range(len(images)),))
        if misread := results.misread():
            st.button(text("input.mnist_misread"), on_click=_choose, args=(misread,))
    picture(images[index], "", box=224, alt=text("input.mnist_alt", index=index))
    st.caption(text("input.mnist_label", label=labels[index]))
    return TestImage(images[index], int(labels[index]), f"MNIST {index}")


def _choose(places: range | list[int]) -> None:
    st.session_state[INDEX] = random.choice([place for place in places if place != st.session_state[INDEX]])
    # A new box: the one there may hold a number that is out of range, and would go on showing it.
    st.session_state[BOXES] += 1


def _download() -> None:
    try:
        with st.spinner(text("input.mnist_downloading")):
            results.download_mnist()
    except MnistUnavailable as error:
        st.error(said(str(error)))
    else:
        st.rerun()
