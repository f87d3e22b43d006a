"""The pictures in models/figures/, drawn from the evaluations and tables beside them.

One style: white ground, text that can be read on a phone, colours that people with any colour vision can tell apart
(M. Okabe, K. Ito, "Color universal design", 2008). Without pyplot, which would keep every figure in memory.
"""

import csv
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, PercentFormatter

from inference.classifier import DEFAULT_NETWORK
from training.data import Split
from training.evaluation.measures import wilson_interval
from training.evaluation.tables import read_table

BLUE, ORANGE, GREEN, GREY, INK = "#0072b2", "#d55e00", "#009e73", "#7f8a90", "#1d2529"
COLOURS = (BLUE, ORANGE, GREEN, "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"
STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "grid.color": "#e3e8ea",
    "legend.frameon": False,
}
DOTS_PER_INCH = 130
# At most so many misread images are shown of the default network, and of each other: MNIST is quoted, not published
# again. All pictures of the repository together show at most 300 of its images; a test counts.
GALLERY, GALLERY_OF_OTHERS = 32, 16
CREDIT = "MNIST: Y. LeCun, C. Cortes, C. J. C. Burges"


def draw_all(folder: Path, evaluations: list[dict], test: Split) -> None:
    """Draw every picture into ``folder``/figures; one whose figures were not measured is removed.

    ``evaluations``: those of the networks, the default one first; the tables and histories are read from ``folder``.
    """
    out = folder / "figures"
    out.mkdir(exist_ok=True)
    with rc_context(STYLE):
        for evaluation in evaluations:
            name = evaluation["name"]
            most = GALLERY if name == DEFAULT_NETWORK else GALLERY_OF_OTHERS
            _save(confusion(evaluation), out / f"{name}_confusion.png")
            _save(reliability(evaluation), out / f"{name}_reliability.png")
            _save(gallery(evaluation, test, most), out / f"{name}_misread.png")
            history = folder / f"{name}_history.csv"
            _save(training(history) if history.exists() else None, out / f"{name}_training.png")
        measured = [evaluation for evaluation in evaluations if evaluation["mnist_c"]]
        _save(corruptions(measured) if measured else None, out / "mnist_c.png")
        _save(networks(evaluations) if len(evaluations) > 1 else None, out / "networks.png")
        steps = folder / "development.csv"
        _save(development(read_table(steps)) if steps.exists() else None, out / "development.png")


def _save(figure: Figure | None, path: Path) -> None:
    """Write a picture; without one, leave no older one behind."""
    if figure is None:
        path.unlink(missing_ok=True)
    else:
        figure.savefig(path, dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})


def confusion(evaluation: dict) -> Figure:
    """Return the confusion matrix: what is right in grey, errors the stronger the more of them."""
    counts = np.array(evaluation["confusion"])
    errors = counts * (1 - np.eye(len(counts), dtype=int))
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    shades = LinearSegmentedColormap.from_list("errors", ["white", ORANGE])
    axes.imshow(errors, cmap=shades, vmin=0, vmax=max(1, errors.max()))
    for (row, column), count in np.ndenumerate(counts):
        if row == column:
            axes.add_patch(_square(column, row))
        if count:
            strong = row != column and count > 0.6 * errors.max()
            axes.text(column, row, count, ha="center", va="center", fontsize=9, color="white" if strong else INK)
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(-0.5, 10), minor=True)
    axes.set_yticks(np.arange(-0.5, 10), minor=True)
    axes.grid(which="minor")
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("read as")
    axes.set_ylabel("true digit")
    test = evaluation["test"]
    figure.suptitle(f"{evaluation['name']}: {test['errors']} of {test['images']:,} test images read wrong", fontsize=11)
    figure.supxlabel(fill(evaluation["comment"], 88), fontsize=8)
    return figure


def _square(column: int, row: int) -> Rectangle:
    return Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="#e3e8ea", edgecolor="none")


