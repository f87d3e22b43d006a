"""The parts of the Architecture page."""

import math
import re
from dataclasses import dataclass

import numpy as np
import streamlit as st

from inference import NetworkUnavailable
from inference.mnist import MnistUnavailable
from inference.samples import DIGITS, written
from ui import results
from ui.answer import LAST_DIGIT
from ui.figures import show_figures, show_table
from ui.pictures import data_url, mosaic, picture, shown
from ui.texts import said, text
from ui.words import duration, number, percent, shape, significant

STAGE_WIDTH = 148


@dataclass(frozen=True)
class Stage:
    """Layers that belong together: a block with its pooling, or what follows the last block."""

    title: str
    layers: tuple[dict, ...]

    @property
    def output_shape(self) -> list[int]:
        """The shape after the block itself, before it is pooled for the next one."""
        return next(
            (layer["output_shape"] for layer in self.layers if _is_block(layer)), self.layers[-1]["output_shape"]
        )

    @property
    def convolutions(self) -> int:
        return sum(layer["kind"] == "Conv2D" for layer in self.layers)

    @property
    def parameters(self) -> int:
        return sum(layer["parameters"] for layer in self.layers)


def stages(layers: list[dict]) -> list[Stage]:
    """Split a layer table into its stages: each ends with a layer named block… and the pooling right after it."""
    found, current, ended = [], [], False
    for layer in layers:
        if ended and not _is_pooling(layer):
            found.append(current)
            current, ended = [], False
        current.append(layer)
        ended = ended or _is_block(layer)
    found.append(current)
    blocks = sum(any(map(_is_block, group)) for group in found)
    titles = [text("network.block", number=place) for place in range(1, blocks + 1)]
    titles += [text("network.answer")] * (len(found) - blocks)
    return [Stage(title, tuple(group)) for title, group in zip(titles, found, strict=True) if group]


def _is_block(layer: dict) -> bool:
    return layer["name"].startswith("block")


def _is_pooling(layer: dict) -> bool:
    return layer["kind"] in ("MaxPooling2D", "AveragePooling2D")


# --- Overview --------------------------------------------------------------------------------------------------


def show_overview(card: dict) -> None:
    """Show how large the network is, what it is given, and its blocks as a picture."""
    layers = card.get("layers") or []
    given = card.get("input")
    figures = [(text("network.parameters"), number(card["parameters"]), "")] if "parameters" in card else []
    figures += [(text("network.layers"), str(len(layers)), "")] if layers else []
    figures += [(text("network.input"), shape(given["shape"]), "")] if given else []
    show_figures(figures)
    if given:
        low, high = given["range"]
        told = {"shape": shape(given["shape"]), "dtype": given["dtype"], "polarity": said(given["polarity"])}
        st.caption(text("network.input_hint", low=low, high=high, **told))
    if not layers:
        st.info(text("network.no_layers"))
        return
    with st.container(horizontal=True):
        for stage in stages(layers):
            with st.container(width=STAGE_WIDTH, gap="xxsmall"):
                st.image(stage_picture(stage), width=STAGE_WIDTH, alt=f"{stage.title}: {shape(stage.output_shape)}")
                st.markdown(f"**{stage.title}**")
                st.caption("  \n".join(_facts(stage)))
    st.caption(text("network.squares"))


def _facts(stage: Stage) -> list[str]:
    """Return what stands under a stage's picture, a line each."""
    count = stage.convolutions
    facts = [shape(stage.output_shape), text("network.count_parameters", count=number(stage.parameters))]
    if count:
        facts.insert(0, text("network.one_convolution") if count == 1 else text("network.convolutions", count=count))
    return facts


def stage_picture(stage: Stage) -> str:
    """Return a stage as SVG: overlapping squares, their side by rows, their number growing with the filters.

    What has no rows and columns any more is drawn as a bar.
    """
    *sides, filters = stage.output_shape
    height, ground = 120, 112
    if not sides:
        drawn = f'<rect x="4" y="{ground - 14}" width="110" height="14" rx="2" fill="#2a9d8f" stroke="#0f5f58" />'
    else:
        side = 14 + 2 * sides[0]
        sheets = max(1, round(math.log2(filters)))
        drawn = "".join(
            f'<rect x="{4 + 5 * back}" y="{ground - side - 4 * back}" width="{side}" height="{side}" rx="2"'
            f' fill="#2a9d8f" fill-opacity="{1 - 0.6 * back / sheets:.2f}" stroke="#0f5f58" />'
            for back in reversed(range(sheets))
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{STAGE_WIDTH}" height="{height}"'
        f' viewBox="0 0 {STAGE_WIDTH} {height}">{drawn}</svg>'
    )


# --- Layers ----------------------------------------------------------------------------------------------------


