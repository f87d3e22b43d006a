"""How many images of each digit there are."""

from ui.charts.base import layered, text_colour
from ui.texts import text
from ui.words import number


def counts_chart(counts: list[int]) -> dict:
    """Return ten bars, one a digit, each with its count (index = digit)."""
    rows = [{"digit": str(digit), "count": count, "label": number(count)} for digit, count in enumerate(counts)]
    x = {"field": "digit", "type": "nominal", "title": text("answer.digit"), "axis": {"labelAngle": 0}}
    y = {"field": "count", "type": "quantitative", "title": text("performance.images"), "axis": {"tickCount": 4}}
    tooltip = [
        {"field": "digit", "title": text("answer.digit")},
        {"field": "label", "title": text("performance.images")},
    ]
    labels = {"type": "text", "baseline": "bottom", "dy": -2, "fontSize": 9, "color": text_colour()}
    return layered(
        rows,
        220,
        {"mark": "bar", "encoding": {"x": x, "y": y, "tooltip": tooltip}},
        {"mark": labels, "encoding": {"x": x, "y": y, "text": {"field": "label"}}},
    )
