"""Choose when a photo is refused as no digit, and measure the verdicts: ``python -m training.verdicts``.

Real digits are MNIST's validation images as photos (training/scenes.py); what is none comes from
training/non_digits.py. All go the whole way of read_digit, without rembg, so that the figures do not depend on what is
installed. On FIT and on what is none of the half CHOOSE the head (training/likeness.py) is fitted, on the digits of
CHOOSE the threshold is chosen; what is said comes from REPORT, which shares no image, font, generator or picture with
them.

It writes models/NAME_likeness.npz (the head), the threshold into the network's card, and models/verdicts.json; the
document reads that. With ``--photos FOLDER`` real photos are measured as well (a folder with a manifest.csv; only what
was used in development).
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from inference import Classifier, Config, NetworkUnavailable, open_photo
from inference.augmentation import augment
from inference.classifier import DEFAULT_NETWORK, head_path, models_folder, network_names
from inference.likeness import averages
from inference.mnist import MnistUnavailable
from inference.photo import PhotoError
from inference.photo_benchmark import ManifestError, group_of, read_manifest
from inference.steps import as_digit, preprocess
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, VERDICTS, verdict
from training.data import Split, training_and_validation
from training.evaluation.measures import wilson_interval
from training.evaluation.timing import medians
from training.likeness import BLOCKS, SHIPPED, WAYS, Seen, head
from training.non_digits import APART, CHOOSE, FAMILIES, KINDS, NEVER_CHOSEN_ON, REPORT, FontsMissing, photo, written
from training.scene_benchmark import auroc, plan
from training.scene_pens import handwriting, stroke_field
from training.scenes import EVERY_PEN, is_writable, row_of_digits, scene

SEED = 2026
NEVER = Config(rembg="never")
# Real digits come in three parts: the threshold is not chosen on those that the head was fitted on, which it finds more
# like digits than any other. What is none has two, as no threshold is chosen on it: it is fitted on, or reported.
FIT = "fit"
# Photos of real digits, of rows of digits in each half, and of each family of what is none, by its kind. Digits are
# chosen on more than they are reported on: a threshold that few of them lie under needs many.
DIGITS, ROWS = {FIT: 460, CHOOSE: 690, REPORT: 460}, 69
PHOTOS = {"letters": 230, APART: 138, "scribbles": 138, "shapes": 138, "textures": 60, "pictures": 100}
PHOTOS |= dict.fromkeys(NEVER_CHOSEN_ON, 138)
# Images of each family that the head is fitted on beside the photos, 28×28 as they are.
DRAWN = 900
# The share of the digits read right that the threshold refuses in the half that it is chosen on.
REFUSED = 0.02
TIMED = 200
# The goals.
GOALS = {
    "refused_non_digits": 0.95,
    "refused_digits": 0.02,
    "auroc": 0.98,
    "called_digit": 0.95,
    "right_when_called_digit": 0.99,
    "singles_called_several": 0.005,
}
REAL, SEVERAL, PEOPLE, REST = "digits", "rows of digits", "people's photos", "all that is none, without look-alikes"


@dataclass(frozen=True)
class Case:
    """One photo through the steps: what it shows, ``label`` -1 where that is no digit, and what the steps made of it.

    ``digit``: (28, 28) uint8, or None where nothing was found; ``beside`` and ``parts``: the ink beside it and the
    pieces that it may fall into, likewise; ``certainty``: the ink finder's.
    """

    half: str
    kind: str
    family: str
    label: int
    digit: np.ndarray | None
    certainty: float
    beside: tuple[np.ndarray, ...] = ()
    parts: tuple[np.ndarray, ...] = ()


# --- The photos ----------------------------------------------------------------------------------------------


def parts_of(validation: Split) -> dict[str, Split]:
    """Return the validation images in the parts FIT (30 %), CHOOSE (20 %) and REPORT (50 %)."""
    count = len(validation.labels)
    places = np.split(np.arange(count), [3 * count // 10, count // 2])
    return {name: validation.take(where) for name, where in zip((FIT, CHOOSE, REPORT), places, strict=True)}


def case(picture: np.ndarray, half: str, kind: str, family: str, label: int = -1) -> Case:
    """Take a photo, (R, C, 3) uint8, through the steps."""
    made = preprocess(picture, NEVER)
    return Case(half, kind, family, label, made.digit, made.certainty, made.beside, made.parts)


def cases(digits: dict[str, Split], share: float = 1.0) -> Iterator[Case]:
    """Yield all photos, through the steps: digits, rows of digits, and what is none; ``share`` makes fewer of them."""
    for half, split in digits.items():
        seed = SEED + list(digits).index(half)
        for one in plan(split, round(share * DIGITS[half]), seed):
            made = scene(split.images[one.index], one.label, one.condition, one.seed)
            yield case(made.photo, half, REAL, one.condition, one.label)
        for made in rows_of_digits(split, round(share * ROWS), seed):
            yield case(made, half, SEVERAL, "two or three digits")
    for family in FAMILIES.values():
        for seed in range(round(share * PHOTOS[family.kind])):
            yield case(photo(family, seed), family.half, family.kind, family.about)


def rows_of_digits(split: Split, count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield photos of two or three digits side by side, on paper."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        places = rng.integers(len(split.labels), size=8)
        images = [split.images[place] for place in places if is_writable(split.images[place])]
        condition = ("paper", "ruled", "squared", "uneven_light", "whiteboard", "mixed")[number % 6]
        yield row_of_digits(images[: 2 + number % 2], condition, seed * 1000 + number)


def people(folder: Path) -> Iterator[Case]:
    """Yield the photos of a folder that were used in development."""
    for entry in read_manifest(folder, "tune")[0]:
        yield case(open_photo(folder / entry.file), REPORT, PEOPLE, group_of(entry.category), entry.label)


# --- What the networks see -----------------------------------------------------------------------------------


def other_networks() -> list[Classifier]:
    """Return the committed networks beside the one that ships."""
    return [Classifier(name) for name in network_names() if name != DEFAULT_NETWORK]


def seen(images: np.ndarray, others: Sequence[Classifier] = ()) -> Seen:
    """Return what the network, and ``others``, see in images, (N, 28, 28), N at least 1."""
    session = onnxruntime.InferenceSession(models_folder() / f"{DEFAULT_NETWORK}.onnx")
    name, features = session.get_inputs()[0].name, []
    for start in range(0, len(images), 500):
        batch = np.asarray(images[start : start + 500], np.float32)[..., None]
        features.append([averages([one]) for one in session.run(list(BLOCKS), {name: batch})])
    together = {block: np.concatenate(parts) for block, *parts in zip(BLOCKS, *features, strict=True)}
    probabilities = Classifier().probabilities(images)
    beside = np.array([other.probabilities(images) for other in others])
    return Seen(probabilities, together, beside.reshape(len(others), *probabilities.shape))


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
    column, row, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return as_digit(strength, mask[row : row + height, column : column + width], row, column)


def drawn(digits: Split, count: int = DRAWN) -> tuple[np.ndarray, np.ndarray]:
    """Return images to fit the head on beside the photos, (N, 28, 28) uint8 each: digits, and what is none.

    The digits come as they are, and then twice more, in the same order: as a pen writes them, and changed as the
    training changes them. What is none comes as it is, and as a pen writes it.
    """
    families = [f for f in FAMILIES.values() if f.half == CHOOSE and f.kind != APART and not f.is_photo]
    # Seeds that no photo has.
    rest = np.stack([written(family, 1_000_000 + seed) for family in families for seed in range(count)])
    rng = np.random.default_rng(SEED)
    shares = {"affine": 0.85, "elastic": 0.5, "stroke": 0.5, "tone": 0.25}
    changed = augment(digits.images, digits.labels, shares, rng).astype(np.uint8)
    by_pen = [np.stack([penned(image, rng) for image in images]) for images in (digits.images, rest)]
    return np.concatenate([digits.images, by_pen[0], changed]), np.concatenate([rest, by_pen[1]])


# --- The head and its threshold ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """What is chosen on and reported: ``cases`` in which something was found, what the networks see in them, ``shown``,
    and what the head is fitted on: digits that are read right, and what is none.
    """

    cases: list[Case]
    shown: Seen
    digits: Seen
    rest: Seen

    def where(self, is_wanted: Callable[[Case], bool]) -> np.ndarray:
        """Return for each case whether it is wanted, (N,) bool."""
        return np.array([is_wanted(one) for one in self.cases])

    def digits_of(self, half: str) -> np.ndarray:
        """Return which cases are real digits of a half that are read right: the others were not found, or not well."""
        labels = np.array([one.label for one in self.cases])
        return self.where(lambda one: one.kind == REAL and one.half == half) & (self.shown.answers == labels)

    def rest_of(self, half: str) -> np.ndarray:
        """Return which cases are none, without those that are reported apart."""
        return self.where(lambda one: one.kind in KINDS and one.kind != APART and one.half == half)


def material(found: list[Case], digits: Split) -> Material:
    """Return the material: ``found``, all cases, and the digits of the part FIT."""
    found = [one for one in found if one.digit is not None]
    digit_images, other_images = drawn(digits)
    labels = np.tile(digits.labels, len(digit_images) // len(digits.labels))
    shown = seen(np.stack([one.digit for one in found]), other_networks())
    drawn_digits, drawn_rest = seen(digit_images), seen(other_images)
    known = Material(found, shown, drawn_digits, drawn_rest)
    return replace(
        known,
        digits=drawn_digits.take(drawn_digits.answers == labels).beside(shown.take(known.digits_of(FIT))),
        rest=drawn_rest.beside(shown.take(known.rest_of(CHOOSE))),
    )


def compared(known: Material) -> list[dict]:
    """Return what each way reaches on the half REPORT, its threshold chosen on CHOOSE as the one that ships has it.

    ``auroc``: for real digits that are read right against what is none; ``fpr_at_95``: the share of what is none that
    passes where 95 % of the digits do; ``refused`` and ``refused_digits``: at the threshold.
    """
    rows = []
    chosen_on, digits, rest = known.digits_of(CHOOSE), known.digits_of(REPORT), known.rest_of(REPORT)
    for name, way in WAYS.items():
        scores = way(known.digits, known.rest)(known.shown)
        least = np.quantile(scores[chosen_on], REFUSED)
        rows.append(
            {
                "name": name,
                "about": way.__doc__.splitlines()[0],
                "auroc": auroc(scores[digits | rest], digits[digits | rest]),
                "fpr_at_95": float((scores[rest] >= np.quantile(scores[digits], 0.05)).mean()),
                "refused": float((scores[rest] < least).mean()),
                "refused_digits": float((scores[digits] < least).mean()),
            }
        )
    return rows


def threshold(known: Material, classifier: Classifier) -> float:
    """Return the likeness under which something is no digit: it refuses REFUSED of the digits of the part CHOOSE."""
    chosen_on = [one for one, is_chosen in zip(known.cases, known.digits_of(CHOOSE), strict=True) if is_chosen]
    return float(np.quantile([classifier.predict(one.digit).likeness for one in chosen_on], REFUSED))


def write_threshold(value: float) -> None:
    """Write the threshold into the network's card."""
    path = models_folder() / f"{DEFAULT_NETWORK}.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["thresholds"]["not_a_digit_below"] = value
    path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


