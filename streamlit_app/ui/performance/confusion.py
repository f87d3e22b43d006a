"""Which digits are taken for which, and how well each one is read."""

import streamlit as st

from ui import results
from ui.charts import show_chart
from ui.charts.confusion import confusion_chart
from ui.figures import show_table
from ui.performance.misread import CHART, choose_clicked, show_misread
from ui.performance.on_mnist import EVALUATION
from ui.texts import text
from ui.words import percent


def show_confusion() -> None:
    """Show the matrix, and beside it the images of a chosen cell."""
    evaluation = results.evaluation()
    if evaluation is None:
        return
    left, right = st.columns([4, 3], gap="medium")
    with left:
        st.subheader(text("performance.confusion"), anchor=False)
        chart, words = confusion_chart(evaluation["confusion"]), text("performance.confusion_alt")
        show_chart(chart, alt=words, key=CHART, on_select=choose_clicked)
        st.caption(text("performance.confusion_hint", file=f"models/{EVALUATION}"))
    with right:
        show_misread(evaluation.get("misread") or [])


def show_per_class() -> None:
    """Show how well each digit is read."""
    evaluation = results.evaluation()
    if evaluation is None:
        return
    st.subheader(text("performance.per_class"), anchor=False)
    show_table(
        [
            {
                text("performance.digit"): str(row["digit"]),
                text("performance.recall"): _share(row["recall"]),
                text("performance.precision"): _share(row["precision"]),
            }
            for row in evaluation["per_class"]
        ]
    )
    st.caption(text("performance.per_class_hint", file=f"models/{EVALUATION}"))


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value, 2)
