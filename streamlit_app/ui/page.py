"""The frame of every page."""

import streamlit as st

from ui.icon import icon


def open_page(title: str) -> None:
    """Set up the page and write its title: the first call of every page."""
    st.set_page_config(page_title=f"{title} · DigitLens", page_icon=icon(), layout="wide")
    st.title(title, anchor=False)
