"""Give a digit in one of four ways, and see what is read, how sure it is, and why."""

import streamlit as st

from inference import PhotoError
from ui.answer import read, remember
from ui.inputs import MODES
from ui.number import offer_number
from ui.page import open_page
from ui.settings import ask_settings
from ui.show import show_answer, show_details
from ui.texts import said, text

open_page("prediction")
titles = {name: text(f"input.{name}") for name in MODES}
mode = MODES[
    st.segmented_control(
        text("input.mode"),
        titles,
        format_func=titles.get,
        default="upload",
        required=True,
        key="mode",
        persist_state="session",
        label_visibility="collapsed",
    )
]
settings = ask_settings(of_photos=mode.gives_photos)
left, right = st.columns(2, gap="medium")
with left:
    given = mode.ask()
    st.caption(text("page.private"))
answer = None
with right:
    if given is None:
        st.caption(text("answer.here"))
    else:
        try:
            answer = read(given, settings)
        except PhotoError as error:
            st.error(said(error.message))
        else:
            remember(answer)
            show_answer(answer)
if answer is not None:
    if answer.trace and answer.prediction is not None:
        offer_number(answer)
    show_details(answer)
