"""The first page: what DigitLens does, and how well."""

import streamlit as st

from ui.home import show_headline, show_links, show_sample
from ui.page import open_page
from ui.texts import text

open_page("home")
st.markdown(text("home.intro"))
show_sample()
show_links()
show_headline()
st.caption(text("page.private"))
