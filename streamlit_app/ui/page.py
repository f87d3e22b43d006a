"""The frame of every page."""

import streamlit as st

from ui.icon import icon
from ui.memory import keep_uploads_in_memory, return_large_blocks


def open_page(title: str) -> None:
    """Set up the page and write its title: the first call of every page."""
    keep_uploads_in_memory()
    return_large_blocks()
    st.set_page_config(page_title=f"{title} · DigitLens", page_icon=icon(), layout="wide")
    st.title(title, anchor=False)
