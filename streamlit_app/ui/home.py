"""The parts of the first page."""

import streamlit as st

from inference import Config
from inference.samples import photo
from inference.steps import STEPS
from ui import results
from ui.answer import read
from ui.figures import show_figures
from ui.inputs import SAMPLE_DIGIT, Photo
from ui.pictures import picture
from ui.settings import Settings
from ui.words import decimals, duration, interval, percent

PAGES = (
    ("pages/1_Prediction.py", "Read a digit →", "Upload a photo, use the camera, draw, or take an image of MNIST."),
    ("pages/2_Architecture.py", "See how it is built →", "The network, layer by layer, and what it sees in a digit."),
    ("pages/3_Performance.py", "See how well it does →", "Accuracy on MNIST and real photos, and what is confused."),
)
BOX = 170  # pixels: two beside each other on a phone


def show_sample() -> None:
    """Read our own sample photo, here and now, and show it before, in between and after."""
    answer = read(Photo(photo(SAMPLE_DIGIT)), Settings(Config(rembg="never"), tta=False))
    with st.container(horizontal=True, vertical_alignment="center"):
        picture(answer.original, "A photo", box=BOX, alt="A photo of a handwritten digit on squared paper")
        if answer.digit is not None:
            caption = f"After {len(STEPS)} steps"
            picture(answer.digit, caption, box=BOX, alt="The same digit, white on black, 28×28 pixels")
        if answer.prediction is None:
            st.warning(answer.problem or "No digit was found.", width=2 * BOX)
            return
        with st.container(width=2 * BOX):
            with st.container(horizontal=True):
                st.metric("Read as", str(answer.prediction.digit), width=100)
                st.metric("Confidence", percent(answer.prediction.confidence), width="content")
            st.caption(f"Read just now, in {duration(answer.elapsed_ms / 1000)}.")


def show_links() -> None:
    """Show where to go from here."""
    for column, (page, label, words) in zip(st.columns(len(PAGES)), PAGES, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{label}**")
            st.caption(words)


def show_headline() -> None:
    """Show how many digits are read right, as far as it was measured."""
    evaluation, photos = results.evaluation(), results.photos() or {}
    measured = [("MNIST test images", evaluation["test"]["images"], evaluation["test"])] if evaluation else []
    kept_apart = photos.get("parts", {}).get("report")
    categories = kept_apart or photos.get("categories") or {}
    for name, label in (("photos", "Real photos"), ("all", "Real digits, all kinds")):
        if name in categories:
            measured.append((label, categories[name]["total"], categories[name]))
    st.subheader("Read right", anchor=False)
    if not evaluation:
        st.caption("The accuracy on MNIST is not measured yet: `make evaluate` does it.")
    show_figures(
        [
            (
                label,
                percent(row["accuracy"], decimals(total)),
                f"of {total:,} images  \n{interval(row['interval'], decimals(total))}",
            )
            for label, total, row in measured
        ]
    )
    if kept_apart:
        st.caption("Real digits: only images that were kept apart from development. *Performance* shows all.")
