"""Several looks instead of one (TTA): what they gain, and what they cost."""

import streamlit as st

from ui import results
from ui.figures import show_figures
from ui.performance.on_mnist import EVALUATION
from ui.texts import text
from ui.words import number, percent, view


def show_tta() -> None:
    """Show what several looks instead of one gain and cost."""
    tta = (results.evaluation() or {}).get("tta")
    if not tta or "views" not in tta:  # figures of an earlier version, which the room has said
        return
    st.subheader(text("performance.tta"), anchor=False)
    show_figures(
        [
            (text("performance.one_look"), percent(tta["validation_accuracy_one_pass"], 2), ""),
            (text("performance.mean_of_looks"), percent(tta["validation_accuracy"], 2), ""),
            (text("performance.gain"), number(tta["gain_points"], 2, signed=True), ""),
            (text("performance.cost"), f"{number(tta['cost_ratio'], 1)} ×", ""),
        ]
    )
    views = "; ".join(map(view, tta["views"]))
    st.caption(text("performance.tta_hint", views=views, file=f"models/{EVALUATION}"))
