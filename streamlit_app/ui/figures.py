"""Figures: as headlines, each with what it rests on, and as tables."""

import streamlit as st

from ui.texts import text

WIDTH = 170  # pixels: two beside each other on a phone, four on a desktop


def show_figures(figures: list[tuple[str, str, str]], width: int = WIDTH) -> None:
    """Show each (label, value, note), so many pixels wide, in a row that wraps where the screen is narrow."""
    with st.container(horizontal=True):
        for label, value, note in figures:
            with st.container(width=width, gap="xxsmall"):
                st.metric(label, value)
                if note:
                    st.caption(note)


def show_table(rows: list[dict[str, str]]) -> None:
    """Show rows with the same keys as a table, the keys as its head.

    As Markdown: Streamlit's own tables would import pandas and pyarrow, which costs 70 MB of memory.
    """
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *(row.values() for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    st.markdown(table.replace(" %", "\u00a0%"))  # a narrow column shall not part a number from its sign


def show_missing(what: str, file: str, command: str) -> None:
    """Say that a file of models/ is not there, and which command makes it."""
    st.info(text("performance.missing", what=what, file=f"models/{file}", command=command))


def source(file: str, facts: list[str] | None = None) -> str:
    """Return from which file of models/ figures come, and under which conditions they were measured."""
    if not facts:
        return text("performance.source", file=f"models/{file}")
    return text("performance.source_and_facts", file=f"models/{file}", facts=", ".join(facts))
