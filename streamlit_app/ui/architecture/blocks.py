"""What the network is built of: its blocks as a picture, its layers as a table, from the card that lies beside it."""

import math
import re
from dataclasses import dataclass

import streamlit as st

from inference import NetworkUnavailable
from inference.classifier import DEFAULT_NETWORK
from ui import results
from ui.architecture.weights import network_weights
from ui.figures import show_figures, show_table
from ui.texts import said, text
from ui.words import number, shape

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
    try:
        results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
    else:
        file = f"models/{DEFAULT_NETWORK}.onnx"
        st.caption(text("network.folded", count=number(network_weights().numbers), file=file))


def breakable(name: str) -> str:
    """Return a name of several words in one, with places where a line may end: a phone is narrow."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "\u200b", name)
