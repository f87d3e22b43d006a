"""A way out when the digit was not found: the person marks where it is, and turns it upright."""

from dataclasses import dataclass, replace

import streamlit as st

from inference.photo import MIN_SIDE, Box, Source, open_measured
from ui.canvas import MARGIN
from ui.pictures import data_url, shown
from ui.texts import text

# The marked picture fits on a phone of 360 pixels, and leaves room beside it to scroll the page.
# The canvas goes on above and below it, by MARGIN: a line may also begin outside the photo.
WIDTH, HEIGHT = 300, 360
TILT = 45  # degrees that the slider goes to each side
MARK = "mark"  # in the session's state: the _Marking of the photo that is there
COLOUR, LINE = "#0f766e", 4
ORIGINS = {"left": 0.0, "top": 0.0, "center": 0.5, "right": 1.0, "bottom": 1.0}


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

    ``of``: which photo; ``picture``: its data URL; ``rows``, ``columns``: the photo's own size. A new ``version`` is a
    new, empty canvas; ``start``: the line that it shows when it appears; ``drawn``: the last line drawn.
    """

    of: int
    picture: str
    rows: int
    columns: int
    version: int = 0
    start: dict | None = None
    drawn: dict | None = None
    quarters: int = 0
    tilt: int = 0

    @property
    def canvas(self) -> str:
        return f"mark_{self.of}_{self.version}"

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
    return Mark(box, _ask_rotation())


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
    # Imported here, as in ui.canvas.
    from streamlit_drawable_canvas import st_canvas

    if marking.canvas not in st.session_state:
        marking = _change(start=marking.drawn)
    height, width = marking.size
    st.space(16)  # as in ui.canvas: where a mouse brings the toolbar
    # A free line and not a rectangle: of the component's tools it is the one that a finger can use, too.
    result = st_canvas(
        stroke_width=LINE,
        stroke_color=COLOUR,
        background_image=marking.picture,
        background_image_fit="contain",
        height=height + 2 * MARGIN,
        width=width,
        initial_drawing=marking.start,
        key=marking.canvas,
    )
    lines = (result.json_data or {}).get("objects", [])
    last = {"objects": lines[-1:]} if lines else None
    if last != marking.drawn:
        marking = _change(drawn=last)
    if len(lines) > 1 and marking.start != last:
        _change(start=last)  # only the last line stays
        st.rerun()
    return _box(lines[-1], marking) if lines else None


def _box(line: dict, marking: _Marking) -> Box | None:
    """Return what a line of the canvas goes round, in the photo's own pixels; None where no digit fits in."""
    top, bottom = (value - MARGIN for value in _extent(line, "top", "height", "originY", "scaleY"))
    left, right = _extent(line, "left", "width", "originX", "scaleX")
    height, width = marking.size
    down, across = marking.rows / height, marking.columns / width
    row, column = max(0, round(top * down)), max(0, round(left * across))
    last_row, last_column = min(marking.rows, round(bottom * down)), min(marking.columns, round(right * across))
    box = Box(row, column, last_row - row, last_column - column)
    return box if min(box.height, box.width) >= MIN_SIDE else None


def _extent(line: dict, place: str, length: str, origin: str, scale: str) -> tuple[float, float]:
    """Return where a line begins and ends on one axis; its place is that of the point which ``origin`` names."""
    size = line[length] * line.get(scale, 1)
    start = line[place] - ORIGINS[line.get(origin, "left")] * size
    return start, start + size


def _ask_rotation() -> float:
    marking = st.session_state[MARK]
    with st.container(horizontal=True):
        st.button("↺ 90°", on_click=_turn, args=(1,), help=text("mark.left"))
        st.button("↻ 90°", on_click=_turn, args=(-1,), help=text("mark.right"))
        st.button(text("mark.again"), on_click=_start_again)
    key = f"tilt_{marking.of}_{marking.version}"
    tilt = st.slider(text("mark.tilt"), -TILT, TILT, marking.tilt, 5, key=key, width=WIDTH)
    _change(tilt=tilt)
    return 90 * marking.quarters + tilt


def _turn(quarters: int) -> None:
    _change(quarters=(st.session_state[MARK].quarters + quarters) % 4)


def _start_again() -> None:
    marking = st.session_state[MARK]
    _change(version=marking.version + 1, start=None, drawn=None, quarters=0, tilt=0)


def _change(**changes) -> _Marking:
    st.session_state[MARK] = replace(st.session_state[MARK], **changes)
    return st.session_state[MARK]
