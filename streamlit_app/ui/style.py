"""The pages' own CSS, all of it: only what no element of Streamlit's has a setting for."""

import streamlit as st

RULES = (
    # A table wider than its place scrolls in itself, not the page with it; a picture in it keeps its size.
    "[data-testid=stMarkdownContainer]:has(> table) { overflow-x: auto }",
    "[data-testid=stMarkdownContainer] td img { max-width: none }",
    # Every format that is read is named, on several lines where one is too short.
    "[data-testid=stFileUploaderDropzoneInstructions] span { white-space: normal }",
)


def apply_style() -> None:
    """Give the page its CSS; it takes no room."""
    st.html(f"<style>{' '.join(RULES)}</style>")
