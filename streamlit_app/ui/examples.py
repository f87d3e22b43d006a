"""Pictures of our own making to try the page with: one click, and one is read as if it had been uploaded."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import streamlit as st

from inference.samples import INK, PAPER, drawing, encoded, photo, written
from ui.pictures import picture, thumbnail
from ui.texts import text

SAMPLE_DIGIT = 4
DRAWN_DIGIT, NUMBER = 7, (2, 5, 8)
THUMBNAIL = 72  # pixels: four beside each other on a phone
# The letter A: its strokes as (column, row), 0-1.
LETTER = (((0.2, 0.88), (0.5, 0.12), (0.8, 0.88)), ((0.32, 0.6), (0.68, 0.6)))


def _number() -> np.ndarray:
    """Return a strip of paper with several digits side by side, (320, 240 a digit, 3) RGB uint8."""
    ink = np.hstack([written(digit, 240, 0.06, seed) for seed, digit in enumerate(NUMBER)])
    share = cv2.copyMakeBorder(ink, 40, 40, 0, 0, cv2.BORDER_CONSTANT)[..., None] / np.float32(255)
    return np.round(PAPER * (1 - share) + INK * share).astype(np.uint8)


def _letter() -> np.ndarray:
    """Return a letter drawn as on the canvas, (280, 280, 3) RGB uint8."""
    canvas = np.full((280, 280, 3), 255, np.uint8)
    for stroke in LETTER:
        points = np.round(np.array(stroke) * 280).astype(np.int32)
        cv2.polylines(canvas, [points], False, (0, 0, 0), 20, cv2.LINE_AA)
    return canvas


EXAMPLES: dict[str, Callable[[], np.ndarray]] = {
    "paper": lambda: photo(SAMPLE_DIGIT),
    "drawing": lambda: drawing(DRAWN_DIGIT)[..., :3],
    "number": _number,
    "letter": _letter,
}


@cache
def example(name: str) -> bytes:
    """Return one of EXAMPLES as the bytes of a file."""
    return encoded(EXAMPLES[name](), ".jpg")


@cache
def _thumbnail(name: str) -> np.ndarray:
    return thumbnail(EXAMPLES[name](), 2 * THUMBNAIL)


def offer_examples(take: Callable[[str, bytes], None]) -> None:
    """Show every example with a button; a click calls ``take(name, file)``."""
    st.caption(text("examples.offer"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name in EXAMPLES:
            title = text(f"examples.{name}")
            with st.container(width="content", gap="xsmall", horizontal_alignment="center"):
                picture(_thumbnail(name), "", box=THUMBNAIL, alt=text(f"examples.{name}_alt"))
                st.button(title, key=f"example_{name}", on_click=lambda n=name, t=title: take(t, example(n)))
