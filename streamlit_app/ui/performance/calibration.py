"""Whether the confidence can be believed: the reliability diagram, before and after calibration."""

import streamlit as st

from ui import results
from ui.charts import show_chart
from ui.charts.reliability import reliability_chart
from ui.performance.on_mnist import EVALUATION
from ui.texts import text
from ui.words import number, percent


def show_calibration() -> None:
    """Show how often answers of each confidence are right."""
    measured = (results.evaluation() or {}).get("calibration") or {}
    bins = {when: measured.get(when, {}).get("bins") for when in ("before", "after")}
    if not all(bins.values()):
        return
    st.subheader(text("calibration.title"), anchor=False)
    with st.container(width=640):
        names = {when: text(f"calibration.{when}") for when in bins}
        chart = reliability_chart({names[when]: rows for when, rows in bins.items()})
        show_chart(chart, alt=text("calibration.alt"))
    errors = {when: percent(measured[when]["ece"], 2) for when in bins}
    temperature = number(measured["temperature"], 2)
    st.caption(text("calibration.hint", **errors, temperature=temperature, file=f"models/{EVALUATION}"))
