"""Damaged images (MNIST-C): how often each network misreads them, and a digit of one's own to damage."""

import numpy as np
import streamlit as st

from inference import NetworkUnavailable
from inference.classifier import network_names
from ui import results
from ui.charts import show_chart
from ui.charts.shares import points_chart
from ui.digit_choice import choose_digit
from ui.figures import show_figures, show_missing, show_table, source
from ui.performance.corruptions import CORRUPTIONS, corrupted
from ui.pictures import picture
from ui.texts import said, text
from ui.words import number, percent

MNIST_C = "mnist_c.csv"
MEAN = "mean"
BOX = 170
FIVE = 145  # pixels: five figures beside each other on a desktop
SHOWN_FIRST = "brightness"  # where the networks differ most
STRONG = 0.5


def show_damaged() -> None:
    """Show the errors by corruption, then the corruptions themselves on a digit of the person's choice."""
    _show_measured()
    st.subheader(text("damaged.try"), anchor=False)
    st.caption(text("damaged.try_hint"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        digit = choose_digit()
    if digit is not None:
        with right:
            _show_try(digit)


def _show_measured() -> None:
    st.subheader(text("damaged.title"), anchor=False)
    rows = results.table(MNIST_C)
    if rows is None:
        show_missing(text("performance.not_measured"), MNIST_C, "make evaluate")
        return
    networks = [column for column in rows[0] if column != "corruption"]
    means = next((row for row in rows if row["corruption"] == MEAN), None)
    st.markdown(text("damaged.what"))
    if means:
        show_figures([(name, percent(float(means[name])), text("damaged.mean")) for name in networks], FIVE)
    errors = [row for row in rows if row["corruption"] != MEAN]
    errors.sort(key=lambda row: float(row[networks[0]]), reverse=True)
    points = [
        {"name": _name(row["corruption"]), "series": name, "share": float(row[name])}
        for row in errors
        for name in networks
    ]
    show_chart(points_chart(points, text("damaged.errors"), networks), alt=text("damaged.alt"))
    measured = (results.evaluation() or {}).get("mnist_c", {})
    facts = [text("damaged.images", count=number(measured["images"]))] if "images" in measured else []
    st.caption(source(MNIST_C, facts))


def _name(corruption: str) -> str:
    known = corruption in CORRUPTIONS
    return text(f"corruption.{corruption}") if known else corruption.replace("_", " ").capitalize()


@st.fragment
def _show_try(digit: np.ndarray) -> None:
    names = {name: text(f"corruption.{name}") for name in CORRUPTIONS}
    first = list(names).index(SHOWN_FIRST)
    name = st.selectbox(text("damaged.which"), names, first, format_func=names.get, key="corruption")
    strength = st.slider(text("damaged.strength"), 0.0, 1.0, STRONG, 0.05, key="corruption_strength")
    image = corrupted(digit, name, strength)
    with st.container(horizontal=True):
        picture(digit, text("damaged.before"), box=BOX, alt=text("walk.digit_alt"))
        picture(image, names[name], box=BOX, alt=text("damaged.after_alt", name=names[name]))
    rows = []
    for network in network_names():
        try:
            before, after = results.classifier(network).probabilities(np.stack([digit, image]))
        except NetworkUnavailable as error:
            st.caption(said(str(error)))
            continue
        first, now = int(before.argmax()), int(after.argmax())
        was = "" if now == first else f" ({text('damaged.was', digit=first)})"
        rows.append(
            {
                text("charts.network"): f"`{network}`",
                text("damaged.reads"): f"**{now}**{was}",
                text("answer.confidence"): percent(float(after[now])),
            }
        )
    if rows:
        show_table(rows)
