"""Read a number: every digit of the photo, boxes around them, and the text."""

import cv2
import numpy as np
import streamlit as st

from inference import NetworkUnavailable, read_number
from inference.number import NumberReading
from inference.verdict import SEVERAL_DIGITS
from ui import results
from ui.answer import Answer
from ui.pictures import over_chequerboard, picture
from ui.texts import text
from ui.words import percent

# Of the longer side: the line of a box, seen on a phone and not wider than a pen.
LINE = 1 / 250
BOX_COLOUR = (194, 87, 12)
# A digit under this is named: look at it.
DOUBTFUL = 0.9


def offer_number(answer: Answer) -> None:
    """Offer to read all digits of a photo that was read as one digit, and show them where that is wanted."""
    several = answer.verdict == SEVERAL_DIGITS
    if not st.toggle(text("read_number.ask"), value=several, key=f"number_{several}"):
        return
    try:
        reading = read_number(answer.original, results.classifier())
    except NetworkUnavailable:
        return  # the answer has said so
    if not reading.digits:
        st.info(text("read_number.none"))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        picture(boxed(answer.original, reading), "", box=380, alt=text("read_number.alt", count=len(reading.digits)))
    with right:
        st.caption(text("read_number.found", count=len(reading.digits)))
        st.code(reading.text, language=None)
        doubtful = [f"{one.digit} ({percent(one.confidence)})" for one in reading.digits if one.confidence < DOUBTFUL]
        if doubtful:
            st.caption(text("read_number.doubtful", digits=", ".join(doubtful)))


def boxed(photo: np.ndarray, reading: NumberReading) -> np.ndarray:
    """Return a copy of a photo (R, C, 3 or 4) uint8 with a box around every digit, (R, C, 3)."""
    drawn = over_chequerboard(photo) if photo.shape[2] == 4 else photo.copy()
    width = max(1, round(LINE * max(drawn.shape)))
    for found in reading.digits:
        corners = (found.column, found.row), (found.column + found.width, found.row + found.height)
        cv2.rectangle(drawn, *corners, BOX_COLOUR, width)
    return drawn
