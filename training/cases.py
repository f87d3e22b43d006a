"""What the verdicts are fitted, chosen and measured on: photos of digits and of what is none, through the eleven steps.

Making them takes nearly all the time of `make verdicts`, so every core makes some. The same seeds give the same ones on
every run, whatever the number of cores.
"""

import multiprocessing
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from inference import Config, open_photo
from inference.candidates import Preprocessed, candidates
from inference.photo_benchmark import group_of, read_manifest
from inference.samples import written as sample
from inference.steps import as_digit
from training.non_digits import APART, CHOOSE, FAMILIES, FONTS, REPORT, Family, character, photo, written
from training.scene_benchmark import Planned, plan
from training.scene_pens import handwriting, stroke_field
from training.scenes import CONDITIONS, EVERY_PEN, is_writable, row_of_digits, scene
from training.sources import Split
from training.strokes import LARGE, like_mnist, warped

# No threshold was ever chosen with these scenes in sight: a new number makes a new half REPORT.
SEED = 2032
# What is none in the half REPORT begins with this seed.
REPORT_SEEDS = 20_000
NEVER = Config(rembg="never")
# Real digits come in three parts: the threshold is not chosen on those that the judge learnt from, which it finds more
# like digits than any other. What is none has two, as no threshold is chosen on it: it is learnt from, or reported.
FIT = "fit"
# Photos of real digits in each part, of digits in the hands of fonts, of rows of digits in each half, and of each
# family of what is none. A threshold that few digits lie under needs many to choose it on.
DIGITS, FONT_DIGITS, ROWS = {FIT: 920, CHOOSE: 690, REPORT: 460}, 138, 69
PHOTOS, PHOTOS_OF_PICTURES = {CHOOSE: 70, REPORT: 161}, {CHOOSE: 50, REPORT: 100}
# What the judge learns from beside the photos, 28×28 as they are: images of each family, digits of fonts.
DRAWN, DRAWN_FONT_DIGITS = 1000, 4000
REAL, FONT_REAL, SEVERAL, PEOPLE = "digits", "digits of fonts", "rows of digits", "people's photos"


@dataclass(frozen=True)
class Case:
    """One photo through the steps: what it shows, ``label`` -1 where that is no digit, and ``ways``: all that the steps
    may make of it, the likeliest first, without the traces. So a verdict can be asked for again and again.
    """

    half: str
    kind: str
    family: str
    label: int
    ways: tuple[Preprocessed, ...]


def case(picture: np.ndarray, half: str, kind: str, family: str, label: int = -1) -> Case:
    """Take a photo, (R, C, 3) uint8, through the steps."""
    ways = tuple(replace(made, trace=()) for made in candidates(picture, NEVER))
    return Case(half, kind, family, label, ways)


def made_by_all(tasks: Iterable[Callable[[], object]]) -> list:
    """Return what the tasks return, in their order: every core does some of them."""
    # A forked process would inherit TensorFlow's and ONNX Runtime's threads, and wait for them for ever.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        return list(pool.map(_done, tasks, chunksize=32))


def _done(task: Callable[[], object]) -> object:
    return task()


# --- Photos --------------------------------------------------------------------------------------------------


def cases(digits: dict[str, Split], share: float = 1.0) -> list[Case]:
    """Return all photos, through the steps: digits, rows of digits, and what is none; ``share`` makes fewer of them."""
    return made_by_all(_photos(digits, share))


def _photos(digits: dict[str, Split], share: float) -> Iterator[Callable[[], Case]]:
    for half, split in digits.items():
        seed = SEED + list(digits).index(half)
        for one in plan(split, round(share * DIGITS[half]), seed):
            yield partial(_of_digit, split.images[one.index], one, half)
        for number in range(round(share * ROWS) if half != FIT else 0):
            yield partial(_of_row, _some_writable(split, seed * 1000 + number), number, half, seed)
    for half in (CHOOSE, REPORT):
        for seed in range(round(share * FONT_DIGITS)):
            yield partial(_of_font_digit, seed, half)
    for family in FAMILIES.values():
        count = (PHOTOS_OF_PICTURES if family.is_photo else PHOTOS)[family.half]
        first = REPORT_SEEDS if family.half == REPORT else 0
        for seed in range(first, first + round(share * count)):
            yield partial(_of_family, family, seed)


def _of_digit(image: np.ndarray, planned: Planned, half: str) -> Case:
    made = scene(image, planned.label, planned.condition, planned.seed)
    return case(made.photo, half, REAL, planned.condition, planned.label)


