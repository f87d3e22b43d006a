"""The settings of a reading, in the sidebar."""

from dataclasses import dataclass

import streamlit as st

from inference import Config, cutout
from inference.steps import REMBG_MODES
from inference.tta import TTA_VIEWS
from ui import results

REMBG_LABELS = {"never": "Never", "auto": "When the ink is unclear", "always": "Always"}
REMBG_SIZES = {"u2netp": "small, fast", "u2net": "large", "isnet-general-use": "large, sharp edges"}


@dataclass(frozen=True)
class Settings:
    """How to read: how to preprocess a photo, and whether the network looks several times."""

    config: Config
    tta: bool


def ask_settings(*, of_photos: bool) -> Settings:
    """Show the settings and return them; ``of_photos``: also those that matter for photos only."""
    names = [view.name for view in TTA_VIEWS]
    with st.sidebar:
        st.subheader("Settings", anchor=False)
        tta = st.toggle(
            "Look several times (TTA)",
            key="tta",
            persist_state="session",
            help=f"Test-time augmentation: the digit is seen {len(TTA_VIEWS)} ways ({'; '.join(names)}), and the"
            " mean of the answers counts.",
        )
        st.caption(_tta_measured())
        if not of_photos:
            st.caption("Background removal (rembg) is for photos: here it stays off.")
            return Settings(Config(rembg="never"), tta)
        return Settings(_ask_rembg(), tta)


def _ask_rembg() -> Config:
    mode = st.radio(
        "Remove the background (rembg)",
        REMBG_MODES,
        index=REMBG_MODES.index("auto"),
        format_func=REMBG_LABELS.get,
        key="rembg",
        persist_state="session",
    )
    if mode == "never":
        return Config(rembg="never")
    model = st.selectbox(
        "rembg model",
        list(cutout.MODELS),
        format_func=lambda name: f"{name} ({REMBG_SIZES[name]})" if name in REMBG_SIZES else name,
        key="rembg_model",
        persist_state="session",
    )
    if not cutout.is_available(model):
        st.caption(f"The weights of {model} are not here. Photos are read without rembg.")
        if st.button(f"Download {model}"):
            _download(model)
    return Config(rembg=mode, rembg_model=model)


def _download(model: str) -> None:
    try:
        with st.spinner(f"Downloading {model} …"):
            cutout.download_weights(model)
    except cutout.CutoutUnavailable as error:
        st.error(str(error))
    else:
        st.rerun()


def _tta_measured() -> str:
    measured = (results.evaluation() or {}).get("tta")
    if not measured:
        return "Its gain is not measured yet: `make evaluate` does it."
    return (
        f"Measured on the validation images: {measured['gain_points']:+.2f} points of accuracy,"
        f" {measured['cost_ratio']:.1f} times the network's time."
    )
