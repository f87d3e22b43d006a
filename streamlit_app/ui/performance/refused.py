"""What is no digit: how much of it is refused, and how many digits are refused with it."""

import streamlit as st

from ui import results
from ui.figures import show_missing, show_table, source
from ui.texts import text
from ui.words import interval, number, percent

VERDICTS = "verdicts.json"
REPORTED = "report"  # the half that nothing was chosen on
DIGITS = ("digits", "people's photos")
OTHERS = ("letters", "symbols", "kana", "scribbles", "shapes", "textures", "pictures", "look_alikes")


def show_refused() -> None:
    """Show which share of each kind is called no digit, on the half that nothing was chosen on."""
    st.subheader(text("refused.title"), anchor=False)
    measured = results.measured(VERDICTS)
    if measured is None:
        show_missing(text("performance.not_measured"), VERDICTS, "make verdicts")
        return
    st.markdown(text("refused.what"))
    kinds = {row["of"]: row for row in measured["verdicts"] if row["half"] == REPORTED}
    rows = [_line(name.replace("'", "").replace(" ", "_"), kinds[name]) for name in (*DIGITS, *OTHERS) if name in kinds]
    if rows:
        show_table(rows)
    st.caption(source(VERDICTS, [measured["date"]]))


def _line(name: str, row: dict) -> dict[str, str]:
    return {
        text("refused.shown"): text(f"refused.{name}"),
        text("performance.images"): number(row["photos"]),
        text("refused.refused"): f"**{percent(row['refused'])}** ({interval(row['refused_interval'])})",
    }
