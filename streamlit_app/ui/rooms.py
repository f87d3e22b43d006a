"""The rooms of a page: what it shows, in parts of which one is open at a time. Only that one is loaded and drawn."""

from collections.abc import Callable

import streamlit as st

from ui.texts import text


def show_rooms(page: str, rooms: dict[str, Callable[[], None]]) -> None:
    """Show the switch between a page's rooms, and the one that is open: at first the first of them.

    ``rooms``: name -> what draws it; its title is the text PAGE.room_NAME.
    """
    titles = {name: text(f"{page}.room_{name}") for name in rooms}
    st.session_state.setdefault(_key(page), next(iter(titles)))
    chosen = st.pills(
        text("page.rooms"),
        titles,
        format_func=titles.get,
        required=True,
        key=_key(page),
        persist_state="session",
        label_visibility="collapsed",
    )
    rooms[chosen]()


def open_room(page: str, name: str) -> None:
    """Have a room be the open one when the page is next shown: for what leads there from elsewhere."""
    st.session_state[_key(page)] = name


def _key(page: str) -> str:
    return f"{page}_room"
