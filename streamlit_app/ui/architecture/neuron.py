"""One artificial neuron: two inputs, two weights and a bias to move, and what comes out."""

import streamlit as st

from ui.texts import text
from ui.words import number

INPUTS = (0.8, 0.3)
WIDTH, HEIGHT = 420, 150


@st.fragment
def show_neuron() -> None:
    """Show the neuron with its sliders."""
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        weights = [
            st.slider(text("neuron.weight", number=place), -2.0, 2.0, start, 0.1, key=f"neuron_{place}")
            for place, start in enumerate((1.0, -0.5), start=1)
        ]
        bias = st.slider(text("neuron.bias"), -2.0, 2.0, 0.1, 0.1, key="neuron_bias")
    total = sum(value * weight for value, weight in zip(INPUTS, weights, strict=True)) + bias
    terms = [f"{number(value, 1)} × {_signed(weight)}" for value, weight in zip(INPUTS, weights, strict=True)]
    with right:
        sum_ = f"{' + '.join(terms)} + {_signed(bias)} = {number(total, 2)}"
        answer = text("neuron.answer", sum=sum_, out=number(max(0.0, total), 2))
        st.image(_drawn(weights, bias, max(0.0, total)), width="stretch", alt=text("neuron.alt"))
        st.markdown(answer)


def _signed(value: float) -> str:
    return number(value, 1) if value >= 0 else f"({number(value, 1)})"


def _drawn(weights: list[float], bias: float, out: float) -> str:
    """Return the neuron as SVG: a line is as thick as its weight, dashed where that is below 0."""
    parts = []
    for y, value, weight in zip((35, 115), INPUTS, weights, strict=True):
        dashes = ' stroke-dasharray="6 4"' if weight < 0 else ""
        colour = "#e85d04" if weight >= 0 else "#2563eb"
        parts.append(
            f'<line x1="62" y1="{y}" x2="210" y2="75" stroke="{colour}" stroke-width="{1 + 3 * abs(weight)}"{dashes} />'
        )
        parts.append(_circle(40, y, 22, "#0f766e", number(value, 1)))
        parts.append(_label(135, y + (22 if y > 75 else -14), f"× {number(weight, 1)}"))
    parts.append('<line x1="240" y1="75" x2="360" y2="75" stroke="#808080" stroke-width="2" />')
    parts.append(_circle(220, 75, 30, "#475569", f"Σ {number(bias, 1, signed=True)}"))
    parts.append(_circle(370, 75, 28, "#0f766e", number(out, 2)))
    parts.append(_label(300, 62, "max(0, ·)"))
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff" />{body}</svg>'
    )


def _circle(x: int, y: int, radius: int, colour: str, words: str) -> str:
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" />'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle" font-size="14" font-family="sans-serif" fill="#ffffff">'
        f"{words}</text>"
    )


def _label(x: int, y: int, words: str) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="13" font-family="sans-serif" fill="#16211f">'
        f"{words}</text>"
    )