# --- Figures -------------------------------------------------------------------------------------------------


def said(one: Case, classifier: Classifier) -> tuple[str, int | None]:
    """Return the verdict on a case and the digit that is answered, as read_digit does."""
    if one.digit is None:
        return BLANK, None
    prediction = classifier.predict(one.digit)
    beside, parts = ([classifier.predict(other) for other in group] for group in (one.beside, one.parts))
    return verdict(prediction, classifier, one.certainty, beside, parts), prediction.digit


def figures(found: list[Case], classifier: Classifier) -> list[dict]:
    """Return a row for each half of each kind, of all kinds, and of each family or category: what was said."""
    answers = [(one, *said(one, classifier)) for one in found]
    rows = []
    for name in ("kind", "family"):
        groups: dict[tuple[str, str, str], list] = {}
        for answer in answers:
            one = answer[0]
            if name == "kind" or one.family != one.kind:
                groups.setdefault((one.kind, getattr(one, name), one.half), []).append(answer)
            if name == "kind" and one.kind in KINDS and one.kind != APART:
                groups.setdefault((REST, REST, one.half), []).append(answer)
        rows += [{"kind": kind, "of": of, "half": half, **counted(group)} for (kind, of, half), group in groups.items()]
    return rows


def counted(answers: list[tuple[Case, str, int | None]]) -> dict:
    """Return the counts of the verdicts, the share refused with its interval, and how often `digit` is right.

    Refused is what is called not_a_digit, or blank. ``right``: of all; ``right_as_digit``: of what is called `digit`,
    None where nothing is.
    """
    verdicts = Counter(given for _, given, _ in answers)
    refused = verdicts[NOT_A_DIGIT] + verdicts[BLANK]
    right = [one.label == digit for one, _, digit in answers]
    as_digit = [hit for hit, (_, given, _) in zip(right, answers, strict=True) if given == DIGIT]
    return {
        "photos": len(answers),
        "verdicts": {name: verdicts[name] for name in VERDICTS},
        "refused": refused / len(answers),
        "refused_interval": list(wilson_interval(refused, len(answers))),
        "right": sum(right) / len(answers),
        "right_as_digit": sum(as_digit) / len(as_digit) if as_digit else None,
    }


