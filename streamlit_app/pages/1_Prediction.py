"""Give a digit in one of several ways, or many at once, and see what is read, how sure it is, and why."""

import streamlit as st

from ui.page import open_page
from ui.prediction.checks import show_history
from ui.prediction.inputs import MANY, MODES, ask_mode
from ui.prediction.many_page import show_many
from ui.prediction.one_page import show_one
from ui.settings import ask_settings
from ui.texts import text

open_page("prediction")
name = ask_mode()
settings = ask_settings(of_photos=name == MANY or MODES[name].gives_photos)
if name == MANY:
    show_many(settings)
else:
    show_one(MODES[name], settings)
st.caption(text("page.private"))
show_history()
