"""Every network's answer to the same 28×28 pixels, side by side; they are loaded when somebody asks."""

import time

import streamlit as st

from inference import NetworkUnavailable
from inference.classifier import DEFAULT_NETWORK, network_names
from ui import results
from ui.answer import Answer
from ui.figures import show_table
from ui.texts import said, text
from ui.words import confidence, duration

# The networks that ship, and what each is called; one that somebody trained is called by its name.
DESCRIBED = ("mnist_cnn", "mlp", "cnn3", "cnn_flask", "resnet10")
RUNS = 5  # the fastest counts: the first one warms up, and others use the machine too


def offer_networks(answer: Answer, *, tta: bool) -> None:
    """Offer what every network reads in the digit of an answer."""
    if answer.digit is None or not st.toggle(text("compare.ask"), key="networks", persist_state="session"):
        return
    rows = [_row(name, answer, tta) for name in network_names()]
    show_table([row for row, _ in rows])
    answers = {digit for _, digit in rows if digit is not None}
    st.caption(text("compare.agree") if len(answers) == 1 else text("compare.differ", count=len(answers)))


def _row(name: str, answer: Answer, tta: bool) -> tuple[dict[str, str], int | None]:
    title = text(f"compare.{name}") if name in DESCRIBED else name
    try:
        network = results.classifier(name)
    except NetworkUnavailable as error:
        return dict(zip(_columns(), (title, "–", said(str(error)), "–"), strict=True)), None
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        prediction = network.predict(answer.digit, tta=tta)
        times.append(time.perf_counter() - started)
    cells = f"**{title}**" if name == DEFAULT_NETWORK else title, f"**{prediction.digit}**"
    cells += confidence(prediction.confidence), duration(min(times)).replace(" ", "\u00a0")
    return dict(zip(_columns(), cells, strict=True)), prediction.digit


def _columns() -> list[str]:
    return [text("compare.network"), text("answer.digit"), text("answer.confidence"), text("compare.time")]
