"""Choose when a photo is refused as no digit, and measure the verdicts: ``python -m training.verdicts``.

Real digits are MNIST's validation images as photos (training/scenes.py); what is none comes from
training/non_digits.py. All go the whole way of read_digit, without rembg, so that the figures do not depend on what is
installed. On FIT and on what is none of the half CHOOSE the head (training/likeness.py) is fitted, on the digits of
CHOOSE the threshold is chosen; what is said comes from REPORT, which shares no image, font, generator or picture with
them. training/cases.py makes all of them.

It writes models/NAME_likeness.npz (the head), the threshold into the network's card, and models/verdicts.json; the
document reads that. With ``--photos FOLDER`` real photos are measured as well (a folder with a manifest.csv; only what
was used in development).
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime

from inference import Classifier, NetworkUnavailable
from inference.calibration import with_temperature
from inference.classifier import DEFAULT_NETWORK, head_path, models_folder, network_names, read_card
from inference.likeness import features
from inference.mnist import MnistUnavailable
from inference.photo import PhotoError
from inference.photo_benchmark import ManifestError
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, VERDICTS, verdict
from training.cases import FIT, FONT_REAL, REAL, Case, cases, drawn, people
from training.data import training_and_validation
from training.evaluation.measures import wilson_interval
from training.evaluation.timing import medians
from training.likeness import BLOCKS, SHIPPED, WAYS, Seen, head
from training.non_digits import APART, CHOOSE, KINDS, NEVER_CHOSEN_ON, REPORT, FontsMissing
from training.scene_benchmark import auroc
from training.sources import Split

# Images that the network learnt from and the head is fitted on: of digits it needs more hands than are kept apart.
LEARNT = 3500
# A photo counts as many times as a drawn image: that is what people show.
PHOTO_COUNTS = 3
# The share of the digits read right that the threshold refuses in the half that it is chosen on: less than the goal, as
# where nothing is found counts, too.
REFUSED = 0.015
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
REST = "all that is none, without look-alikes"


# --- The digits ----------------------------------------------------------------------------------------------


def parts_of(training: Split, validation: Split) -> dict[str, Split]:
    """Return the parts FIT (30 % of the validation images, and LEARNT that the network learnt from), CHOOSE (20 %) and
    REPORT (50 %).
    """
    count = len(validation.labels)
    places = np.split(np.arange(count), [3 * count // 10, count // 2])
    parts = {name: validation.take(where) for name, where in zip((FIT, CHOOSE, REPORT), places, strict=True)}
    learnt = training.take(np.arange(min(LEARNT, len(training.labels))))
    both = Split(
        *(np.concatenate(pair) for pair in ((parts[FIT].images, learnt.images), (parts[FIT].labels, learnt.labels)))
    )
    return parts | {FIT: both}


# --- What the networks see -----------------------------------------------------------------------------------


def other_networks() -> list[Classifier]:
    """Return the committed networks beside the one that ships."""
    return [Classifier(name) for name in network_names() if name != DEFAULT_NETWORK]


def seen(images: np.ndarray, others: Sequence[Classifier] = ()) -> Seen:
    """Return what the network, and ``others``, see in images, (N, 28, 28), N at least 1."""
    session = onnxruntime.InferenceSession(models_folder() / f"{DEFAULT_NETWORK}.onnx")
    name, temperature = session.get_inputs()[0].name, read_card()["temperature"]
    shown, read, beside = [], [], []
    # In parts: the maps of all images at once would take many GB.
    for part in np.array_split(images, -(-len(images) // 500)):
        raw, *maps = session.run(["probabilities", *BLOCKS], {name: np.asarray(part, np.float32)[..., None]})
        shown.append(features(maps))
        read.append(with_temperature(raw, temperature))
        beside.append(np.array([other.probabilities(part) for other in others]).reshape(len(others), *raw.shape))
    widths = [one.shape[-1] for one in maps]
    ends = np.cumsum(widths)
    averages = {block: slice(end - width, end) for block, end, width in zip(BLOCKS, ends, widths, strict=True)}
    return Seen(np.concatenate(read), np.concatenate(shown), averages, np.concatenate(beside, axis=1))


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

    def digits_of(self, half: str, kind: str = REAL) -> np.ndarray:
        """Return which cases are real digits of a half that are read right: the others were not found, or not well."""
        labels = np.array([one.label for one in self.cases])
        return self.where(lambda one: one.kind == kind and one.half == half) & (self.shown.answers == labels)

    def rest_of(self, half: str) -> np.ndarray:
        """Return which cases are none, without those that are reported apart."""
        return self.where(lambda one: one.kind in KINDS and one.kind != APART and one.half == half)


def material(found: list[Case], digits: Split, share: float = 1.0) -> Material:
    """Return the material: ``found``, all cases, and the digits of the part FIT; ``share`` makes fewer drawn images."""
    found = [one for one in found if one.digit is not None]
    drawn_digits, drawn_rest = drawn(digits, share)
    shown = seen(np.stack([one.digit for one in found]), other_networks())
    seen_digits, seen_rest = seen(drawn_digits.images), seen(drawn_rest)
    known = Material(found, shown, seen_digits, seen_rest)

    def photos(wanted: np.ndarray) -> Seen:
        return shown.take(np.repeat(np.flatnonzero(wanted), PHOTO_COUNTS))

    real = known.digits_of(FIT) | known.digits_of(CHOOSE, FONT_REAL)
    return replace(
        known,
        digits=seen_digits.take(seen_digits.answers == drawn_digits.labels).beside(photos(real)),
        rest=seen_rest.beside(photos(known.rest_of(CHOOSE))),
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


def remake(found: list[Case], digits: Split, share: float) -> dict:
    """Fit the head, choose the threshold, write both, and return everything that was measured."""
    network = hashlib.sha256((models_folder() / f"{DEFAULT_NETWORK}.onnx").read_bytes()).hexdigest()
    # Until the new head is written no Classifier is made: with a head of an older form there can be none.
    known = material(found, digits, share)
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
        "never_chosen_on": NEVER_CHOSEN_ON,
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
        split = parts_of(*training_and_validation(read_card()["made"]["settings"]))
        found = cases(split, options.share)
        if options.photos:
            found += people(options.photos)
        measured = remake(found, split[FIT], options.share)
    except (NetworkUnavailable, MnistUnavailable, FontsMissing, ManifestError, PhotoError) as error:
        raise SystemExit(str(error)) from error
    path = models_folder() / "verdicts.json"
    path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(measured["verdicts"]))
    print(f"written to {path} and {head_path().name}")


if __name__ == "__main__":
    main()
