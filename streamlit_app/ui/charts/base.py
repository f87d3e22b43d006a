"""What all charts share: how they are shown, in the colours of the theme and the numbers of the language.

They are written as plain dictionaries, with the data inside a layer: Altair, or data at the top, would make
Streamlit import pandas and pyarrow for a few numbers, which costs 100 MB of memory and a second.
"""

from collections.abc import Callable

import streamlit as st

from ui.texts import text

# A series is told apart by its shape as well as by its colour.
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")


def show_chart(specification: dict, alt: str, *, key: str | None = None, on_select: Callable | None = None) -> None:
    """Show a chart of this package; ``alt`` says in words what it shows.

    ``on_select`` is called when something in it is clicked; the state under ``key`` then holds what.
    """
    st.vega_lite_chart(specification, width="stretch", alt=alt, key=key, on_select=on_select or "ignore")


def layered(rows: list[dict], height: int, *layers: dict) -> dict:
    """Return a chart of these layers, each drawn from the same rows, its numbers written as the language does."""
    signs = {"decimal": text("number.decimal"), "thousands": text("number.thousands")}
    locale = {"number": {**signs, "grouping": [3], "currency": ["", ""]}}
    layered = [{"data": {"values": rows}, **layer} for layer in layers]
    return {"height": height, "layer": layered, "config": {"locale": locale}}


def percent_label() -> str:
    """Return the Vega expression for a share on an axis as it stands in the text: "50 %"."""
    before, after = text("number.percent", number="|").split("|")
    return f"'{before}' + format(100 * datum.value, '~g') + '{after}'"


def text_colour() -> str:
    """Return the colour of text in the theme that is seen: labels inside a chart do not get it by themselves."""
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor") or "gray"
