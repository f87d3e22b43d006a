"""The training, epoch by epoch."""

import streamlit as st

from ui import results
from ui.charts import show_chart, training
from ui.figures import show_missing
from ui.texts import text
from ui.words import duration

HISTORY = "mnist_cnn_history.csv"


def show_curves() -> None:
    """Show accuracy and loss over the epochs."""
    history = results.history()
    st.subheader(text("performance.curves"), anchor=False)
    if history is None:
        show_missing(text("performance.no_curves"), HISTORY, "python -m training.train mnist_cnn")
        return
    learnt, held_back = text("performance.on_training"), text("performance.on_validation")
    left, right = st.columns(2, gap="large")
    with left:
        shares = training.error_chart(history, {"accuracy": learnt, "val_accuracy": held_back})
        show_chart(shares, alt=text("performance.errors_alt"))
    with right:
        losses = training.loss_chart(history, {"loss": learnt, "val_loss": held_back})
        show_chart(losses, alt=text("performance.loss_alt"))
    facts = [text("performance.epochs", count=len(history))]
    if all("seconds" in row for row in history):
        facts.append(duration(sum(row["seconds"] for row in history)))
    st.caption(text("performance.curves_hint", facts=", ".join(facts), file=f"models/{HISTORY}"))
