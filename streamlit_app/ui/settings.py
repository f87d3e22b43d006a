"""The settings of a reading, in the sidebar."""

from dataclasses import dataclass

import streamlit as st

from inference import Config, cutout
from inference.classifier import judge_trouble
from inference.steps import REMBG_MODES
from inference.tta import TTA_VIEWS
from ui import results
from ui.texts import said, text
from ui.words import number, view


@dataclass(frozen=True)
class Settings:
    """How to read: how to preprocess a photo, and whether the network looks several times."""

    config: Config
    tta: bool


def ask_settings(*, of_photos: bool) -> Settings:
    """Show the settings and return them; ``of_photos``: also those that matter for photos only."""
    views = "; ".join(view(look.name) for look in TTA_VIEWS)
    with st.sidebar:
        st.subheader(text("settings.title"), anchor=False)
        tta = st.toggle(
            text("settings.tta"),
            key="tta",
            persist_state="session",
            help=text("settings.tta_help", count=len(TTA_VIEWS), views=views),
        )
        st.caption(_tta_measured())
        if not _has_judge():
            st.caption(text("settings.no_judge"))
        if not of_photos:
            st.caption(text("settings.rembg_for_photos"))
            return Settings(Config(rembg="never"), tta)
        return Settings(_ask_rembg(), tta)


@st.cache_data(ttl=60, show_spinner=False)
def _has_judge() -> bool:
    return not judge_trouble()


def _ask_rembg() -> Config:
    modes = {mode: text(f"settings.rembg_{mode}") for mode in REMBG_MODES}
    mode = st.radio(
        text("settings.rembg"),
        modes,
        index=REMBG_MODES.index("auto"),
        format_func=modes.get,
        key="rembg",
        persist_state="session",
    )
    if mode == "never":
        return Config(rembg="never")
    models = {name: f"{name} ({text(f'settings.model_{name}')})" for name in cutout.MODELS}
    model = st.selectbox(
        text("settings.model"),
        list(models),
        format_func=models.get,
        key="rembg_model",
        persist_state="session",
    )
    if not cutout.is_available(model):
        st.caption(text("settings.no_weights", model=model))
        if st.button(text("settings.download", model=model)):
            _download(model)
    return Config(rembg=mode, rembg_model=model)


def _download(model: str) -> None:
    try:
        with st.spinner(text("settings.downloading", model=model)):
            cutout.download_weights(model)
    except cutout.CutoutUnavailable as error:
        st.error(said(str(error)))
    else:
        st.rerun()


def _tta_measured() -> str:
    measured = (results.evaluation() or {}).get("tta")
    if not measured:
        return text("settings.tta_not_measured")
    gain, cost = number(measured["gain_points"], 2, signed=True), number(measured["cost_ratio"], 1)
    return text("settings.tta_measured", gain=gain, cost=cost)
