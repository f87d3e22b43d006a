"""Choose when a photo is refused as no digit, and measure the verdicts: ``python -m training.verdicts``.

Real digits are MNIST's as photos (training/scenes.py); what is none comes from training/non_digits.py. All go the
whole way of read_digit, without rembg, so that the figures do not depend on what is installed. On FIT (training images)
and on what is none of the half CHOOSE the judge is trained (training/judge.py), on the digits of CHOOSE (half of the
validation images) the threshold is chosen; what is said comes from REPORT, which shares no image, font, generator or
picture with them. training/cases.py makes all of them.

It writes models/likeness/ (the judge with its card and the threshold) and models/verdicts.json, which the document
reads. It takes about an hour on two cores. With ``--photos FOLDER`` real photos are measured as well (a folder with a
manifest.csv; only what was used in development).
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime

from inference import Classifier, NetworkUnavailable
from inference.calibration import with_temperature
from inference.classifier import DEFAULT_NETWORK, models_folder, network_names, read_card
from inference.likeness import Judge, judge_path
from inference.mnist import MnistUnavailable
from inference.photo import PhotoError
from inference.photo_benchmark import ManifestError
from inference.reading import Prepared, Reading, recognise
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, VERDICTS
from inference.whole import features
from training.cases import FIT, FONT_REAL, REAL, Case, cases, drawn, people
from training.data import training_and_validation
from training.evaluation.measures import wilson_interval
from training.evaluation.timing import medians
from training.judge import Lessons, train, write, write_card
from training.likeness import BLOCKS, SHIPPED, WAYS, Seen
from training.non_digits import APART, CHOOSE, KINDS, NEVER_CHOSEN_ON, REPORT, FontsMissing
from training.scene_benchmark import auroc
from training.sources import Split

# Training images that photos are made of, and that a pen writes: the judge learns from these.
LEARNT = 10_000
# The share of the digits that the threshold refuses in the half that it is chosen on: less than the goal, as another
# half may be harder.
REFUSED = 0.015
# Thresholds that are tried: the likeness that so large shares of these digits have not.
TRIED = np.linspace(0.001, 0.08, 80)
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
    """Return the parts FIT (LEARNT training images), CHOOSE and REPORT (half of the validation images each)."""
    first, second = np.array_split(np.arange(len(validation.labels)), 2)
    learnt = training.take(np.arange(min(LEARNT, len(training.labels))))
    return {FIT: learnt, CHOOSE: validation.take(first), REPORT: validation.take(second)}


# --- What the networks see -----------------------------------------------------------------------------------


def other_networks() -> list[Classifier]:
    """Return the committed networks beside the one that ships."""
    return [Classifier(name) for name in network_names() if name != DEFAULT_NETWORK]


def seen(images: np.ndarray, others: Sequence[Classifier] = ()) -> Seen:
    """Return what the network, and ``others``, see in images, (N, 28, 28), N at least 1."""
    session = onnxruntime.InferenceSession(models_folder() / f"{DEFAULT_NETWORK}.onnx")
    name, temperature = session.get_inputs()[0].name, read_card()["temperature"]
    judge = Judge(judge_path(models_folder()))
    shown, read, judged, beside = [], [], [], []
    # In parts: the maps of all images at once would take many GB.
    for part in np.array_split(images, -(-len(images) // 500)):
        raw, *maps = session.run(["probabilities", *BLOCKS], {name: np.asarray(part, np.float32)[..., None]})
        shown.append(features(maps))
        read.append(with_temperature(raw, temperature))
        judged.append(judge.of(part, raw.argmax(axis=1)))
        beside.append(np.array([other.probabilities(part) for other in others]).reshape(len(others), *raw.shape))
    widths = [one.shape[-1] for one in maps]
    ends = np.cumsum(widths)
    averages = {block: slice(end - width, end) for block, end, width in zip(BLOCKS, ends, widths, strict=True)}
    everything = (np.concatenate(one) for one in (read, shown))
    return Seen(*everything, averages, np.concatenate(judged), np.concatenate(beside, axis=1))


# --- The judge and its threshold -----------------------------------------------------------------------------


def lessons(found: list[Case], training: Split, digits: Split, rest: np.ndarray) -> Lessons:
    """Return what the judge learns from: the cases of FIT and of what is none in CHOOSE, and what is drawn.

    Of a digit's photo the likeliest find counts, where it is read right; of what is none, everything that is found.
    """
    photos = [one for one in found if _is_digit_of(one, FIT) or _is_digit_of(one, CHOOSE, FONT_REAL)]
    photos = [one for one in photos if one.ways[0].digit is not None]
    images, labels = np.stack([one.ways[0].digit for one in photos]), np.array([one.label for one in photos])
    read_right = Classifier().probabilities(images).argmax(axis=1) == labels
    others = [way.digit for one in found if _is_none_of(one, CHOOSE) for way in one.ways if way.digit is not None]
    return Lessons(training, digits, Split(images[read_right], labels[read_right]), rest, np.stack(others))


def _is_digit_of(one: Case, half: str, kind: str = REAL) -> bool:
    return one.kind == kind and one.half == half


def _is_none_of(one: Case, half: str) -> bool:
    """Whether it is none, without those that are reported apart."""
    return one.kind in KINDS and one.kind != APART and one.half == half


def compared(found: list[Case], known: Lessons) -> list[dict]:
    """Return what each way reaches on the half REPORT, its threshold chosen on CHOOSE; of each photo the likeliest find
    counts, where there is one.

    ``auroc``: for real digits that are read right against what is none; ``fpr_at_95``: the share of what is none that
    passes where 95 % of the digits do; ``refused`` and ``refused_digits``: at the threshold.
    """
    found = [one for one in found if one.ways[0].digit is not None]
    shown = seen(np.stack([one.ways[0].digit for one in found]), other_networks())
    is_right = shown.answers == [one.label for one in found]
    chosen_on, digits = (is_right & np.array([_is_digit_of(one, half) for one in found]) for half in (CHOOSE, REPORT))
    rest = np.array([_is_none_of(one, REPORT) for one in found])
    learnt_digits = seen(np.concatenate([known.fresh.images[:LEARNT], known.digits.images, known.photos.images]))
    learnt_rest = seen(np.concatenate([known.rest, known.rest_photos]))
    rows = []
    for name, way in WAYS.items():
        scores = way(learnt_digits, learnt_rest)(shown)
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


def threshold(found: list[Case], classifier: Classifier) -> float:
    """Return the likeness under which something is no digit: the whole way refuses REFUSED of the digits of CHOOSE, or
    a few less.
    """
    digits = [one for one in found if _is_digit_of(one, CHOOSE)]
    likeness = [classifier.predict(one.ways[0].digit).likeness for one in digits if one.ways[0].digit is not None]
    best = 0.0
    for least in np.quantile(likeness, TRIED):
        classifier.not_a_digit_below = float(least)
        refused = [reading.verdict in (NOT_A_DIGIT, BLANK) for reading in said(digits, classifier)]
        if np.mean(refused) <= REFUSED:
            best = max(best, float(least))
    return best


def write_threshold(value: float) -> None:
    """Write the threshold into the judge's card."""
    card = Judge(judge_path(models_folder())).card
    write_card(card | {"not_a_digit_below": value}, models_folder())