def _of_font_digit(seed: int, half: str) -> Case:
    label, condition = font_label(seed), list(CONDITIONS)[seed % len(CONDITIONS)]
    made = scene(font_digit(seed, half), label, condition, SEED + seed)
    return case(made.photo, half, FONT_REAL, FONT_REAL, label)


def _of_family(family: Family, seed: int) -> Case:
    return case(photo(family, seed), family.half, family.kind, family.about)


def _some_writable(split: Split, seed: int) -> list[np.ndarray]:
    places = np.random.default_rng(seed).integers(len(split.labels), size=8)
    return [split.images[place] for place in places if is_writable(split.images[place])]


def _of_row(images: list[np.ndarray], number: int, half: str, seed: int) -> Case:
    """Two or three digits side by side, on paper."""
    condition = ("paper", "ruled", "squared", "uneven_light", "whiteboard", "mixed")[number % 6]
    made = row_of_digits(images[: 2 + number % 2], condition, seed * 1000 + number)
    return case(made, half, SEVERAL, "two or three digits")


def people(folder: Path) -> Iterator[Case]:
    """Yield the photos of a folder that were used in development."""
    for entry in read_manifest(folder, "tune")[0]:
        yield case(open_photo(folder / entry.file), REPORT, PEOPLE, group_of(entry.category), entry.label)


# --- Images of 28×28 -----------------------------------------------------------------------------------------


def font_digit(seed: int, half: str) -> np.ndarray:
    """Return the digit font_label(seed) in a hand that is not MNIST's, (28, 28) uint8: from a font of the half, warped.

    In the half CHOOSE one in four is from inference/samples.py, with a pen of any width, the 1 and the 7 sometimes as
    most of Europe writes them.
    """
    rng, label = np.random.default_rng([seed, zlib.crc32(half.encode())]), font_label(seed)
    if half == CHOOSE and seed % 4 == 0:
        image = sample(label, LARGE, rng.uniform(0.05, 0.14), seed, european=bool(rng.random() < 0.5))
        return like_mnist(warped(image, rng))
    return character(rng, FONTS[half], str(label))


def font_label(seed: int) -> int:
    """Return which digit font_digit() draws for a seed."""
    return seed // 4 % 10


def penned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an image, (28, 28) uint8, written with a pen and read by the steps from 6 on: a photo without its sheet.

    It costs a tenth of a photo, and looks to the network as what is written in one does. What is too faint for a pen
    stays as it is.
    """
    try:
        hand = handwriting(image)
    except ValueError:
        return image
    strokes, _ = stroke_field(hand, EVERY_PEN[int(rng.integers(len(EVERY_PEN)))], rng)
    strength = cv2.GaussianBlur(np.clip(strokes / 1.3 + 0.5, 0, 1), (0, 0), rng.uniform(0.5, 4))
    strength /= max(float(strength.max()), 1e-6)
    mask = strength > 0.4
    if not mask.any():
        return image
    column, row, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return as_digit(strength, mask[row : row + height, column : column + width], row, column)


def drawn(digits: Split, share: float = 1.0) -> tuple[Split, np.ndarray]:
    """Return what the judge learns from beside the photos: digits, and images of what is none, (N, 28, 28) uint8.

    MNIST's digits come as a pen writes them; those of fonts, and what is none, as they are and as a pen writes them.
    """
    digits = digits.take(np.arange(round(share * len(digits.labels))))
    families = [f for f in FAMILIES.values() if f.half == CHOOSE and f.kind != APART and not f.is_photo]
    # Seeds that no photo has.
    font_seeds, seeds = (range(1_000_000, 1_000_000 + round(share * count)) for count in (DRAWN_FONT_DIGITS, DRAWN))
    tasks = [partial(_and_penned, partial(np.asarray, image), number) for number, image in enumerate(digits.images)]
    tasks += [partial(_and_penned, partial(font_digit, seed, CHOOSE), seed) for seed in font_seeds]
    tasks += [partial(_and_penned, partial(written, family, seed), seed) for family in families for seed in seeds]
    made = np.stack(made_by_all(tasks))
    ends = np.cumsum([len(digits.labels), len(font_seeds)])
    mnist, fonts, rest = np.split(made, ends)
    labels = np.array([font_label(seed) for seed in font_seeds])
    images = np.concatenate([mnist[:, 1], fonts[:, 0], fonts[:, 1]])
    return Split(images, np.concatenate([digits.labels, labels, labels])), rest.reshape(-1, *rest.shape[2:])


def _and_penned(draw: Callable[[], np.ndarray], seed: int) -> np.ndarray:
    """Return an image as it is and as a pen writes it, (2, 28, 28) uint8."""
    image = draw()
    return np.stack([image, penned(image, np.random.default_rng([SEED, seed]))])
