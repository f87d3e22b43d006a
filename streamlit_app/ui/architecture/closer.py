"""One block from near: all its maps, one of them large, and the filters of the first convolution."""

import numpy as np
import streamlit as st

from ui.architecture.explain import strongest
from ui.architecture.weights import Filters
from ui.pictures import data_url, mosaic, picture, shown
from ui.texts import text
from ui.tints import enlarged, side_by_side, tinted
from ui.words import block_title, number, shape

BOX = 170
ALL_MAPS = 440  # pixels: the width of a block's maps
FILTERS_ACROSS = 8


@st.fragment
def look_closer(digit: np.ndarray, maps: dict[str, np.ndarray], filters: Filters | None) -> None:
    """Show a block of the person's choice; ``maps``: block -> (R, C, F)."""
    st.subheader(text("closer.title"), anchor=False)
    titles = {name: block_title(name) for name in maps}
    asked = {"default": next(iter(titles)), "required": True, "key": "closer", "label_visibility": "collapsed"}
    name = st.segmented_control(text("closer.block"), titles, format_func=titles.get, **asked)
    block = maps[name]
    left, right = st.columns(2, gap="large")
    with left, st.container(width=ALL_MAPS):
        caption = text("closer.maps", count=block.shape[-1], shape=shape(block.shape[:2]))
        image = data_url(shown(mosaic(block), 2 * ALL_MAPS), exact=True)
        st.image(image, caption, width="stretch", alt=text("closer.maps_alt", block=titles[name]))
    with right:
        _show_one(digit, block, name)
    if filters is not None and name == next(iter(maps)):
        _show_filters(filters)


def _show_one(digit: np.ndarray, block: np.ndarray, name: str) -> None:
    count = block.shape[-1]
    start = strongest(block, 1)[0] + 1
    chosen = st.number_input(text("closer.filter", count=count), 1, count, start, key=f"closer_{name}", width=240)
    one = block[..., chosen - 1 : chosen]
    with st.container(horizontal=True):
        picture(digit, text("closer.digit"), box=BOX, alt=text("walk.digit_alt"))
        caption = text("closer.one", number=chosen)
        picture(mosaic(one), caption, box=BOX, alt=text("closer.one_alt", number=chosen))
    st.caption(text("closer.one_hint", most=number(float(one.max()), 2)))


def _show_filters(filters: Filters) -> None:
    st.markdown(f"**{text('closer.filters')}**")
    tiles = [enlarged(tinted(kernel, float(np.abs(kernel).max())), 12) for kernel in filters.kernels]
    with st.container(width=ALL_MAPS):
        image = data_url(side_by_side(tiles, FILTERS_ACROSS, gap=2), exact=True)
        st.image(image, width="stretch", alt=text("closer.filters_alt", count=len(tiles)))
    st.caption(text("closer.filters_hint", count=len(tiles)))
