"""How well it does, in short: one figure for each question that a visitor has, and what it was measured on."""

import streamlit as st

from ui import results
from ui.figures import show_figures, show_missing
from ui.performance.damaged import MEAN, MNIST_C
from ui.performance.on_mnist import EVALUATION, warn_of_another_network
from ui.performance.photos import PHOTOS, real_figures
from ui.performance.refused import VERDICTS, total_figure
from ui.performance.scenes import SCENES
from ui.texts import text
from ui.words import decimals, interval, number, percent

WIDTH = 240  # pixels: three beside each other on a desktop


def show_summary() -> None:
    """Show how many of real photos, of MNIST's images and of harder ones are read right."""
    st.markdown(text("summary.what"))
    found = {PHOTOS: real_figures(), EVALUATION: _mnist(), SCENES: _scenes(), MNIST_C: _damaged(), VERDICTS: _refused()}
    show_figures([figure for figures in found.values() for figure in figures], WIDTH)
    if found[PHOTOS]:
        st.caption(text("summary.kept_apart"))
    else:
        show_missing(text("performance.not_measured"), PHOTOS, f"digitlens benchmark FOLDER --json models/{PHOTOS}")
    if not found[EVALUATION]:
        show_missing(text("performance.test_missing"), EVALUATION, "make evaluate")
    warn_of_another_network()
    files = ", ".join(f"`models/{file}`" for file, figures in found.items() if figures)
    if files:
        st.caption(text("summary.files", files=files))


def _mnist() -> list[tuple[str, str, str]]:
    test = (results.evaluation() or {}).get("test")
    if not test:
        return []
    right = round(test["images"] * test["accuracy"])
    words = text("summary.mnist_of", right=number(right), total=number(test["images"]))
    return [_figure("mnist", test["accuracy"], words, test["interval"], decimals(test["images"]))]


def _scenes() -> list[tuple[str, str, str]]:
    row = (results.measured(SCENES) or {}).get("overall")
    if not row:
        return []
    words = text("summary.scenes_of", right=number(row["right"]), total=number(row["total"]))
    return [_figure("scenes", row["accuracy"], words, row["interval"])]


def _damaged() -> list[tuple[str, str, str]]:
    rows = {row["corruption"]: row for row in results.table(MNIST_C) or []}
    images = (results.evaluation() or {}).get("mnist_c", {}).get("images")
    if MEAN not in rows or images is None:
        return []
    (ours,) = [float(share) for column, share in rows[MEAN].items() if column != "corruption"][:1]
    words = text("summary.damaged_of", kinds=len(rows) - 1, count=number(images))
    return [_figure("damaged", 1 - ours, words)]


def _refused() -> list[tuple[str, str, str]]:
    measured = results.measured(VERDICTS)
    return total_figure(measured) if measured else []


def _figure(
    name: str, share: float, words: str, bounds: list[float] | None = None, digits: int = 1
) -> tuple[str, str, str]:
    note = f"{words}  \n{interval(bounds, digits)}" if bounds else words
    return text(f"summary.{name}"), percent(share, digits), note
