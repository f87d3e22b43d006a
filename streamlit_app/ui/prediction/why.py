"""From an answer to its reasons: what in the digit speaks for it, on the page Architecture."""

import numpy as np
import streamlit as st

from ui.answer import LAST_DIGIT, Answer
from ui.digit_choice import look_at_last
from ui.page import PAGES
from ui.rooms import open_room
from ui.texts import address_of_language, text


def offer_why(answer: Answer, key: str = "why") -> None:
    """Offer to go where the reasons for an answer are seen."""
    if answer.prediction is None:
        return
    if st.button(text("answer.why"), key=key, icon=":material/help:", on_click=_aim, args=(answer.digit,)):
        st.switch_page(PAGES["architecture"], query_params=address_of_language())


def _aim(digit: np.ndarray) -> None:
    """Have the page open where the reasons are, at this digit, whatever was looked at there before."""
    st.session_state[LAST_DIGIT] = digit
    look_at_last()
    open_room("architecture", "walk")
