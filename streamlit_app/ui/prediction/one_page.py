"""One digit, or one number: the input on the left, the answer on the right, all the rest below."""

import streamlit as st

from inference import PhotoError
from ui.answer import Answer, read_once, remember
from ui.given import Photo, TestImage
from ui.prediction.checks import ask_check
from ui.prediction.compare import offer_networks
from ui.prediction.history import Entry, record
from ui.prediction.inputs import Mode
from ui.prediction.number import ask_for_number, look_into, offer_number, read_number_once, show_number
from ui.prediction.show import show_details, show_guesses, show_verdict
from ui.prediction.why import offer_why
from ui.settings import Settings
from ui.texts import said, text


def show_one(mode: Mode, settings: Settings) -> None:
    """Ask for a digit or a number, and show what is read: the number first, where one is wanted."""
    left, right = st.columns(2, gap="medium")
    with left:
        given = mode.ask()
    with right:
        if given is None:
            st.caption(text("answer.here"))
            return
        try:
            answer = read_once(given, settings)
        except PhotoError as error:
            st.error(said(error.message))
            return
    remember(answer)
    entry = record(given, answer)
    with right:
        first = st.container()  # above the switch that decides what it shows: on a phone close to the input
        number = read_number_once(given, answer) if ask_for_number(given, answer) else None
    with first:
        if number is None:
            _show_digit(given, answer, entry)
        else:
            chosen = show_number(number, given)
    if number is None:
        _show_rest(answer, settings)
        return
    if chosen is not None:
        look_into(number, chosen, settings)
    with st.expander(text("read_number.as_digit")):
        _show_digit(given, answer, entry)
        _show_rest(answer, settings)


def _show_digit(given: Photo | TestImage, answer: Answer, entry: Entry | None) -> None:
    show_verdict(answer)
    offer_number(given, answer)
    show_guesses(answer)
    if entry is not None:
        ask_check(entry)
    offer_why(answer)


def _show_rest(answer: Answer, settings: Settings) -> None:
    offer_networks(answer, tta=settings.tta)
    show_details(answer)
