"""What each of the eleven steps is worth: everything read once with all of them, and once without each."""

import streamlit as st

from inference.steps import STEPS
from ui import results
from ui.figures import show_missing, show_table, source
from ui.texts import said, step_words, text
from ui.words import duration, percent

ABLATION = "ablation.json"
SETS = ("scenes", "tune", "report")


def show_steps_worth() -> None:
    """Show the ablation: the accuracy without each step."""
    st.subheader(text("steps_worth.title"), anchor=False)
    measured = results.measured(ABLATION)
    if measured is None:
        show_missing(text("performance.not_measured"), ABLATION, "make ablation")
        return
    st.markdown(text("steps_worth.what"))
    sets = [name for name in SETS if name in measured["rows"][0]]
    show_table(
        [
            {
                text("steps_worth.without"): _without(row),
                **{text(f"steps_worth.{name}"): percent(row[name]["accuracy"]) for name in sets},
                text("steps_worth.time"): duration(row["milliseconds"] / 1000),
            }
            for row in measured["rows"]
        ]
    )
    totals = [f"{text(f'steps_worth.{name}')}: {measured['rows'][0][name]['total']}" for name in sets]
    st.caption(source(ABLATION, [measured["date"], *totals]))


def _without(row: dict) -> str:
    """Return the step that is left out, with what stands in its place; where none is, how everything was read."""
    if row["number"] is None:
        return said(row["how"])
    title, _ = step_words(STEPS[row["number"] - 1])
    how = row["how"].split("; ")[1:]  # what the step is replaced by, after "no rembg"
    return f"**{row['number']} · {title}**" + (f": {said(how[0])}" if how else "")
