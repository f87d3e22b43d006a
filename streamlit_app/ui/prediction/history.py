"""What was read in this session, and what of it the person called right or wrong. It ends with the session."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import streamlit as st

from inference import Prediction
from inference.verdict import BLANK, NOT_A_DIGIT
from ui.answer import Answer
from ui.given import Photo, TestImage

HISTORY = "history"  # in the session's state: thing -> Entry, the oldest first
MOST = 200


@dataclass(frozen=True)
class Entry:
    """One thing that was read: when (UTC), under which name, and what came of it.

    ``digit``: the (28, 28) uint8 image that was read, None where none was found; ``truth``: what the person, or MNIST's
    label, says that it is: 0-9, NOT_A_DIGIT, or None as long as nobody said; ``is_own``: it is the person's own, no
    image of MNIST.
    """

    number: int
    thing: Hashable
    time: datetime
    name: str
    verdict: str
    prediction: Prediction | None
    digit: np.ndarray | None
    is_own: bool
    truth: int | str | None = None

    @property
    def answered(self) -> int | str:
        """What the answer says that it is: 0-9, or NOT_A_DIGIT."""
        return NOT_A_DIGIT if self.verdict in (BLANK, NOT_A_DIGIT) else self.prediction.digit

    @property
    def is_right(self) -> bool | None:
        """Whether the answer is right; None as long as nobody said what it is."""
        return None if self.truth is None else self.truth == self.answered


def record(given: Photo | TestImage, answer: Answer) -> Entry | None:
    """Note an answer and return its entry, the same one for each state of a drawing; None where there is no network.

    What was said of it stands as long as the network reads the same image.
    """
    if answer.verdict is None:
        return None
    entries = _entries()
    before = entries.pop(given.thing, None)
    number = before.number if before else st.session_state.get("history_count", 0)
    truth = before.truth if before and _same(before.digit, answer.digit) else answer.label
    entry = Entry(
        number,
        given.thing,
        before.time if before else datetime.now(UTC),
        given.name,
        answer.verdict,
        answer.prediction,
        answer.digit,
        isinstance(given, Photo),
        truth,
    )
    entries[given.thing] = entry
    st.session_state["history_count"] = max(number + 1, st.session_state.get("history_count", 0))
    while len(entries) > MOST:
        del entries[next(iter(entries))]
    return entry


def correct(thing: Hashable, truth: int | str | None) -> None:
    """Note what something that was read is: 0-9, NOT_A_DIGIT, or None to take back what was said."""
    entries = _entries()
    if thing in entries:
        entries[thing] = replace(entries[thing], truth=truth)


def history() -> list[Entry]:
    """Return what was read, the oldest first."""
    return list(_entries().values())


def forget_history() -> None:
    """Forget all of it."""
    _entries().clear()


def _entries() -> dict[Hashable, Entry]:
    return st.session_state.setdefault(HISTORY, {})


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))
