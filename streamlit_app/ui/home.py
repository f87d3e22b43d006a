"""The parts of the first page."""

import streamlit as st

from inference import Config
from inference.steps import STEPS
from ui import results
from ui.answer import read
from ui.inputs import SAMPLE_DIGIT, Photo
from ui.pictures import picture
from ui.samples import paper_photo
from ui.settings import Settings
from ui.words import duration, interval, percent

PAGES = (
    ("pages/1_Prediction.py", "Read a digit", "Upload a photo, use the camera, draw, or take an image of MNIST."),
    ("pages/2_Architecture.py", "See how it is built", "The network, layer by layer, and what it sees in a digit."),
    ("pages/3_Performance.py", "See how well it does", "Accuracy on MNIST and on real photos, and every error."),
)
BOX = 190
FIGURE_WIDTH = 171  # two beside each other on a phone


def show_sample() -> None:
    """Read our own sample photo, here and now, and show it before, in between and after."""
    answer = read(Photo(paper_photo(SAMPLE_DIGIT)), Settings(Config(rembg="never"), tta=False))
    with st.container(horizontal=True, gap="large", vertical_alignment="center"):
        picture(answer.original, "A photo", box=BOX, alt="A photo of a handwritten digit on squared paper")
        if answer.digit is not None:
            caption = f"After {len(STEPS)} steps"
            picture(answer.digit, caption, box=BOX, alt="The same digit, white on black, 28×28 pixels")
        with st.container(width=BOX):
            if answer.prediction is None:
                st.warning(answer.problem or "No digit was found.")
            else:
                st.metric("Read as", str(answer.prediction.digit))
                st.metric("Confidence", percent(answer.prediction.confidence))
                st.caption(f"Read just now, in {duration(answer.elapsed_ms / 1000)}.")


def show_links() -> None:
    """Show where to go from here."""
    for column, (page, label, words) in zip(st.columns(len(PAGES)), PAGES, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{label}**")
            st.caption(words)


def show_figures() -> None:
    """Show the headline figures that are there."""
    evaluation, photos = results.evaluation(), results.photos()
    figures = []
    if evaluation:
        figures.append(("MNIST test images", evaluation["test"]["images"], evaluation["test"]))
    for name, category in ((photos or {}).get("categories") or {}).items():
        figures.append((f"Real digits: {name}", category["total"], category))
    st.subheader("Read right", anchor=False)
    if not evaluation:
        st.caption("The accuracy on MNIST is not measured yet: `make evaluate` does it.")
    with st.container(horizontal=True):
        for label, total, measured in figures:
            with st.container(width=FIGURE_WIDTH, gap="xxsmall"):
                st.metric(label, percent(measured["accuracy"], 2))
                st.caption(f"of {total:,}  \n95 % interval {interval(measured['interval'])}")
