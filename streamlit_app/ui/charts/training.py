"""The training, epoch by epoch."""

from collections.abc import Callable
from functools import partial

from ui.charts.base import layered, percent_label
from ui.texts import text
from ui.words import number, percent


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
    axis = {"labelExpr": percent_label(), "values": [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]}
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
    return layered(rows, 320, {"mark": {"type": "line", "point": len(history) < 60}, "encoding": encoding})
