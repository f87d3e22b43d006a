"""The first page: what DigitLens does, and how well."""

import streamlit as st

from ui.home import show_headline, show_links, show_sample
from ui.page import open_page

open_page("DigitLens")
st.markdown("It reads a **handwritten digit** from a photo, the camera or a drawing, and shows every step on the way.")
show_sample()
show_links()
show_headline()
st.caption("Private: nothing is stored. Photos are read in memory, on this server only.")
