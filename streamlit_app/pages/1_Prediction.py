"""Give a digit in one of several ways, or many at once, and see what is read, how sure it is, and why."""

import streamlit as st

from inference import PhotoError
from ui.answer import read_once, remember
from ui.checks import ask_check, show_history
from ui.compare import offer_networks
from ui.given import Photo
from ui.history import record
from ui.inputs import MANY, MODES, Mode, ask_mode
from ui.many_page import show_many
from ui.number import offer_number
from ui.page import link, open_page
from ui.settings import Settings, ask_settings
from ui.show import show_answer, show_details
from ui.texts import said, text


def show_one(mode: Mode, settings: Settings) -> None:
    """Ask for one digit: the input on the left, the answer on the right, all the rest below."""
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
        show_answer(answer)
        entry = record(given, answer)
        if entry is not None and entry.is_own:
            ask_check(entry)
        if answer.prediction is not None:
            link("architecture", text("answer.why"))
    if isinstance(given, Photo) and answer.prediction is not None:
        offer_number(given, answer, settings)
    offer_networks(answer, tta=settings.tta)
    show_details(answer)


open_page("prediction")
name = ask_mode()
settings = ask_settings(of_photos=name == MANY or MODES[name].gives_photos)
if name == MANY:
    show_many(settings)
else:
    show_one(MODES[name], settings)
st.caption(text("page.private"))
show_history()
