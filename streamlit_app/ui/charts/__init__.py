"""The charts, as Vega-Lite specifications in the colours of the theme."""

from ui.charts.base import show_chart
from ui.charts.probabilities import probability_chart

__all__ = ["probability_chart", "show_chart"]
