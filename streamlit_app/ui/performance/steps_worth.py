"""What each of the eleven steps is worth: everything read once with all of them, and once without each."""

import streamlit as st

from inference.steps import STEPS
from ui import results
from ui.figures import show_missing, show_table, source
from ui.texts import said, step_words, text
from ui.words import duration, percent

ABLATION = "ablation.json"
PARTS = ("tune", "report")  # of the real digits: used in development, kept apart


def show_steps_worth() -> None:
    """Show the ablation: the accuracy without each step."""
    st.subheader(text("steps_worth.title"), anchor=False)
    measured = results.measured(ABLATION)
    if measured is None:
        show_missing(text("performance.not_measured"), ABLATION, "make ablation")
        return
    st.markdown(text("steps_worth.what"))
    show_table(
        [
            {
                text("steps_worth.without"): _without(row),
                text("steps_worth.scenes"): _accuracy(row, "scenes"),
                text("steps_worth.real"): " / ".join(_accuracy(row, part) for part in PARTS),
            }
            for row in measured["rows"]
        ]
    )
    first = measured["rows"][0]
    totals = {name: first[name]["total"] if name in first else 0 for name in ("scenes", *PARTS)}
    st.caption(source(ABLATION, [measured["date"], text("steps_worth.images", **totals)]))


def _accuracy(row: dict, images: str) -> str:
    return percent(row[images]["accuracy"]) if images in row else "–"


def _without(row: dict) -> str:
    """Return the step that is left out, with what stands in its place; where none is, how everything was read."""
    if row["number"] is None:
        return f"– ({said(row['how'])}, {duration(row['milliseconds'] / 1000)})"
    title, _ = step_words(STEPS[row["number"] - 1])
    how = row["how"].split("; ")[1:]  # what the step is replaced by, after "no rembg"
    return f"**{row['number']} · {title}**" + (f" – {said(how[0])}" if how else "")
