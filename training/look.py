"""Look at the data before training: ``python -m training.look``, or ``--data FOLDER_OR_NPZ --out FOLDER`` for your own.

Writes data.json (how many images of each digit there are, how bright they are) and four pictures into figures/:
data_counts.png, data_means.png, data_samples.png, and data_augmentations.png: what each operation makes of an image.
"""

import argparse
import json
import math
import os
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from inference.augmentation import OPERATIONS
from inference.classifier import DEFAULT_NETWORK
from inference.mnist import MnistUnavailable
from training.data import training_and_validation
from training.export import MODELS
from training.lettering import make_legible
from training.sources import Data, DataError, Split, load_data
from training.train import read_settings

CREDIT = {"MNIST": "MNIST: Y. LeCun, C. Cortes, C. J. C. Burges"}
# Told apart by every kind of colour vision. Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
COLOURS = {"training": "#0072B2", "validation": "#E69F00", "test": "#009E73"}
DIGITS = range(10)
SAMPLES_OF_A_DIGIT = 10
SAMPLES_SEED = 2026
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "figure.dpi": 120,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.15,
}


def look(data: Data, splits: dict[str, Split]) -> dict:
    """Return what data.json holds: the data set's name, its counts by split and digit, and its pixels.

    Mean and deviation, 0-255, are over all pixels of the training images: ``splits["training"]``.
    """
    images = splits["training"].images
    # One row of pixels after the other, so that no copy of all images in float64 is made.
    mean, deviation = cv2.meanStdDev(images.reshape(-1, images.shape[-1]))
    described = data.described()
    return {
        **{name: described[name] for name in ("name", "inverted", "from_photos", "sha256_of_arrays")},
        "credit": CREDIT.get(data.name),
        "image_size": list(images.shape[1:]),
        "counts": {name: len(split.labels) for name, split in splits.items()},
        "per_digit": {name: split.per_digit() for name, split in splits.items()},
        "pixels": {"of": "training", "mean": round(mean.item(), 3), "deviation": round(deviation.item(), 3)},
    }


def counts_figure(name: str, splits: dict[str, Split]) -> Figure:
    """Return bars: how many images of each digit there are, one panel a split, each with a scale of its own."""
    figure = Figure(figsize=(9, 1.9 * len(splits) + 0.8), layout="constrained")
    panels = figure.subplots(len(splits), sharex=True, squeeze=False)[:, 0]
    for panel, (split_name, split) in zip(panels, splits.items(), strict=True):
        bars = panel.bar(DIGITS, split.per_digit(), color=COLOURS[split_name], width=0.7)
        panel.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=9)
        panel.set_title(f"{split_name.capitalize()}: {len(split.labels):,} images", loc="left")
        panel.margins(y=0.15)
        panel.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, integer=True))
        panel.yaxis.set_major_formatter("{x:,.0f}")
        panel.spines[["top", "right"]].set_visible(False)
    panels[-1].set_xticks(DIGITS)
    panels[-1].set_xlabel("digit")
    figure.supylabel("images", fontsize=11)
    figure.suptitle(f"{name}: how many images of each digit there are")
    return figure


def means_figure(name: str, training: Split) -> Figure:
    """Return the mean of the training images of each digit: where a digit's ink mostly lies."""
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    for digit, panel in enumerate(figure.subplots(2, 5).flat):
        _show(panel, training.images[training.labels == digit].mean(axis=0))
        panel.set_title(str(digit))
    figure.suptitle(f"{name}: the average training image of each digit")
    _give_credit(figure, name)
    return figure