def cost(classifier: Classifier, image: np.ndarray) -> dict:
    """Return the median milliseconds of one digit: with the head, without it, and where all networks are asked."""
    networks = [classifier, *other_networks()]
    ways = {
        "without_ms": lambda one: classifier.probabilities(one[None]),
        "with_ms": classifier.predict,
        "all_networks_ms": lambda one: [network.probabilities(one[None]) for network in networks],
    }
    times = medians(list(ways.values()), [image] * TIMED)
    return {name: round(time, 3) for name, time in zip(ways, times, strict=True)}


def table(rows: list[dict]) -> str:
    """Return the figures as text for people."""
    lines = [f"{'what':38} {'half':7} {'photos':>6} {'refused':>8} {'right':>7}  {'  '.join(VERDICTS)}"]
    for row in rows:
        counts = "  ".join(f"{row['verdicts'][name]:>{len(name)}}" for name in VERDICTS)
        name = row["kind"] if row["of"] == row["kind"] else f"  {row['of']}"
        lines.append(
            f"{name:38} {row['half']:7} {row['photos']:>6} {row['refused']:>8.1%} {row['right']:>7.1%}  {counts}"
        )
    return "\n".join(lines)


# --- The command ---------------------------------------------------------------------------------------------


def remake(found: list[Case], digits: Split) -> dict:
    """Fit the head, choose the threshold, write both, and return everything that was measured."""
    network = hashlib.sha256((models_folder() / f"{DEFAULT_NETWORK}.onnx").read_bytes()).hexdigest()
    known = material(found, digits)
    ways = compared(known)
    head(known.digits, known.rest, network).save(head_path())
    least = threshold(known, Classifier())
    write_threshold(least)
    classifier = Classifier()
    return {
        "made_by": "python -m training.verdicts",
        "date": date.today().isoformat(),
        "network": DEFAULT_NETWORK,
        "onnx_sha256": network,
        "goals": GOALS,
        "not_a_digit_below": least,
        "chosen_so_that_digits_are_refused": REFUSED,
        "unsure_below": classifier.unsure_below,
        "fitted_on": {"digits": len(known.digits.answers), "rest": len(known.rest.answers)},
        "shipped": SHIPPED,
        "ways": ways,
        "cost": cost(classifier, known.cases[0].digit),
        "verdicts": figures(found, classifier),
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Choose when a photo is refused as no digit, and measure the verdicts."
    )
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="real photos with a manifest.csv, measured as well"
    )
    parser.add_argument("--share", type=float, default=1.0, metavar="S", help="make fewer photos, to try it out (0-1)")
    options = parser.parse_args(arguments)
    try:
        split = parts_of(training_and_validation(Classifier().card["made"]["settings"])[1])
        found = list(cases(split, options.share))
        if options.photos:
            found += people(options.photos)
        measured = remake(found, split[FIT])
    except (NetworkUnavailable, MnistUnavailable, FontsMissing, ManifestError, PhotoError) as error:
        raise SystemExit(str(error)) from error
    path = models_folder() / "verdicts.json"
    path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(measured["verdicts"]))
    print(f"written to {path} and {head_path().name}")


if __name__ == "__main__":
    main()
