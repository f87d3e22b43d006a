"""How long an answer takes, and what the server needs."""

import streamlit as st

from ui import results
from ui.figures import show_missing, show_table, source
from ui.performance.under_load import conditions, show_under_load
from ui.texts import said, text
from ui.words import duration, number

BENCHMARK = "benchmark.json"
SECONDS = {"s": 1, "ms": 1000}  # how many of a unit of time are a second


def show_speed() -> None:
    """Show how long an answer takes, beside the way of the project that this one learnt from."""
    benchmark = results.benchmark()
    st.subheader(text("performance.speed"), anchor=False)
    speed = (benchmark or {}).get("speed")
    if not speed:
        show_missing(text("performance.not_measured"), BENCHMARK, "make benchmark")
        return
    show_table(
        [
            {
                text("performance.what"): f"**{said(row['what'])}** · {said(row['way'])}",
                text("performance.median"): duration(row["median_ms"] / 1000),
                text("performance.times_faster"): number(row["times_faster"], 1) if row.get("times_faster") else "",
            }
            for row in speed
        ]
    )
    st.caption(f"{text('performance.speed_hint')} {source(BENCHMARK, conditions([benchmark]))}")
    _show_server(benchmark.get("server") or [])
    show_under_load()


def _show_server(rows: list[dict]) -> None:
    if not rows:
        return
    st.subheader(text("performance.server"), anchor=False)
    show_table(
        [
            {
                text("performance.what"): said(row["what"]),
                text("performance.measured"): _amount(row["value"], row["unit"]),
                text("performance.goal"): _amount(row["goal"], row["unit"]),
            }
            for row in rows
        ]
    )
    st.caption(source(BENCHMARK))


def _amount(value: float, unit: str) -> str:
    """Return a number with its unit, on one line however narrow the column is."""
    words = duration(value / SECONDS[unit]) if unit in SECONDS else f"{number(value)} {unit}"
    return words.replace(" ", "\u00a0")