def reliability(evaluation: dict) -> Figure:
    """Return accuracy against confidence, before and after the temperature, with the number of images in each bin."""
    measured = evaluation["calibration"]
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    upper, lower = figure.subplots(2, 2, height_ratios=(3, 1), sharex=True, sharey="row")
    titles = {"before": "before the temperature", "after": f"after temperature {measured['temperature']:.3f}"}
    for place, (when, title) in enumerate(titles.items()):
        bins = measured[when]["bins"]
        middles = [(row["low"] + row["high"]) / 2 for row in bins]
        width = bins[0]["high"] - bins[0]["low"]
        upper[place].plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="honest")
        upper[place].errorbar(
            [row["confidence"] for row in bins],
            [row["accuracy"] for row in bins],
            yerr=np.transpose([_to_interval(row) for row in bins]),
            fmt="o",
            color=BLUE,
            ecolor="#9cc6df",
            label="measured, 95 % interval",
        )
        upper[place].set_title(f"{title}\nECE {measured[when]['ece']:.2%}, NLL {measured[when]['nll']:.4f}")
        lower[place].bar(middles, [row["images"] for row in bins], width=0.9 * width, color=BLUE)
        lower[place].set_yscale("log")
        lower[place].set_yticks([1, 100, 10000], ["1", "100", "10,000"])
        lower[place].set_ylim(0.5, 20000)
        lower[place].minorticks_off()
        lower[place].set_xlabel("confidence")
        upper[place].grid()
        lower[place].grid(axis="y")
        lower[place].xaxis.set_major_formatter(PercentFormatter(1))
        upper[place].yaxis.set_major_formatter(PercentFormatter(1))
    upper[0].set_ylabel("right")
    lower[0].set_ylabel("images")
    figure.legend(*upper[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(f"{evaluation['name']}: is 90 % sure right in 90 % of the cases?", fontsize=11)
    return figure


def _to_interval(row: dict) -> tuple[float, float]:
    """Return how far the bounds of the interval lie below and above the accuracy of a bin."""
    low, high = wilson_interval(round(row["accuracy"] * row["images"]), row["images"])
    return max(0.0, row["accuracy"] - low), max(0.0, high - row["accuracy"])


def gallery(evaluation: dict, test: Split, most: int) -> Figure | None:
    """Return the misread test images, the ``most`` surest answers first; None where none was misread."""
    rows = evaluation["misread"]
    shown = rows[:most]
    if not shown:
        return None
    columns = 8
    lines = -(-len(shown) // columns)
    figure = Figure(figsize=(8, 1.16 * lines + 0.8), layout="constrained")
    places = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes in places:
        axes.axis("off")
    for axes, row in zip(places, shown, strict=False):
        axes.imshow(test.images[row["index"]], cmap="gray_r", vmin=0, vmax=255)
        mark = "*" if row["wrong_label"] else ""
        axes.set_title(
            f"{row['label']}{mark} → {row['answer']}   {_sure(row['confidence'])}", fontsize=8, loc="center", pad=2
        )
    which = "all" if len(shown) == len(rows) else f"the {len(shown)} surest"
    figure.suptitle(
        f"{evaluation['name']}: {which} of {len(rows)} misread test images: label → answer, confidence", fontsize=11
    )
    noted = "* label known to be wrong.  " if any(row["wrong_label"] for row in shown) else ""
    figure.supxlabel(f"{noted}{CREDIT}", fontsize=8, color=GREY)
    return figure


def _sure(confidence: float) -> str:
    """A percentage that never rounds up to certainty."""
    return "> 99 %" if confidence > 0.99 else f"{100 * confidence:.0f} %"


def training(path: Path) -> Figure:
    """Return error and loss over the epochs, from a history file."""
    with path.open(newline="") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    epochs = [row["epoch"] for row in rows]
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for prefix, name, colour, marker in (("", "training", ORANGE, "o"), ("val_", "validation", BLUE, "s")):
        style = {"color": colour, "marker": marker, "markersize": 3, "label": name}
        left.plot(epochs, [max(1 - row[f"{prefix}accuracy"], 1e-5) for row in rows], **style)
        right.plot(epochs, [row[f"{prefix}loss"] for row in rows], **style)
    left.set_yscale("log")
    left.yaxis.set_major_formatter(FuncFormatter(_percent))
    left.yaxis.set_minor_formatter(FuncFormatter(_percent_of_2_and_5))
    left.set_title("errors")
    right.set_title("loss")
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.grid(which="both", axis="y")
    left.legend()
    name = path.stem.removesuffix("_history")
    figure.suptitle(f"{name}: training images are augmented, and harder than those for validation", fontsize=11)
    return figure


def _percent(value: float, _position=None) -> str:
    return f"{100 * value:g} %"


def _percent_of_2_and_5(value: float, _position=None) -> str:
    """Between the powers of ten of a log axis, name 2 and 5 only: the rest would overlap."""
    return _percent(value) if f"{value:e}"[0] in "25" else ""


def corruptions(evaluations: list[dict]) -> Figure:
    """Return each network's error by corruption of MNIST-C, the worst of the first network at the top."""
    first = evaluations[0]["mnist_c"]
    names = sorted(first["errors"], key=first["errors"].get)
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(names))
    axes.barh(places, [first["errors"][name] for name in names], color="#cfe3ef", height=0.7)
    for number, evaluation in enumerate(evaluations):
        errors = evaluation["mnist_c"]["errors"]
        axes.plot(
            [errors[name] for name in names],
            places,
            MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            markersize=7 if number == 0 else 5,
            label=f"{evaluation['name']} (mean {evaluation['mnist_c']['mean']:.1%})",
        )
    axes.set_yticks(places, [name.replace("_", " ") for name in names])
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("wrong answers, one pass")
    axes.grid(axis="x")
    figure.legend(loc="outside lower center", ncols=3)
    figure.suptitle(f"MNIST-C: {first['images']:,} test images in each of {len(names)} corruptions", fontsize=11)
    return figure


def networks(evaluations: list[dict]) -> Figure:
    """Return test error against parameters, each network with its 95 % interval."""
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    for number, evaluation in enumerate(evaluations):
        error = 1 - evaluation["test"]["accuracy"]
        low, high = (1 - bound for bound in reversed(evaluation["test"]["interval"]))
        colour = COLOURS[number % len(COLOURS)]
        axes.errorbar(
            evaluation["parameters"],
            error,
            yerr=[[error - low], [high - error]],
            fmt=MARKERS[number % len(MARKERS)],
            color=colour,
            capsize=4,
            label=f"{evaluation['name']}: {error:.2%}",
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(_count))
    axes.xaxis.set_minor_formatter(FuncFormatter(_count_of_2_and_5))
    axes.yaxis.set_major_formatter(FuncFormatter(_percent))
    axes.yaxis.set_minor_formatter(FuncFormatter(_percent_of_2_and_5))
    axes.set_xlabel("parameters")
    axes.set_ylabel("test images read wrong")
    axes.grid(which="both")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.suptitle("Error against size, with 95 % intervals: the lower and the further left the better", fontsize=11)
    return figure


def _count(value: float, _position=None) -> str:
    return f"{value / 1000:g}k" if value < 1e6 else f"{value / 1e6:g}M"


def _count_of_2_and_5(value: float, _position=None) -> str:
    return _count(value) if f"{value:e}"[0] in "25" else ""


def development(rows: list[dict]) -> Figure:
    """Return the errors of each step of the development, the first step at the top."""
    series = {
        "validation": [1 - row["validation_accuracy"] for row in rows],
        "test": [1 - row["test_accuracy"] for row in rows],
        "own corruptions of the validation images": [row["own_corruptions_error"] for row in rows],
        "MNIST-C": [row["mnist_c_error"] for row in rows],
    }
    figure = Figure(figsize=(8, 0.5 * len(rows) + 1.8), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    for number, (name, errors) in enumerate(series.items()):
        if None not in errors:
            axes.plot(errors, places, MARKERS[number], color=COLOURS[number], label=name)
    axes.set_yticks(places, [row["title"] for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(_percent))
    axes.xaxis.set_minor_formatter(FuncFormatter(_percent_of_2_and_5))
    axes.grid(which="both")
    axes.set_xlabel("wrong answers")
    figure.legend(loc="outside upper center", ncols=2)
    return figure
