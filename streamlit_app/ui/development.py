"""Why each technique is there, and what it brought: the development table, read from its file."""

import streamlit as st

from ui import results
from ui.figures import show_missing, show_table
from ui.texts import text
from ui.words import number, percent

DEVELOPMENT = "development.csv"
STAGES = ("three_blocks", "augmentation", "fourth_block", "label_smoothing", "ours", "second_stage")


def show_development(*, with_reasons: bool) -> None:
    """Show the networks of the development, each with one thing more than the one above it."""
    st.subheader(text("technique.title"), anchor=False)
    rows = results.table(DEVELOPMENT)
    if rows is None:
        show_missing(text("performance.not_measured"), DEVELOPMENT, "python -m training.development")
        return
    show_table([_line(row, before) for before, row in zip([None, *rows], rows, strict=False)])
    if with_reasons:
        reasons = [text(f"technique.{row['name']}_why") for row in rows if row["name"] in STAGES]
        st.markdown("\n".join(f"- {reason}" for reason in reasons))
    st.caption(text("technique.source", file=f"models/{DEVELOPMENT}", epochs=rows[0]["epochs"]))


def _line(row: dict[str, str], before: dict[str, str] | None) -> dict[str, str]:
    name = row["name"]
    title = text(f"technique.{name}") if name in STAGES else row["title"]
    gained = ""
    if before is not None:
        gain = 100 * (_share(row, "validation") - _share(before, "validation"))
        gained = f" ({number(gain, 2, signed=True)})"
    return {
        text("technique.step"): f"{title} · {number(int(row['parameters']))}",
        text("technique.validation"): f"{percent(_share(row, 'validation'), 2)}{gained}",
        text("technique.corrupted"): percent(float(row["own_corruptions_error"])),
        text("technique.test"): percent(_share(row, "test"), 2),
    }


def _share(row: dict[str, str], of: str) -> float:
    return float(row[f"{of}_accuracy"])
