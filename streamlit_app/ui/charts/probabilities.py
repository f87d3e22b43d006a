"""The ten probabilities of an answer."""

import numpy as np

from ui.charts.base import layered, percent_label, text_colour
from ui.texts import text
from ui.words import percent


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
            "axis": {"labelExpr": percent_label(), "values": [0, 0.25, 0.5, 0.75, 1]},
        },
        "tooltip": [
            {"field": "digit", "title": text("answer.digit")},
            {"field": "label", "title": text("answer.probability")},
        ],
    }
    labels = {"type": "text", "baseline": "bottom", "dy": -2, "fontSize": 10, "color": text_colour()}
    return layered(
        rows,
        240,
        {"mark": "bar", "encoding": encoding},
        {"mark": labels, "encoding": {**encoding, "text": {"field": "label"}}},
    )
