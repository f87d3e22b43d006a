"""Shares by name, one line each: of several networks as points, or of one thing with its interval."""

from ui.charts.base import SHAPES, layered, percent_label
from ui.texts import text
from ui.words import percent

LINE = 22  # pixels


def points_chart(rows: list[dict], title: str, series: list[str]) -> dict:
    """Return a point for each of ``rows``, with its name, series and share; the names keep their order.

    On a scale of square roots: the small shares are told apart, and 0 has its place.
    """
    names = list(dict.fromkeys(row["name"] for row in rows))
    told = [{**row, "words": percent(row["share"], 1)} for row in rows]
    kind = {"field": "series", "type": "nominal", "title": None, "sort": series}
    legend = {"orient": "top", "columns": 3, "symbolSize": 80}
    encoding = {
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": title,
            "scale": {"type": "sqrt", "domainMin": 0},
            "axis": {"labelExpr": percent_label(), "values": [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1]},
        },
        "y": _named_lines(names, 130),
        "color": {**kind, "legend": legend},
        "shape": {**kind, "scale": {"range": SHAPES[: len(series)]}, "legend": legend},
        "tooltip": [
            {"field": "name", "title": text("charts.name")},
            {"field": "series", "title": text("charts.network")},
            {"field": "words", "title": title},
        ],
    }
    mark = {"type": "point", "filled": True, "size": 75, "opacity": 0.9}
    return layered(told, 60 + LINE * len(names), {"mark": mark, "encoding": encoding})


def intervals_chart(rows: list[dict], title: str, low: float) -> dict:
    """Return a point with its interval for each row (name, share, low, high, words), on an axis from ``low``."""
    names = [row["name"] for row in rows]
    y = _named_lines(names, 150)
    scale = {"domain": [low, 1], "clamp": True}
    x = {"type": "quantitative", "title": title, "scale": scale, "axis": {"labelExpr": percent_label(), "tickCount": 5}}
    tooltip = [{"field": "name", "title": text("charts.name")}, {"field": "words", "title": title}]
    return layered(
        rows,
        60 + LINE * len(names),
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": "#808080"},
            "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y, "tooltip": tooltip},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": {"field": "share", **x}, "y": y, "tooltip": tooltip},
        },
    )


def networks_chart(rows: list[dict], field: str, title: str) -> dict:
    """Return the networks' errors, each a point with its interval, against ``field``, a column of ``rows``."""
    x = {"field": field, "type": "quantitative", "title": title, "scale": {"zero": True, "nice": True}}
    x["axis"] = {"tickCount": 4, "format": "~s" if field == "parameters" else "~g"}
    domain = [0.9 * min(row["low"] for row in rows), 1.1 * max(row["high"] for row in rows)]
    y = {
        "field": "share",
        "type": "quantitative",
        "title": text("networks.errors"),
        "scale": {"type": "log", "domain": domain, "nice": False},
        "axis": {"labelExpr": percent_label(), "values": [0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1]},
    }
    names = [row["name"] for row in rows]
    kind = {"field": "name", "type": "nominal", "title": None, "sort": names}
    legend = {"orient": "top", "columns": 3, "symbolSize": 80}
    tooltip = [
        {"field": "name", "title": text("charts.network")},
        {"field": field, "title": title},
        {"field": "errors", "title": text("networks.errors")},
    ]
    bounds = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": {**kind, "legend": legend}}
    shape = {**kind, "scale": {"range": SHAPES[: len(names)]}, "legend": legend}
    return layered(
        rows,
        320,
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.6}, "encoding": bounds},
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": {**kind, "legend": legend}, "shape": shape, "tooltip": tooltip},
        },
    )


def _named_lines(names: list[str], widest: int) -> dict:
    """Return the vertical axis: a line for each name, in this order, none wider than so many pixels."""
    axis = {"grid": True, "labelLimit": widest, "labelFlush": False}  # else the first one stands below its line
    return {"field": "name", "type": "nominal", "title": None, "sort": names, "axis": axis}
