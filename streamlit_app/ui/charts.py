"""The charts, as Vega-Lite specifications in the colours of the theme.

They are written as plain dictionaries, with the data inside a layer: Altair, or data at the top, would make
Streamlit import pandas and pyarrow for a few numbers, which costs 100 MB of memory and a second.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from ui.texts import text
from ui.words import number, percent


def show_chart(specification: dict, alt: str) -> None:
    """Show a chart of this module; ``alt`` says in words what it shows."""
    st.vega_lite_chart(specification, width="stretch", alt=alt)


def probability_chart(probabilities: np.ndarray) -> dict:
    """Return ten bars, one a digit, with their probabilities (10,) as labels where there is something to say."""
    rows = [
        {"digit": str(digit), "probability": float(p), "label": percent(float(p)) if p >= 0.0005 else ""}
        for digit, p in enumerate(probabilities)
    ]
    encoding = {
        "x": {"field": "digit", "type": "nominal", "title": text("answer.digit"), "axis": {"labelAngle": 0}},
        "y": {
            "field": "probability",
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, 1.08]},
            "axis": {"labelExpr": _percent_label(), "values": [0, 0.25, 0.5, 0.75, 1]},
        },
        "tooltip": [
            {"field": "digit", "title": text("answer.digit")},
            {"field": "label", "title": text("answer.probability")},
        ],
    }
    labels = {"type": "text", "baseline": "bottom", "dy": -2, "fontSize": 10, "color": _text_colour()}
    return _layered(
        rows,
        240,
        {"mark": "bar", "encoding": encoding},
        {"mark": labels, "encoding": {**encoding, "text": {"field": "label"}}},
    )


def loss_chart(history: list[dict[str, float]], series: dict[str, str]) -> dict:
    """Return the loss over the epochs; ``series``: column of the history -> its name in the legend."""
    return _curves(
        history,
        series,
        lambda loss: loss,
        text("performance.loss"),
        partial(number, digits=4),
        {"zero": False},
        {"format": ".2f"},
    )


def error_chart(history: list[dict[str, float]], series: dict[str, str]) -> dict:
    """Return the share of errors over the epochs, from columns of accuracy, on a log scale: all of them near 1."""
    axis = {"labelExpr": _percent_label(), "values": [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]}
    words = partial(percent, digits=2)
    return _curves(
        history, series, lambda share: max(1 - share, 1e-5), text("performance.errors"), words, {"type": "log"}, axis
    )


def _curves(
    history: list[dict[str, float]],
    series: dict[str, str],
    measure: Callable[[float], float],
    title: str,
    words: Callable[[float], str],
    scale: dict,
    axis: dict,
) -> dict:
    rows = [
        {"epoch": int(row["epoch"]), "series": name, "value": (value := measure(row[column])), "words": words(value)}
        for row in history
        for column, name in series.items()
        if column in row
    ]
    encoding = {
        "x": {
            "field": "epoch",
            "type": "quantitative",
            "title": text("performance.epoch"),
            "axis": {"tickMinStep": 1, "format": "d"},
        },
        "y": {"field": "value", "type": "quantitative", "title": title, "scale": scale, "axis": axis},
        "color": {
            "field": "series",
            "type": "nominal",
            "title": None,
            "sort": list(series.values()),
            "legend": {"orient": "top"},
        },
        "tooltip": [
            {"field": "epoch", "title": text("performance.epoch")},
            {"field": "series", "title": text("performance.images")},
            {"field": "words", "title": title},
        ],
    }
    return _layered(rows, 320, {"mark": {"type": "line", "point": len(history) < 60}, "encoding": encoding})


def confusion_chart(confusion: list[list[int]]) -> dict:
    """Return the matrix (10, 10), rows the true digit; the errors are coloured, what is right stays grey."""
    rows = [
        {"true": str(true), "read": str(read), "count": count, "right": true == read}
        for true, counts in enumerate(confusion)
        for read, count in enumerate(counts)
    ]
    most = max(1, *(row["count"] for row in rows if not row["right"]))
    encoding = {
        "x": {
            "field": "read",
            "type": "nominal",
            "title": text("performance.read_as"),
            "axis": {"orient": "top", "labelAngle": 0},
        },
        "y": {"field": "true", "type": "nominal", "title": text("performance.true_digit")},
        "tooltip": [
            {"field": "true", "title": text("performance.true_digit")},
            {"field": "read", "title": text("performance.read_as")},
            {"field": "count", "title": text("performance.images")},
        ],
    }
    colour = {
        "condition": {"test": "datum.right", "value": "#8a9a9755"},
        "field": "count",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": ["#c2570c00", "#c2570cff"], "clamp": True},
        "legend": None,
    }
    text_colour = {
        "condition": {"test": f"!datum.right && datum.count > {most / 2}", "value": "#ffffff"},
        "value": _text_colour(),
    }
    return _layered(
        rows,
        400,
        {"mark": {"type": "rect", "stroke": "#8a9a9733"}, "encoding": {**encoding, "color": colour}},
        {
            "mark": {"type": "text", "fontSize": 12},
            "transform": [{"filter": "datum.count > 0"}],
            "encoding": {**encoding, "text": {"field": "count"}, "color": text_colour},
        },
    )


def _layered(rows: list[dict], height: int, *layers: dict) -> dict:
    signs = {"decimal": text("number.decimal"), "thousands": text("number.thousands")}
    locale = {"number": {**signs, "grouping": [3], "currency": ["", ""]}}
    layered = [{"data": {"values": rows}, **layer} for layer in layers]
    return {"height": height, "layer": layered, "config": {"locale": locale}}


def _percent_label() -> str:
    """The Vega expression for a share on an axis as it stands in the text: "50 %"."""
    before, after = text("number.percent", number="|").split("|")
    return f"'{before}' + format(100 * datum.value, '~g') + '{after}'"


def _text_colour() -> str:
    """The colour of text in the theme that is seen: labels inside a chart do not get it by themselves."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor") or "gray"
