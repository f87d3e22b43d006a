"""How well the network does on MNIST's test images: the accuracy, and how it was measured."""

import streamlit as st

from inference import NetworkUnavailable
from ui import results
from ui.figures import show_figures, show_missing
from ui.texts import said, text
from ui.words import interval, number, percent, significant

EVALUATION = "mnist_cnn_evaluation.json"


def show_test_figures() -> None:
    """Show the accuracy on MNIST's test images with its interval, on validation, and the errors as a count."""
    evaluation = results.evaluation()
    if evaluation is None:
        show_missing(text("performance.test_missing"), EVALUATION, "make evaluate")
    warn_of_another_network()
    figures = []
    if evaluation is not None:
        test = evaluation["test"]
        wrong = round(test["images"] * (1 - test["accuracy"]))
        figures.append((text("performance.test"), percent(test["accuracy"], 2), interval(test["interval"], 2)))
        among = text("performance.among", count=number(test["images"]))
        figures.append((text("performance.errors"), number(wrong), among))
    try:
        validation = results.card().get("validation") or {}
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        validation = {}
    if "accuracy" in validation:
        held_back = text("performance.held_back", count=number(validation["images"]))
        figures.append((text("performance.validation"), percent(validation["accuracy"], 2), held_back))
    show_figures(figures)


def warn_of_another_network() -> None:
    """Say so where the figures belong to another network than the one that is here."""
    if results.evaluated_another_network():
        st.warning(text("performance.earlier_network"))


def show_how_it_was_measured() -> None:
    """Show which file was asked, and how far the one that was trained is from it."""
    evaluation = results.evaluation()
    if evaluation is None:
        return
    words = [text("performance.through_onnx", file=f"models/{EVALUATION}")]
    if "keras_onnx_difference" in evaluation:
        difference = significant(evaluation["keras_onnx_difference"])
        words.append(text("performance.keras_differs", difference=difference))
    st.caption(" ".join(words))
