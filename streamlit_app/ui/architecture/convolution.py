"""A kernel moved over the digit by hand: the nine products at one place, and their sum."""

import numpy as np
import streamlit as st

from ui.architecture.explain import convolved, normalised, patch
from ui.architecture.weights import Filters
from ui.pictures import picture
from ui.texts import text
from ui.tints import marked, number_grid, tinted
from ui.words import added, in_sum, number

# Kernels that are known from image processing: (3, 3), laid on pixels of 0-255.
KERNELS = {
    "upright": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32),
    "level": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.float32),
    "blur": np.full((3, 3), 1 / 9, np.float32),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], np.float32),
}
NETWORKS = "network"
SCALE = 16
BOX = 170
GRID = 108  # pixels: three beside each other on a phone


@st.fragment
def show_convolution(digit: np.ndarray, filters: Filters | None) -> None:
    """Let the person choose a kernel and a place.

    ``digit`` (28, 28) uint8; ``filters``: the network's own, offered too where there are any.
    """
    left, right = st.columns([2, 3], gap="large")
    with left:
        kernel, image, bias = _choose_kernel(digit, filters)
        rows, columns = digit.shape
        row = st.slider(text("convolution.row"), 0, rows - 1, _busiest(digit)[0], key="kernel_row")
        column = st.slider(text("convolution.column"), 0, columns - 1, _busiest(digit)[1], key="kernel_column")
    with right:
        _show_places(digit, convolved(image, kernel) + bias, row, column)
    _show_sum(patch(image, row, column), kernel, bias, whole=image.dtype == np.uint8)


def _choose_kernel(digit: np.ndarray, filters: Filters | None) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the kernel, what it is laid on, and what is added to the sum."""
    names = {name: text(f"convolution.{name}") for name in (*KERNELS, *([NETWORKS] if filters else []))}
    name = st.selectbox(text("convolution.kernel"), names, format_func=names.get, key="kernel")
    if name != NETWORKS:
        return KERNELS[name], digit, 0.0
    count = len(filters.kernels)
    one = st.number_input(text("closer.filter", count=count), 1, count, key="kernel_filter") - 1
    return filters.kernels[one], normalised(digit, filters), float(filters.biases[one])


def _busiest(digit: np.ndarray) -> tuple[int, int]:
    """Return the place where the vertical edge is strongest: there is something to see there."""
    place = np.unravel_index(np.abs(convolved(digit, KERNELS["upright"])).argmax(), digit.shape)
    return int(place[0]), int(place[1])


def _show_places(digit: np.ndarray, sums: np.ndarray, row: int, column: int) -> None:
    with st.container(horizontal=True):
        where = {"row": row, "column": column}
        image = marked(digit, row, column, 1, SCALE)
        picture(image, text("convolution.patch", **where), box=BOX, alt=text("convolution.patch_alt", **where))
        image = marked(tinted(sums, float(np.abs(sums).max())), row, column, 0, SCALE)
        picture(image, text("convolution.sums"), box=BOX, alt=text("convolution.sums_alt", **where))


def _show_sum(values: np.ndarray, kernel: np.ndarray, bias: float, *, whole: bool) -> None:
    """Show patch × kernel = products as tables of numbers, and the sum in words."""
    products = values.astype(np.float32) * kernel
    digits = {"values": 0 if whole else 2, "weights": 0 if float(kernel.min()).is_integer() else 2, "products": 0}
    digits["products"] = 0 if whole else 2
    ground = np.repeat(values[..., None], 3, axis=2) if whole else tinted(values, 3.0)
    tables = {
        "values": (values, ground),
        "weights": (kernel, tinted(kernel, float(np.abs(kernel).max()))),
        "products": (products, tinted(products, float(np.abs(products).max()))),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, (numbers, colours) in tables.items():
            words = [
                [number(round(float(value), digits[name]) + 0.0, digits[name]) for value in line] for line in numbers
            ]
            told = "; ".join(", ".join(line) for line in words)
            with st.container(width=GRID, gap="xxsmall"):
                st.caption(text(f"convolution.{name}"))
                st.image(number_grid(words, colours), width=GRID, alt=text("convolution.grid_alt", numbers=told))
        total = float(products.sum())
        with st.container(width=220, gap="xxsmall"):
            st.metric(text("convolution.sum"), number(total, digits["products"]))
            if bias:
                with_bias = in_sum(total, bias)
                sum_ = f"{number(total, 2)} {added(bias, 2)} = {number(with_bias, 2)}"
                st.caption(text("convolution.bias", sum=sum_, after=number(max(0.0, with_bias), 2)))
    st.caption(text("convolution.hint"))
