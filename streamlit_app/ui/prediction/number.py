"""Read a number: every digit of the photo, boxes around them, the text, and each digit to look into."""

from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st

from inference import Classifier, read_number
from inference.numbers.number import WORKING_SIDE, FoundDigit, NumberReading
from inference.photo import Box, open_measured
from inference.verdict import BLANK, NOT_A_DIGIT, SEVERAL_DIGITS
from ui import results
from ui.answer import Answer, read_once
from ui.given import Photo, TestImage
from ui.pictures import over_chequerboard, picture
from ui.prediction.show import show_answer, show_steps
from ui.prediction.why import offer_why
from ui.recall import recalled
from ui.settings import Settings
from ui.texts import text
from ui.words import confidence

# Of the longer side: the line of a box, seen on a phone and not wider than a pen.
LINE = 1 / 250
BOX_COLOUR, CHOSEN_COLOUR = (194, 87, 12), (15, 118, 110)
# A digit under this is named: look at it.
DOUBTFUL = 0.9
# Around a digit that is looked into, as a share of its longer side: enough to see on what it stands.
AROUND = 0.15
BOX = 380  # pixels: the photo with its boxes


@dataclass(frozen=True)
class Number:
    """A photo (R, C, 3 or 4) uint8, as large as a page of digits is worked on, with its digits in its own pixels."""

    photo: np.ndarray
    reading: NumberReading


def ask_for_number(given: Photo | TestImage, answer: Answer) -> bool:
    """Ask whether all digits of a photo are to be read; where several were seen they are, unless the person says no."""
    if not isinstance(given, Photo) or answer.verdict is None:
        return False
    return st.toggle(text("read_number.ask"), value=answer.verdict == SEVERAL_DIGITS, key=_wanted(answer))


def offer_number(given: Photo | TestImage, answer: Answer) -> None:
    """Offer to read all digits, where as one digit the photo is none, or several, and they are not read."""
    if not isinstance(given, Photo) or answer.verdict not in (SEVERAL_DIGITS, NOT_A_DIGIT, BLANK):
        return
    wanted = _wanted(answer)
    if st.session_state.get(wanted):
        return
    if answer.verdict != SEVERAL_DIGITS:
        st.caption(text("read_number.perhaps"))
    st.button(text("read_number.do"), icon=":material/pin:", on_click=_want_number, args=(wanted,))


def _wanted(answer: Answer) -> str:
    """Return where the session's state says whether all digits are read: where there are several, unless it says no."""
    return "number_of_several" if answer.verdict == SEVERAL_DIGITS else "number_of_one"


def _want_number(wanted: str) -> None:
    st.session_state[wanted] = True


def read_number_once(given: Photo, answer: Answer) -> Number:
    """Read all digits of a photo that was read as one digit; what was read last is not read again."""
    network = results.classifier()
    return recalled("number", (given.key, id(network)), lambda: _read(given, answer, network))


def show_number(number: Number, given: Photo) -> int | None:
    """Show the text, the photo with its boxes, and return the place of the digit that the person chooses, if any."""
    reading = number.reading
    if not reading.digits:
        st.info(text("read_number.none"))
        return None
    _show_text(reading)
    place = st.container()
    chosen = st.pills(
        text("read_number.look_into"),
        range(len(reading.digits)),
        format_func=lambda place: text("read_number.place", place=place + 1, digit=reading.digits[place].digit),
        key=f"look_into_{hash(given.key)}",
    )
    with place:
        alt = text("read_number.alt", count=len(reading.digits))
        picture(boxed(number.photo, reading, chosen), "", box=BOX, alt=alt)
    return chosen


def look_into(number: Number, place: int, settings: Settings) -> None:
    """Show one digit of several as an answer of its own: read again, alone."""
    part = Photo(number.photo, around(number.reading.digits[place], *number.photo.shape[:2]))
    answer = read_once(part, settings, slot="digit_of_number")
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            picture(answer.original, text("read_number.cut"), box=220, alt=text("read_number.cut"))
        with right:
            show_answer(answer)
            offer_why(answer, key="why_of_number")
        show_steps(answer)


def boxed(photo: np.ndarray, reading: NumberReading, chosen: int | None = None) -> np.ndarray:
    """Return a copy of a photo (R, C, 3 or 4) uint8 with a box around every digit, (R, C, 3).

    The ``chosen`` one's is twice as wide, and of another colour.
    """
    drawn = over_chequerboard(photo) if photo.shape[2] == 4 else photo.copy()
    width = max(1, round(LINE * max(drawn.shape)))
    for place, found in enumerate(reading.digits):
        corners = (found.column, found.row), (found.column + found.width, found.row + found.height)
        colour, line = (CHOSEN_COLOUR, 2 * width) if place == chosen else (BOX_COLOUR, width)
        cv2.rectangle(drawn, *corners, colour, line)
    return drawn


def around(found: FoundDigit, rows: int, columns: int) -> Box:
    """Return the box of a digit with some of what is around it, inside a photo of this size."""
    margin = round(AROUND * max(found.height, found.width))
    row, column = max(0, found.row - margin), max(0, found.column - margin)
    bottom, right = found.row + found.height + margin, found.column + found.width + margin
    return Box(row, column, min(rows, bottom) - row, min(columns, right) - column)


def _read(given: Photo, answer: Answer, network: Classifier) -> Number:
    pixels = answer.original
    if not given.rotation:
        pixels = open_measured(given.source, WORKING_SIDE, given.box).pixels
    return Number(pixels, read_number(pixels, network))


def _show_text(reading: NumberReading) -> None:
    with st.container(key="number_read"):
        st.code(reading.text, language=None, wrap_lines=True)
    words = [text("read_number.found", count=len(reading.digits))]
    doubtful = [f"{one.digit} ({confidence(one.confidence)})" for one in reading.digits if one.confidence < DOUBTFUL]
    if doubtful:
        words.append(text("read_number.doubtful", digits=", ".join(doubtful)))
    st.caption(" ".join(words))
