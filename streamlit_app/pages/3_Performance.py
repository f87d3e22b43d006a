"""How well the network and the whole way from a photo do, each figure with the file that it comes from."""

import streamlit as st

from ui.development import show_development
from ui.page import open_page
from ui.performance.calibration import show_calibration
from ui.performance.confusion import show_confusion, show_per_class
from ui.performance.curves import show_curves
from ui.performance.damaged import show_damaged
from ui.performance.networks import show_networks
from ui.performance.on_mnist import show_how_it_was_measured, show_test_figures
from ui.performance.photos import show_photos
from ui.performance.refused import show_refused
from ui.performance.scenes import show_scenes
from ui.performance.speed import show_speed
from ui.performance.steps_worth import show_steps_worth
from ui.performance.summary import show_summary
from ui.performance.tta import show_tta
from ui.rooms import show_rooms


def _show_test_images() -> None:
    show_test_figures()
    show_confusion()
    left, right = st.columns([3, 4], gap="medium")
    with left:
        show_per_class()
    with right:
        show_calibration()
    show_tta()
    show_how_it_was_measured()


def _show_real_photos() -> None:
    show_photos()
    show_scenes()
    show_refused()
    show_steps_worth()


def _show_networks() -> None:
    show_networks()
    show_development(with_reasons=False)
    show_curves()


open_page("performance")
show_rooms(
    "performance",
    {
        "summary": show_summary,
        "photos": _show_real_photos,
        "test": _show_test_images,
        "damaged": show_damaged,
        "networks": _show_networks,
        "speed": show_speed,
    },
)
