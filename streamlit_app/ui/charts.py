"""The charts: Altair, in the colours of the theme."""

from collections.abc import Callable

import altair as alt
import numpy as np
import streamlit as st

from ui.words import percent

HEIGHT = 240


def _text_colour() -> str:
    """The colour of text in the theme that is seen: labels inside a chart do not get it by themselves."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor") or "gray"


def probability_chart(probabilities: np.ndarray) -> alt.Chart:
    """Return ten bars, one a digit, with their probabilities (10,) as labels where there is something to say."""
    rows = [
        {"digit": str(digit), "probability": float(p), "label": percent(float(p)) if p >= 0.0005 else ""}
        for digit, p in enumerate(probabilities)
    ]
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("digit:N", title="Digit", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "probability:Q",
            title=None,
            scale=alt.Scale(domain=[0, 1.08]),
            axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[
            alt.Tooltip("digit:N", title="Digit"),
            alt.Tooltip("probability:Q", title="Probability", format=".2%"),
        ],
    )
    labels = base.mark_text(baseline="bottom", dy=-2, fontSize=10, color=_text_colour()).encode(text="label:N")
    return (base.mark_bar() + labels).properties(height=HEIGHT)


def loss_chart(history: list[dict[str, float]], series: dict[str, str]) -> alt.Chart:
    """Return the loss over the epochs; ``series``: column of the history -> its name in the legend."""
    return _curves(history, series, lambda loss: loss, "Loss", ".4f", alt.Scale(zero=False), alt.Axis(format=".2f"))


def error_chart(history: list[dict[str, float]], series: dict[str, str]) -> alt.Chart:
    """Return the share of errors over the epochs, from columns of accuracy, on a log scale: all of them near 1."""
    axis = alt.Axis(format="~p", values=[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
    return _curves(
        history, series, lambda accuracy: max(1 - accuracy, 1e-5), "Errors", ".2%", alt.Scale(type="log"), axis
    )


def _curves(
    history: list[dict[str, float]],
    series: dict[str, str],
    measure: Callable[[float], float],
    title: str,
    number: str,
    scale: alt.Scale,
    axis: alt.Axis,
) -> alt.Chart:
    rows = [
        {"epoch": int(row["epoch"]), "series": name, "value": measure(row[column])}
        for row in history
        for column, name in series.items()
        if column in row
    ]
    return (
        alt.Chart(alt.InlineData(rows))
        .mark_line(point=len(history) < 60)
        .encode(
            x=alt.X("epoch:Q", title="Epoch", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=title, scale=scale, axis=axis),
            color=alt.Color("series:N", title=None, sort=list(series.values()), legend=alt.Legend(orient="top")),
            tooltip=[
                alt.Tooltip("epoch:Q", title="Epoch"),
                alt.Tooltip("series:N", title="Images"),
                alt.Tooltip("value:Q", title=title, format=number),
            ],
        )
        .properties(height=280)
    )


def confusion_chart(confusion: list[list[int]]) -> alt.Chart:
    """Return the matrix (10, 10), rows the true digit; the errors are coloured, what is right stays grey."""
    rows = [
        {"true": str(true), "read": str(read), "count": count, "errors": 0 if true == read else count}
        for true, counts in enumerate(confusion)
        for read, count in enumerate(counts)
    ]
    worst = max(1, *(row["errors"] for row in rows))
    right = alt.datum["true"] == alt.datum["read"]
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("read:N", title="Read as", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("true:N", title="True digit"),
        tooltip=[
            alt.Tooltip("true:N", title="True digit"),
            alt.Tooltip("read:N", title="Read as"),
            alt.Tooltip("count:Q", title="Images"),
        ],
    )
    cells = base.mark_rect(stroke="#8a9a9733").encode(
        color=alt.condition(
            right,
            alt.value("#8a9a9755"),
            alt.Color("errors:Q", scale=alt.Scale(domain=[0, worst], range=["#c2570c00", "#c2570cff"]), legend=None),
        )
    )
    text = (
        base.transform_filter(alt.datum["count"] > 0)
        .mark_text(fontSize=12)
        .encode(
            text="count:Q",
            color=alt.condition(alt.datum["errors"] > worst / 2, alt.value("#ffffff"), alt.value(_text_colour())),
        )
    )
    return (cells + text).properties(height=400)
