"""How the network is built and trained, and what it sees: all of it read from the network's own files."""

import streamlit as st

from inference import NetworkUnavailable
from ui import results
from ui.architecture.augmentations import show_augmentations
from ui.architecture.blocks import show_layers, show_overview
from ui.architecture.lessons import show_lessons
from ui.architecture.recipe import show_training
from ui.architecture.walk import show_walk
from ui.development import show_development
from ui.page import open_page
from ui.rooms import show_rooms
from ui.texts import said


def _show_layers() -> None:
    show_overview(card)
    show_layers(card)


def _show_training() -> None:
    show_development(with_reasons=True)
    show_augmentations(card)
    show_training(card)


open_page("architecture")
try:
    card = results.card()
except NetworkUnavailable as error:
    st.error(said(str(error)))
    st.stop()
show_rooms(
    "architecture", {"walk": show_walk, "lessons": show_lessons, "layers": _show_layers, "training": _show_training}
)
