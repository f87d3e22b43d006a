"""What is no digit: how much of it is refused, and how many digits are refused with it."""

import streamlit as st

from ui import results
from ui.figures import show_figures, show_missing, show_table, source
from ui.texts import is_known, text
from ui.words import between, interval, number, percent

VERDICTS = "verdicts.json"
REPORTED = "report"  # the half that nothing was chosen on
TOTAL = "all"  # the first word of what counts several kinds together
WIDTH = 300  # pixels: room for what it was measured on


def show_refused() -> None:
    """Show which share of each kind is called no digit, on the half that nothing was chosen on."""
    st.subheader(text("refused.title"), anchor=False)
    measured = results.measured(VERDICTS)
    if measured is None:
        show_missing(text("performance.not_measured"), VERDICTS, "make verdicts")
        return
    st.markdown(text("refused.what"))
    show_figures(total_figure(measured), WIDTH)
    none, digits = kinds(measured)
    if none:
        show_table([_line(row, text("refused.none")) for row in none])
    if digits:
        st.markdown(text("refused.digits_too"))
        show_table([_line(row, text("refused.are_digits")) for row in digits])
    unseen = ", ".join(map(_name, measured.get("never_chosen_on", ())))
    words = [text("refused.unseen", kinds=unseen)] if unseen else []
    st.caption(" ".join([*words, source(VERDICTS, [measured["date"]])]))


def total_figure(measured: dict) -> list[tuple[str, str, str]]:
    """Return how much of all that is no digit is refused, as a figure; nothing where the file does not count it."""
    return [
        (
            text("refused.all"),
            percent(row["refused"]),
            f"{text('refused.of_pictures', count=number(row['photos']))}  \n{interval(row['refused_interval'])}",
        )
        for row in _reported(measured)
        if _is_total(row)
    ]


def kinds(measured: dict) -> tuple[list[dict], list[dict]]:
    """Return what was reported of each kind that is no digit, and of each kind of digits, the weakest first.

    Whatever kinds the file holds: those of digits say so in their name, or some were read right.
    """
    rows = [row for row in _reported(measured) if not _is_total(row)]
    none, digits = [], []
    for row in sorted(rows, key=lambda row: row["refused"]):
        (digits if row["right"] or "digits" in row["of"] else none).append(row)
    return none, digits[::-1]


def _reported(measured: dict) -> list[dict]:
    """Return the rows of whole kinds; a part of a kind has another name than its kind."""
    return [row for row in measured["verdicts"] if row["half"] == REPORTED and row["of"] == row["kind"]]


def _is_total(row: dict) -> bool:
    return row["of"].split()[0] == TOTAL


def slug(kind: str) -> str:
    """Return the name of a kind as it stands in a text's key: "people's photos" is "peoples_photos"."""
    return kind.replace("'", "").replace(" ", "_")


def _name(kind: str) -> str:
    """Return what a kind of the file is called; one that has no text yet keeps its own name."""
    return text(f"refused.{slug(kind)}") if is_known(f"refused.{slug(kind)}") else kind.replace("_", " ").capitalize()


def _line(row: dict, title: str) -> dict[str, str]:
    called = row["verdicts"]["digit"] / row["photos"]
    return {
        title: f"{_name(row['of'])} ({number(row['photos'])})",
        text("refused.refused"): f"**{percent(row['refused'])}** ({between(row['refused_interval'])})",
        text("refused.called"): percent(called),
    }