def samples_figure(name: str, training: Split) -> Figure:
    """Return up to ten training images of each digit, chosen at random: a row a digit, the same ones every time."""
    rng = np.random.default_rng(SAMPLES_SEED)
    figure = Figure(figsize=(7.2, 7.75), layout="constrained")
    panels = figure.subplots(len(DIGITS), SAMPLES_OF_A_DIGIT)
    for digit, row in zip(DIGITS, panels, strict=True):
        images = training.images[training.labels == digit]
        chosen = rng.choice(len(images), min(len(row), len(images)), replace=False)
        for panel in row:
            panel.axis("off")
        for panel, image in zip(row, images[chosen], strict=False):
            _show(panel, image)
    figure.suptitle(f"{name}: some training images of each digit, chosen at random")
    _give_credit(figure, name)
    return figure


def augmentations_figure(name: str, training: Split) -> Figure:
    """Return every augmentation of inference/augmentation.py, each on one image: before, and three times after."""
    columns, after = 3, 3
    rng = np.random.default_rng(SAMPLES_SEED)
    figure = Figure(figsize=(11, 10.4), layout="constrained")
    parts = figure.subfigures(math.ceil(len(OPERATIONS) / columns), columns, hspace=0.06, wspace=0.06)
    for part, (operation_name, operation) in zip(parts.flat, OPERATIONS.items(), strict=False):
        digits = [operation.digit] if operation.digit is not None else DIGITS
        image = training.images[rng.choice(np.flatnonzero(np.isin(training.labels, digits)))].astype(np.float32)
        changed = [operation.apply(image, rng) for _ in range(after)]
        part.suptitle(operation_name.replace("_", " "), fontsize=11)
        for panel, shown in zip(part.subplots(1, 1 + after), [image, *changed], strict=True):
            _show(panel, shown)
    figure.suptitle("Augmentations: an image, and three times what becomes of it")
    _give_credit(figure, name)
    return figure


def _show(panel, image: np.ndarray) -> None:
    panel.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    panel.axis("off")


def _give_credit(figure: Figure, name: str) -> None:
    if name in CREDIT:
        figure.supxlabel(CREDIT[name], fontsize=9, color="0.35")


def write(data: Data, splits: dict[str, Split], out: Path) -> None:
    """Write data.json and figures/ into ``out``."""
    (out / "figures").mkdir(parents=True, exist_ok=True)
    text = json.dumps(look(data, splits), indent=2, ensure_ascii=False)
    (out / "data.json").write_text(text + "\n", encoding="utf-8")
    with matplotlib.rc_context(STYLE):
        figures = {
            "counts": counts_figure(data.name, splits),
            "means": means_figure(data.name, splits["training"]),
            "samples": samples_figure(data.name, splits["training"]),
            "augmentations": augmentations_figure(data.name, splits["training"]),
        }
        for name, figure in figures.items():
            make_legible(figure)
            # Without the version of matplotlib inside, the same data give the same file.
            figure.savefig(out / "figures" / f"data_{name}.png", metadata={"Software": None})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Look at the images that a network learns from: how many of each digit there are, their averages,"
        " some samples, and what each augmentation makes of one. Writes data.json and four pictures in figures/."
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="your own images: a folder with the sub-folders 0 to 9, or train/ and test/ with these, or an .npz with"
        " images and labels; wants --out (default: MNIST)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where it is written (default for MNIST: models/)")
    options = parser.parse_args(arguments)
    if options.data and not options.out:
        raise SystemExit("Say with --out FOLDER where your data's figures go: models/ holds MNIST's.")
    out = options.out or MODELS
    try:
        data = load_data(options.data)
        training, validation = training_and_validation(read_settings(DEFAULT_NETWORK), data)
        splits = {"training": training, "validation": validation}
        if data.test is not None:
            splits["test"] = data.test
        write(data, splits, out)
    except (DataError, MnistUnavailable) as error:
        raise SystemExit(str(error)) from error
    except OSError as error:
        raise SystemExit(f"{error.filename or out} cannot be written: {error.strerror}.") from error
    for name, split in splits.items():
        print(f"{name}: {len(split.labels):,} images")
    print(f"written to {os.path.relpath(out)}/")


if __name__ == "__main__":
    main()
