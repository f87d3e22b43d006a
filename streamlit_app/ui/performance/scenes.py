"""Synthetic photos: how many are read right, by what makes them hard."""

import streamlit as st

from ui import results
from ui.charts import show_chart
from ui.charts.shares import intervals_chart
from ui.figures import show_figures, show_missing, source
from ui.texts import text
from ui.words import duration, interval, number, percent

SCENES = "scenes.json"
CONDITIONS = (
    *("paper", "thin_pen", "pencil", "coloured_ink", "uneven_light", "hard_shadow", "ruled", "squared", "boxed"),
    *("sheet_edge", "whiteboard", "blackboard", "light_on_dark", "cluttered", "textured", "defocus", "motion"),
    *("noisy", "far", "at_border", "tilted", "small_image", "mixed", "tight", "form", "squared_margin"),
)


def show_scenes() -> None:
    """Show the accuracy on synthetic photos: all, those called a digit, and each condition with its interval."""
    st.subheader(text("scenes.title"), anchor=False)
    measured = results.measured(SCENES)
    if measured is None:
        show_missing(text("performance.not_measured"), SCENES, "make scenes DIGITS=test")
        return
    st.markdown(text("scenes.what"))
    overall, sure = measured["overall"], measured["digit_verdicts"]
    images = text("home.of_images", count=number(overall["total"]))
    show_figures(
        [
            (text("scenes.overall"), percent(overall["accuracy"]), f"{images}  \n{interval(overall['interval'])}"),
            (text("scenes.sure"), percent(sure["accuracy"]), text("home.of_images", count=number(sure["total"]))),
            (text("scenes.time"), duration(measured["milliseconds"]["median"] / 1000), text("scenes.median")),
        ]
    )
    rows = [
        {
            "name": text(f"condition.{name}") if name in CONDITIONS else name.replace("_", " ").capitalize(),
            "share": row["accuracy"],
            "low": row["interval"][0],
            "high": row["interval"][1],
            "words": f"{percent(row['accuracy'])} ({interval(row['interval'])})",
        }
        for name, row in sorted(measured["conditions"].items(), key=lambda item: item[1]["accuracy"])
    ]
    low = min(row["low"] for row in rows)
    with st.container(width=760):
        show_chart(intervals_chart(rows, text("performance.accuracy"), low), alt=text("scenes.alt"))
    st.caption(source(SCENES, [measured["date"], text("performance.with_rembg", mode=measured["rembg"])]))
