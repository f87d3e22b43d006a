"""The parts of the first page."""

import streamlit as st

from inference import Config
from inference.samples import photo
from inference.steps import STEPS
from ui import results
from ui.answer import read
from ui.examples import SAMPLE_DIGIT
from ui.figures import show_figures
from ui.given import Photo
from ui.page import PAGES, link
from ui.pictures import picture
from ui.settings import Settings
from ui.texts import said, text
from ui.words import decimals, duration, interval, number, percent

SAMPLE_DIGITS = (SAMPLE_DIGIT, 7, 2, 9, 0, 3, 8, 1, 6, 5)  # in the order in which they are shown
SHOWN = "sample_shown"  # in the session's state: how often another one was asked for
BOX = 170  # pixels: two beside each other on a phone


def show_sample() -> None:
    """Read our own sample photo, here and now, and show it before, in between and after."""
    place = st.session_state.get(SHOWN, 0)
    digit = SAMPLE_DIGITS[place % len(SAMPLE_DIGITS)]
    answer = read(Photo(photo(digit, seed=place)), Settings(Config(rembg="never"), tta=False))
    with st.container(horizontal=True, vertical_alignment="center"):
        picture(answer.original, text("home.photo"), box=BOX, alt=text("home.photo_alt"))
        if answer.digit is not None:
            caption = text("home.after_steps", count=len(STEPS))
            picture(answer.digit, caption, box=BOX, alt=text("home.after_steps_alt"))
        if answer.prediction is None:
            st.warning(said(answer.problem) or text("answer.none_found"), width=2 * BOX)
            return
        with st.container(width=2 * BOX):
            with st.container(horizontal=True):
                st.metric(text("home.read_as"), str(answer.prediction.digit), width=100)
                st.metric(text("answer.confidence"), percent(answer.prediction.confidence), width="content")
            st.caption(text("home.just_now", duration=duration(answer.elapsed_ms / 1000)))
            st.button(text("home.another"), on_click=_show_another)


def _show_another() -> None:
    st.session_state[SHOWN] = st.session_state.get(SHOWN, 0) + 1


def show_links() -> None:
    """Show where to go from here."""
    others = [name for name in PAGES if name != "home"]
    for column, name in zip(st.columns(len(others)), others, strict=True):
        with column, st.container(border=True, height="stretch"):
            link(name, f"**{text(f'home.{name}_link')} →**")
            st.caption(text(f"home.{name}_words"))


def show_headline() -> None:
    """Show how many digits are read right, as far as it was measured."""
    evaluation, photos = results.evaluation(), results.photos() or {}
    measured = [(text("home.mnist"), evaluation["test"]["images"], evaluation["test"])] if evaluation else []
    kept_apart = photos.get("parts", {}).get("report")
    categories = kept_apart or photos.get("categories") or {}
    for name, label in (("photos", text("home.photos")), ("all", text("home.all"))):
        if name in categories:
            measured.append((label, categories[name]["total"], categories[name]))
    st.subheader(text("home.headline"), anchor=False)
    if not evaluation:
        st.caption(text("home.not_measured"))
    show_figures(
        [
            (
                label,
                percent(row["accuracy"], decimals(total)),
                f"{text('home.of_images', count=number(total))}  \n{interval(row['interval'], decimals(total))}",
            )
            for label, total, row in measured
        ]
    )
    if kept_apart:
        st.caption(text("home.kept_apart"))