def show_layers(card: dict) -> None:
    """Show every layer with its output shape and its counted parameters."""
    layers = card.get("layers") or []
    if not layers:
        return
    st.subheader(text("network.layers"), anchor=False)
    rows = [
        {
            text("network.layer"): f"**{layer['name']}** {breakable(layer['kind'])}",
            text("network.output"): shape(layer["output_shape"]),
            text("network.parameters"): number(layer["parameters"]),
        }
        for layer in layers
    ]
    show_table(rows)
    total = sum(layer["parameters"] for layer in layers)
    st.markdown(text("network.total", count=number(total), file=f"models/{card['name']}.json"))


def breakable(name: str) -> str:
    """Return a name of several words in one, with places where a line may end: a phone is narrow."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "\u200b", name)


# --- Feature maps ----------------------------------------------------------------------------------------------


def show_feature_maps() -> None:
    """Show what every block sees in a digit of the person's choice."""
    st.subheader(text("network.maps"), anchor=False)
    st.caption(text("network.maps_hint"))
    try:
        network = results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        return
    left, right = st.columns([1, 3], gap="large")
    with left:
        digit = _choose_digit()
        if digit is None:
            return
        picture(digit, text("network.looked_at_caption"), box=150, alt=text("network.looked_at_alt"))
    with right:
        maps = network.feature_maps(digit)
        for tab, (name, block) in zip(st.tabs([_block_title(name) for name in maps]), maps.items(), strict=True):
            with tab:
                count = block.shape[-1]
                caption = text("network.filters", count=count, shape=shape(block.shape[:2]))
                with st.container(width=440):
                    st.image(
                        data_url(shown(mosaic(block), 880), exact=True),
                        caption,
                        width="stretch",
                        alt=text("network.maps_alt", block=_block_title(name)),
                    )


def _block_title(name: str) -> str:
    return text("network.block", number=name.removeprefix("block"))


def _choose_digit() -> np.ndarray | None:
    sources = {"sample": text("network.sample"), "mnist": text("network.mnist")}
    if LAST_DIGIT in st.session_state:
        sources = {"last": text("network.last"), **sources}
    source = st.radio(text("network.looked_at"), sources, format_func=sources.get, key="looked_at")
    if source == "last":
        return st.session_state[LAST_DIGIT]
    if source == "sample":
        digit = st.selectbox(text("network.digit"), DIGITS, index=4, key="looked_at_digit")
        return np.pad(written(digit, 24, pen=0.1), 2)
    try:
        images, _ = results.mnist_test()
    except MnistUnavailable as error:
        st.info(said(str(error)))
        return None
    return images[st.number_input(text("network.mnist_index"), 0, len(images) - 1, key="looked_at_index")]


# --- Training --------------------------------------------------------------------------------------------------


def show_training(card: dict) -> None:
    """Show how the network was trained: each setting with its reason, the data, the versions."""
    st.subheader(text("network.training"), anchor=False)
    made = card.get("made")
    if not made:
        st.info(text("network.not_said"))
        return
    st.caption(text("network.settings"))
    st.markdown("\n".join(f"- {line}" for line in setting_lines(made["settings"])))
    facts = []
    if "training_seconds" in made:
        facts.append(text("network.made_in", duration=duration(made["training_seconds"])))
    if "date" in made:
        facts.append(text("network.made_when", date=made["date"]))
    if "data" in made:
        data, checksum = made["data"]["name"], made["data"]["sha256_of_arrays"][:16]
        facts.append(text("network.made_on", data=data, checksum=checksum))
    if facts:
        st.markdown(text("network.made", facts=", ".join(facts)))
    validation = card.get("validation") or {}
    if "accuracy" in validation:
        right = percent(validation["accuracy"], 2)
        st.markdown(text("network.validation", count=number(validation["images"]), right=right))
    if "versions" in made:
        versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
        st.caption(text("network.versions", versions=versions))


def setting_lines(settings: dict) -> list[str]:
    """Return each setting with its value and the reason for it, as Markdown.

    A reason given for "validation" belongs to the first setting whose name begins with that word.
    """
    reasons = dict(settings.get("reasons", {}))
    lines = []
    for name, value in settings.items():
        if name in ("reasons", "network"):
            continue
        reason = reasons.pop(name, None) or reasons.pop(name.split("_")[0], "")
        title = name.replace("_", " ").capitalize()
        lines.append(f"**{title}: {_value(value)}.** {reason[:1].upper()}{reason[1:]}{'.' if reason else ''}")
    return lines


def _value(value) -> str:
    if isinstance(value, bool):
        return text("network.yes") if value else text("network.no")
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, dict):
        # Shares of the images, as the augmentation has them, or settings of their own.
        shares = all(isinstance(item, float) and item <= 1 for item in value.values())
        shown = {name.replace("_", " "): percent(item, 1) if shares else _value(item) for name, item in value.items()}
        return ", ".join(f"{name} {item}" for name, item in shown.items()) or text("network.none")
    if isinstance(value, list):
        return ("; " if any(isinstance(item, list) for item in value) else ", ").join(map(_value, value))
    return str(value)
