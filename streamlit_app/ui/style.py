"""The pages' own CSS, all but that of the sheet to draw on: only what no element of Streamlit's has a setting for."""

import streamlit as st

RULES = (
    # A table wider than its place scrolls in itself, not the page with it; a picture in it keeps its size.
    "[data-testid=stMarkdownContainer]:has(> table) { overflow-x: auto }",
    "[data-testid=stMarkdownContainer] td img { max-width: none }",
    # Every format that is read is named, on several lines where one is too short.
    "[data-testid=stFileUploaderDropzoneInstructions] span { white-space: normal }",
    # The photo that was given: as large as fits beside its answer on a desktop, and above it on a phone. Streamlit sets
    # an image's width alone, the same on every screen.
    ".st-key-given_photo img { width: auto !important; max-height: 260px }",
    "@media (max-width: 640px) { .st-key-given_photo img { max-height: 340px } }",
    # A number that was read, as large as a single digit's answer.
    ".st-key-number_read code { font-size: 2rem }",
)


def apply_style() -> None:
    """Give the page its CSS; it takes no room."""
    st.html(f"<style>{' '.join(RULES)}</style>")
