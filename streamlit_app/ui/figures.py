"""Figures: as headlines, each with what it rests on, and as tables."""

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


def show_table(rows: list[dict[str, str]]) -> None:
    """Show rows with the same keys as a table, the keys as its head.

    As Markdown: Streamlit's own tables would import pandas and pyarrow, which costs 70 MB of memory.
    """
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *(row.values() for row in rows)]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
