"""Headline figures: a number, what it is, and what it rests on."""

import streamlit as st

WIDTH = 170  # pixels: two beside each other on a phone, four on a desktop


def show_figures(figures: list[tuple[str, str, str]]) -> None:
    """Show each (label, value, note) in a row that wraps where the screen is narrow."""
    with st.container(horizontal=True):
        for label, value, note in figures:
            with st.container(width=WIDTH, gap="xxsmall"):
                st.metric(label, value)
                if note:
                    st.caption(note)
