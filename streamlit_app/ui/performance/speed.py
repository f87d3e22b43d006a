"""How long an answer takes, and what the server needs."""

import streamlit as st

from ui import results
from ui.figures import show_missing, show_table, source
from ui.performance.under_load import show_under_load
from ui.texts import said, text
from ui.words import duration, number

BENCHMARK = "benchmark.json"


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
                text("performance.what"): said(row["what"]),
                text("performance.way"): said(row["way"]),
                text("performance.median"): duration(row["median_ms"] / 1000),
                text("performance.times_faster"): number(row["times_faster"], 1) if row.get("times_faster") else "",
            }
            for row in speed
        ]
    )
    machine = benchmark.get("machine") or {}
    facts = [str(benchmark["date"])] if "date" in benchmark else []
    facts += [machine["processor"]] if "processor" in machine else []
    facts += [text("performance.cores", count=machine["cores"])] if "cores" in machine else []
    st.caption(source(BENCHMARK, facts))
    show_under_load()
