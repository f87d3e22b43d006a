"""The confusion matrix."""

from ui.charts.base import layered, text_colour
from ui.texts import text

CELL = "cell"  # the selection: which cell was clicked, as {"true": …, "read": …}


def confusion_chart(confusion: list[list[int]]) -> dict:
    """Return the matrix (10, 10), rows the true digit; the errors are coloured, what is right stays grey.

    The numbers answer to no click, so that one on them reaches the cell below.
    """
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
        "y": {
            "field": "true",
            "type": "nominal",
            "title": text("performance.true_digit"),
            "axis": {"labelFlush": False},
        },
    }
    tooltip = [
        {"field": "true", "title": text("performance.true_digit")},
        {"field": "read", "title": text("performance.read_as")},
        {"field": "count", "title": text("performance.images")},
    ]
    colour = {
        "condition": {"test": "datum.right", "value": "#8a9a9755"},
        "field": "count",
        "type": "quantitative",
        "scale": {"domain": [0, most], "range": ["#c2570c00", "#c2570cff"], "clamp": True},
        "legend": None,
    }
    on_cell = {
        "condition": {"test": f"!datum.right && datum.count > {most / 2}", "value": "#ffffff"},
        "value": text_colour(),
    }
    return layered(
        rows,
        400,
        {
            "params": [{"name": CELL, "select": {"type": "point", "fields": ["true", "read"], "toggle": False}}],
            "mark": {"type": "rect", "stroke": "#8a9a9733", "cursor": "pointer"},
            "encoding": {**encoding, "color": colour, "tooltip": tooltip},
        },
        {
            "mark": {"type": "text", "fontSize": 12},
            "transform": [{"filter": "datum.count > 0"}],
            "encoding": {**encoding, "text": {"field": "count"}, "color": on_cell},
        },
    )
