"""The test images that are misread: those of one cell of the confusion matrix, or all."""

from collections import Counter

import streamlit as st

from inference.classifier import models_folder
from inference.mnist import MnistUnavailable
from ui import results
from ui.charts.confusion import CELL
from ui.figures import show_table
from ui.performance.on_mnist import EVALUATION
from ui.pictures import picture
from ui.texts import said, text
from ui.words import percent

CHART = "confusion_chart"  # in the session's state: what was clicked in the matrix
CHOSEN = "misread_cell"  # and the cell that is open: (true digit, answer), or ALL
ALL = "all"
BOX = 88  # pixels: three beside each other, on a phone too
MANY, TALLEST = 6, 330  # images, pixels: what is more is scrolled, so that all stays beside the matrix
GALLERY = "figures/mnist_cnn_misread.png"


def choose_clicked() -> None:
    """Open the cell that was clicked in the matrix: the list below it, which a keyboard reaches too, then shows it."""
    clicked = st.session_state[CHART]["selection"].get(CELL) or []
    st.session_state[CHOSEN] = (int(clicked[0]["true"]), int(clicked[0]["read"])) if clicked else ALL


def show_misread(misread: list[dict]) -> None:
    """Show the images of the chosen cell; ``misread``: index, label, answer, confidence, wrong_label of each."""
    if not misread:
        return
    st.subheader(text("misread.title"), anchor=False)
    cells = Counter((row["label"], row["answer"]) for row in misread)
    titles = {ALL: text("misread.all", count=len(misread))}
    titles |= {cell: _title(*cell, count) for cell, count in cells.most_common()}
    if (clicked := st.session_state.get(CHOSEN, ALL)) not in titles:
        titles[clicked] = _title(*clicked, 0)
    chosen = st.selectbox(text("misread.cell"), titles, format_func=titles.get, key=CHOSEN)
    rows = [row for row in misread if chosen in (ALL, (row["label"], row["answer"]))]
    if not rows:
        st.caption(text("misread.none"))
        return
    try:
        images, _ = results.mnist_test()
    except MnistUnavailable as error:
        st.info(f"{said(str(error))} {text('misread.without_images')}")
        _show_as_table(rows, with_gallery=chosen == ALL)
        return
    with st.container(horizontal=True, height=TALLEST if len(rows) > MANY else "content"):
        for row in rows:
            values = {"true": row["label"], "read": row["answer"]}
            caption = text("misread.caption", **values, confidence=percent(row["confidence"]))
            if row["wrong_label"]:
                caption += f" · {text('misread.wrong_label')}"
            picture(images[row["index"]], caption, box=BOX, alt=text("misread.alt", index=row["index"], **values))
    st.caption(text("misread.hint", file=f"models/{EVALUATION}"))


def _title(true: int, read: int, count: int) -> str:
    return text("misread.one", true=true, read=read, count=count)


def _show_as_table(rows: list[dict], *, with_gallery: bool) -> None:
    gallery = models_folder() / GALLERY
    if with_gallery and gallery.exists():
        st.image(gallery.read_bytes(), text("performance.source", file=f"models/{GALLERY}"), alt=text("misread.title"))
    show_table(
        [
            {
                text("misread.index"): str(row["index"]),
                text("performance.true_digit"): str(row["label"]),
                text("performance.read_as"): str(row["answer"]),
                text("answer.confidence"): percent(row["confidence"]),
            }
            for row in rows
        ]
    )
