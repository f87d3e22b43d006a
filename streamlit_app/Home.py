"""The first page: what DigitLens does, and how well."""

import streamlit as st

from ui.data_look import show_data
from ui.home import show_headline, show_links, show_sample
from ui.page import open_page
from ui.texts import text

open_page("home")
st.markdown(text("home.intro"))
show_sample()
show_links()
show_headline()
show_data()
st.caption(text("page.private"))
