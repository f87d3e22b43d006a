"""A way out when the digit was not found: the person marks where it is, and turns it upright."""

import contextlib
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from inference import PhotoError, open_photo
from inference.photo import MIN_SIDE, Box, Source, open_measured
from ui.pictures import data_url, picture, shown
from ui.prediction import sheet
from ui.recall import recalled
from ui.texts import text

# The marked picture at its largest: on a phone there is less room.
# The sheet goes on above and below it, by MARGIN: a line may also begin outside the photo.
WIDTH, HEIGHT, MARGIN = 340, 440, 16
CUT = 112  # pixels: the part that is read, beside the buttons that turn it
TILT = 45  # degrees that the slider goes to each side
MARK = "mark"  # in the session's state: the _Marking of the photo that is there
COLOUR, LINE = "#0f766e", 4


@dataclass(frozen=True)
class Mark:
    """What a person marked on a photo: where the digit is, None for anywhere, and how it must be turned.

    ``rotation``: degrees counter-clockwise.
    """

    box: Box | None = None
    rotation: float = 0.0


@dataclass(frozen=True)
class _Marking:
    """The photo being marked, as the page shows it, and what is marked so far.

    ``of``: which photo; ``picture``: its data URL; ``rows``, ``columns``: the photo's own size; ``lines``: the line
    that is drawn, if any. A new ``version`` starts with no line.
    """

    of: int
    picture: str
    rows: int
    columns: int
    version: int = 0
    lines: tuple[sheet.Stroke, ...] = ()
    quarters: int = 0
    tilt: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """The height and the width of the photo on the canvas."""
        scale = min(WIDTH / self.columns, HEIGHT / self.rows)
        return max(1, round(self.rows * scale)), max(1, round(self.columns * scale))


def ask_mark(data: bytes) -> Mark | None:
    """Offer to mark the digit in a photo, a file that can be opened; return what is marked, None where nobody asked."""
    of = hash(data)
    if not st.toggle(text("mark.offer"), key=f"marking_{of}", persist_state="session"):
        return None
    st.caption(text("mark.hint"))
    box = _ask_box(_marking(of, data))
    return Mark(box, _ask_rotation(data, box))


def forget_mark() -> None:
    """Forget what is marked: the photo is taken away."""
    st.session_state.pop(MARK, None)


def _marking(of: int, data: Source) -> _Marking:
    marking = st.session_state.get(MARK)
    if marking is None or marking.of != of:
        opened = open_measured(data)
        picture = data_url(shown(opened.pixels, 2 * max(WIDTH, HEIGHT)), exact=False)
        marking = st.session_state[MARK] = _Marking(of, picture, opened.rows, opened.columns)
    return marking


def _ask_box(marking: _Marking) -> Box | None:
    # A free line and not a rectangle: it is easier for a finger.
    lines = sheet.ask_strokes(
        f"mark_{marking.of}",
        size=marking.size,
        margin=MARGIN,
        label=text("mark.alt"),
        picture=marking.picture,
        pen=LINE,
        colour=COLOUR,
        start=marking.lines,
        version=marking.version,
        only_last=True,
    ).strokes
    _change(lines=lines)
    return _box(lines[-1], marking) if lines else None


def _box(line: sheet.Stroke, marking: _Marking) -> Box | None:
    """Return what a line on the sheet goes round, in the photo's own pixels; None where no digit fits in."""
    height, width = marking.size
    down, across = marking.rows / height, marking.columns / width
    xs, ys = zip(*line.points, strict=True)
    row, column = max(0, round(min(ys) * down)), max(0, round(min(xs) * across))
    last_row, last_column = min(marking.rows, round(max(ys) * down)), min(marking.columns, round(max(xs) * across))
    box = Box(row, column, last_row - row, last_column - column)
    return box if min(box.height, box.width) >= MIN_SIDE else None


def _ask_rotation(data: Source, box: Box | None) -> float:
    """Ask how the digit must be turned, beside the part of the photo as it is read."""
    marking = st.session_state[MARK]
    with st.container(horizontal=True, vertical_alignment="center"):
        cut = st.container(width=CUT)
        with st.container(width="stretch"):
            with st.container(horizontal=True):
                st.button("↺ 90°", on_click=_turn, args=(1,), help=text("mark.left"))
                st.button("↻ 90°", on_click=_turn, args=(-1,), help=text("mark.right"))
                st.button(text("mark.again"), on_click=_start_again)
            key = f"tilt_{marking.of}_{marking.version}"
            tilt = st.slider(text("mark.tilt"), -TILT, TILT, marking.tilt, 5, key=key)
    _change(tilt=tilt)
    rotation = 90 * marking.quarters + tilt
    with cut:
        _show_cut(data, box, rotation)
    return rotation


def _show_cut(data: Source, box: Box | None, rotation: float) -> None:
    def make() -> np.ndarray:
        return shown(open_photo(data, box=box, rotation=rotation), 2 * CUT)

    with contextlib.suppress(PhotoError):  # the answer says what is wrong with it
        picture(recalled("cut", (hash(data), box, rotation), make), "", box=CUT, alt=text("mark.cut_alt"))


def _turn(quarters: int) -> None:
    _change(quarters=(st.session_state[MARK].quarters + quarters) % 4)


def _start_again() -> None:
    marking = st.session_state[MARK]
    _change(version=marking.version + 1, lines=(), quarters=0, tilt=0)


def _change(**changes) -> _Marking:
    st.session_state[MARK] = replace(st.session_state[MARK], **changes)
    return st.session_state[MARK]
