"""What the page has worked out already, kept for the session: a rerun for another reason does not do it again."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def recalled(slot: str, key: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make()`` returned for this key; each slot keeps its last value only."""
    state = f"recalled_{slot}"
    if state not in st.session_state or st.session_state[state][0] != key:
        st.session_state[state] = (key, make())
    return st.session_state[state][1]