# --- Figures -------------------------------------------------------------------------------------------------


def said(found: list[Case], classifier: Classifier) -> list[Reading]:
    """Return what read_digit answers for each case."""
    prepared = [Prepared(one.ways[0], iter(one.ways[1:]), 0.0) for one in found]
    return recognise(prepared, classifier)


def figures(found: list[Case], classifier: Classifier) -> list[dict]:
    """Return a row for each half of each kind, of all kinds, and of each family or category: what was said."""
    answers = [
        (one, reading.verdict, reading.prediction and reading.prediction.digit)
        for one, reading in zip(found, said(found, classifier), strict=True)
    ]
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
    """Return the median milliseconds of one digit: with the judge, without it, and where all networks are asked."""
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


def remake(found: list[Case], training: Split, parts: dict[str, Split], share: float) -> dict:
    """Train the judge, choose the threshold, write both, and return everything that was measured."""
    digits, rest = drawn(parts[FIT], share)
    known = lessons(found, training, digits, rest)
    network = hashlib.sha256((models_folder() / f"{DEFAULT_NETWORK}.onnx").read_bytes()).hexdigest()
    counts = {"digits": len(known.fresh.labels) + len(digits.labels), "photos_of_digits": len(known.photos.labels)}
    counts |= {"rest": len(rest), "photos_of_rest": len(known.rest_photos)}
    write(train(known), models_folder(), {"command": "python -m training.verdicts", "learnt_from": counts})
    least = threshold(found, Classifier())
    write_threshold(least)
    classifier = Classifier()
    return {
        "made_by": "python -m training.verdicts",
        "date": date.today().isoformat(),
        "network": DEFAULT_NETWORK,
        "onnx_sha256": network,
        "judge_sha256": hashlib.sha256(judge_path(models_folder()).read_bytes()).hexdigest(),
        "goals": GOALS,
        "not_a_digit_below": least,
        "chosen_so_that_digits_are_refused": REFUSED,
        "unsure_below": classifier.unsure_below,
        "fitted_on": counts,
        "never_chosen_on": NEVER_CHOSEN_ON,
        "shipped": SHIPPED,
        "ways": compared(found, known),
        "cost": cost(classifier, digits.images[0]),
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
        training, validation = training_and_validation(read_card()["made"]["settings"])
        parts = parts_of(training, validation)
        found = cases(parts, options.share)
        if options.photos:
            found += people(options.photos)
        measured = remake(found, training, parts, options.share)
    except (NetworkUnavailable, MnistUnavailable, FontsMissing, ManifestError, PhotoError) as error:
        raise SystemExit(str(error)) from error
    path = models_folder() / "verdicts.json"
    path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(measured["verdicts"]))
    print(f"written to {path} and {judge_path(models_folder()).parent}")


if __name__ == "__main__":
    main()
