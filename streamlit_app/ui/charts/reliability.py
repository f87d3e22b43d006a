"""The reliability diagram: how often answers of each confidence are right."""

from ui.charts.base import SHAPES, layered, percent_label
from ui.texts import text
from ui.words import number, percent


def reliability_chart(series: dict[str, list[dict]]) -> dict:
    """Return accuracy against confidence; ``series``: name -> its bins, each with confidence, accuracy and images.

    On the diagonal the confidence is right; below it, the network is too sure.
    """
    rows = [
        {
            "series": name,
            "confidence": row["confidence"],
            "accuracy": row["accuracy"],
            "said": percent(row["confidence"]),
            "right": percent(row["accuracy"]),
            "images": number(row["images"]),
        }
        for name, bins in series.items()
        for row in bins
    ]
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"labelExpr": percent_label()}}
    x = {"field": "confidence", "title": text("answer.confidence"), **share}
    y = {"field": "accuracy", "title": text("calibration.right"), **share}
    names = list(series)
    kind = {"field": "series", "type": "nominal", "title": None, "sort": names, "legend": {"orient": "top"}}
    tooltip = [
        {"field": "series", "title": text("calibration.series")},
        {"field": "said", "title": text("answer.confidence")},
        {"field": "right", "title": text("calibration.right")},
        {"field": "images", "title": text("performance.images")},
    ]
    shape = {**kind, "scale": {"range": SHAPES[: len(names)]}}
    chart = layered(
        rows,
        360,
        {"mark": {"type": "line"}, "encoding": {"x": x, "y": y, "color": kind}},
        {
            "mark": {"type": "point", "filled": True, "size": 70},
            "encoding": {"x": x, "y": y, "color": kind, "shape": shape, "tooltip": tooltip},
        },
    )
    diagonal = {
        "data": {"values": [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]},
        "mark": {"type": "line", "strokeDash": [5, 4], "color": "#808080", "strokeWidth": 1},
        "encoding": {"x": x, "y": y},
    }
    chart["layer"].insert(0, diagonal)
    return chart
