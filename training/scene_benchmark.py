"""Measure the whole way from photo to answer on synthetic scenes: ``python -m training.scene_benchmark``.

MNIST's digits are set into the conditions of training/scenes.py, each digit into one, all conditions and labels equally
often; the same scenes on every run. While something is being built, the digits come from the validation images, and the
figures are only printed. With ``--digits test`` they come from the test images, for the final report: the figures go to
models/scenes.json and every answer to models/scenes.csv. Test images whose label is known to be wrong are left out, and
so are digits that cannot be written with a thin pen (training/scene_pens.py: a loop is filled, a stroke broken).
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from inference import Classifier, Config, NetworkUnavailable, Reading, cutout, read_digit
from inference.classifier import DEFAULT_NETWORK, models_folder
from inference.mnist import MnistUnavailable
from inference.steps import REMBG_MODES
from inference.verdict import DIGIT, VERDICTS
from training.calibration import expected_calibration_error
from training.data import Split, test_split, training_and_validation
from training.evaluation.measures import accuracy, wilson_interval
from training.evaluation.tables import write_table
from training.evaluation.wrong_labels import wrong_labels
from training.scenes import CONDITIONS, LATER, Scene, is_writable, scene

SEED = 2026
VALIDATION, TEST = "validation", "test"
# 87 of each condition with the test digits, 43 or 44 with the validation digits.
COUNTS = {VALIDATION: 1130, TEST: 2261}
# Their seeds begin so much above the others'.
LATER_SEEDS = 500_000
RESAMPLES = 1000
# Photos on a contact sheet, and how large.
SHEET_COLUMNS, SHEET_SIDE = 10, 180


@dataclass(frozen=True)
class Planned:
    """A scene that is to be made: ``index`` is the place of its digit in the split, ``seed`` the scene's own."""

    index: int
    label: int
    condition: str
    seed: int


@dataclass(frozen=True)
class Answer:
    """What was answered for one scene; ``probabilities`` (10,) and ``digit`` are None where nothing was found."""

    planned: Planned
    verdict: str
    digit: int | None
    probabilities: np.ndarray | None
    quality: float
    elapsed_ms: float

    @property
    def right(self) -> bool:
        return self.digit == self.planned.label

    @property
    def confidence(self) -> float:
        return 0.0 if self.probabilities is None else float(self.probabilities.max())


def plan(split: Split, count: int, seed: int = SEED, left_out: Set[int] = frozenset()) -> list[Planned]:
    """Choose ``count`` digits of a split and a condition for each, ordered by condition; no digit is taken twice.

    The conditions take turns, and within each the labels; those of LATER do so among themselves. ``left_out``: places
    of images that are not to be used. More scenes begin with the same ones. Raises ValueError where there are too few
    digits of a label.
    """
    order = np.random.default_rng(seed).permutation(len(split.labels))
    usable = [int(place) for place in order if int(place) not in left_out]
    first, later = ([name for name in CONDITIONS if (name in LATER) is is_later] for is_later in (False, True))
    later_count = count * len(later) // len(CONDITIONS)
    # The two take digits from either end, so that one is not changed by how many the other takes.
    planned = _in_turns(first, count - later_count, split, usable, seed * 1_000_000)
    planned += _in_turns(later, later_count, split, usable[::-1], seed * 1_000_000 + LATER_SEEDS)
    if len({one.index for one in planned}) < count:
        raise ValueError(f"There are too few digits for {count} scenes: ask for fewer.")
    names = list(CONDITIONS)
    return sorted(planned, key=lambda one: names.index(one.condition))


def _in_turns(names: list[str], count: int, split: Split, usable: list[int], seed: int) -> list[Planned]:
    """Return ``count`` plans for these conditions, with digits in the order of ``usable``; seeds from ``seed`` on."""
    # A list each: what is left of a queue is taken up where it was laid down.
    queues = [iter([place for place in usable if split.labels[place] == label]) for label in range(10)]
    planned = []
    for number in range(count):
        turn, place = divmod(number, len(names))
        label = (turn + place) % 10
        index = next((one for one in queues[label] if is_writable(split.images[one])), None)
        if index is None:
            raise ValueError(f"There are too few digits {label} for {count} scenes: ask for at most {number}.")
        planned.append(Planned(index, label, names[place], seed + number))
    return planned


def answers(
    split: Split, planned: list[Planned], read: Callable[[np.ndarray], Reading]
) -> Iterator[tuple[Answer, Scene]]:
    """Make each scene, read it, and yield what was answered together with the scene."""
    for one in planned:
        made = scene(split.images[one.index], one.label, one.condition, one.seed)
        reading = read(made.photo)
        found = reading.prediction
        yield (
            Answer(
                one,
                reading.verdict,
                None if found is None else found.digit,
                None if found is None else found.probabilities,
                reading.quality.score,
                reading.elapsed_ms,
            ),
            made,
        )


# --- Figures -------------------------------------------------------------------------------------------------


def figures(results: list[Answer]) -> dict:
    """Return what is reported of the answers, at least one, as plain JSON values.

    ``blank`` counts as wrong, ``unsure`` by its best guess; ``digit_verdicts``: the answers with the verdict "digit"
    alone; ``ece``: of the confidence, over what was answered; ``auroc``: how well the quality score and the confidence
    tell right answers from wrong ones.
    """
    answered = [result for result in results if result.probabilities is not None]
    times = [result.elapsed_ms for result in results]
    right = np.array([result.right for result in results])
    ece = None
    if answered:
        probabilities = np.stack([result.probabilities for result in answered])
        ece = expected_calibration_error(probabilities, np.array([result.planned.label for result in answered]))
    return {
        "overall": counted(results),
        "conditions": {
            name: {"about": CONDITIONS[name].about, **counted(list(group)), "verdicts": verdicts(list(group))}
            for name, group in _by_condition(results).items()
        },
        "verdicts": verdicts(results),
        "digit_verdicts": counted([result for result in results if result.verdict == DIGIT]),
        "ece": ece,
        "auroc": {
            "quality": ranking(np.array([result.quality for result in results]), right),
            "confidence": ranking(np.array([result.confidence for result in results]), right),
        },
        "milliseconds": {"median": float(np.median(times)), "slowest_twentieth": float(np.quantile(times, 0.95))},
    }


def _by_condition(results: list[Answer]) -> dict[str, list[Answer]]:
    groups = {}
    for result in results:
        groups.setdefault(result.planned.condition, []).append(result)
    return groups


def counted(results: list[Answer]) -> dict:
    """Return right, total, accuracy and its 95 % interval (Wilson); the last two are None where there is no answer."""
    right, total = sum(result.right for result in results), len(results)
    return {
        "right": right,
        "total": total,
        "accuracy": right / total if total else None,
        "interval": list(wilson_interval(right, total)) if total else None,
    }


def verdicts(results: list[Answer]) -> dict[str, int]:
    """Return how often each verdict was given."""
    counts = Counter(result.verdict for result in results)
    return {name: counts[name] for name in VERDICTS}


def ranking(scores: np.ndarray, right: np.ndarray) -> dict | None:
    """Return the AUROC of scores (N,) for right (N,) bool, with its 95 % interval; None where all are alike.

    The interval is a percentile bootstrap that draws scenes.
    """
    value = auroc(scores, right)
    if value is None:
        return None
    drawn = np.random.default_rng(0).integers(0, len(scores), (RESAMPLES, len(scores)))
    values = [auroc(scores[places], right[places]) for places in drawn]
    low, high = np.quantile([value for value in values if value is not None], (0.025, 0.975))
    return {"value": value, "interval": [float(low), float(high)]}


def auroc(scores: np.ndarray, right: np.ndarray) -> float | None:
    """Return the chance that a right answer scores above a wrong one, ties half: the area under the ROC curve.

    None where all are right or all are wrong. Source: H. B. Mann, D. R. Whitney, 1947.
    """
    above, below = scores[right], np.sort(scores[~right])
    if not len(above) or not len(below):
        return None
    less, not_more = (np.searchsorted(below, above, side) for side in ("left", "right"))
    return float((less + not_more).mean() / (2 * len(below)))


def rows(results: list[Answer]) -> list[dict]:
    """Return one row an answer, for the table of all; the same on every run."""
    return [
        {
            "index": result.planned.index,
            "condition": result.planned.condition,
            "seed": result.planned.seed,
            "label": result.planned.label,
            "answer": result.digit,
            "verdict": result.verdict,
            "confidence": round(result.confidence, 4),
            "quality": round(result.quality, 4),
        }
        for result in results
    ]


def table(measured: dict) -> str:
    """Return the figures as text for people."""
    lines = [f"{'condition':14} {'right':>9} {'accuracy':>9}  95 % interval      {'  '.join(VERDICTS)}"]
    listed = {**measured["conditions"], "all": {**measured["overall"], "verdicts": measured["verdicts"]}}
    for name, row in listed.items():
        low, high = row["interval"]
        lines.append(
            f"{name:14} {row['right']:>4}/{row['total']:<4} {row['accuracy']:>9.1%}  {low:>6.1%} to {high:<6.1%}  "
            + "  ".join(f"{count:>{len(name)}}" for name, count in row["verdicts"].items())
        )
    alone, sure = measured["digits_alone"], measured["digit_verdicts"]
    lines.append(f"the same digits, 28×28 as in MNIST: {alone['accuracy']:.2%} right")
    if sure["total"]:
        lines.append(f"verdict digit: {sure['accuracy']:.2%} of {sure['total']} right")
    if measured["ece"] is not None:
        lines.append(f"ECE of the confidence: {measured['ece']:.4f}")
    for name, area in measured["auroc"].items():
        if area:
            low, high = area["interval"]
            lines.append(f"AUROC of the {name}: {area['value']:.3f} (95 %: {low:.3f} to {high:.3f})")
    times = measured["milliseconds"]
    lines.append(
        f"a photo: {times['median']:.1f} ms (median), {times['slowest_twentieth']:.1f} ms (19 of 20 are faster)"
    )
    return "\n".join(lines)


# --- Contact sheets ------------------------------------------------------------------------------------------


def tile(answer: Answer, made: Scene) -> np.ndarray:
    """Return a small picture of a scene, (SHEET_SIDE, SHEET_SIDE, 3) RGB uint8; framed in red where it was misread."""
    scale = (SHEET_SIDE - 4) / max(made.photo.shape[:2])
    small = cv2.resize(made.photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    framed = np.full((SHEET_SIDE, SHEET_SIDE, 3), 128, np.uint8)
    if not answer.right:
        framed[:] = (220, 0, 0)
    framed[2 : 2 + small.shape[0], 2 : 2 + small.shape[1]] = small
    if not answer.right:
        said = answer.verdict if answer.digit is None else f"{answer.digit} {answer.confidence:.0%} {answer.verdict}"
        text = f"{answer.planned.label}: {said}"
        cv2.putText(framed, text, (4, SHEET_SIDE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 3, cv2.LINE_AA)
        cv2.putText(framed, text, (4, SHEET_SIDE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (180, 0, 0), 1, cv2.LINE_AA)
    return framed


def write_sheet(path: Path, tiles: list[np.ndarray]) -> None:
    """Write small pictures as one PNG, SHEET_COLUMNS in a row."""
    missing = -len(tiles) % SHEET_COLUMNS
    whole = tiles + [np.full_like(tiles[0], 128)] * missing
    lines = [np.hstack(whole[start : start + SHEET_COLUMNS]) for start in range(0, len(whole), SHEET_COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(np.vstack(lines), cv2.COLOR_RGB2BGR))[1].tobytes())


# --- The command ---------------------------------------------------------------------------------------------


def digits_of(kind: str, classifier: Classifier) -> tuple[Split, set[int]]:
    """Return the split of a kind, VALIDATION or TEST, and the places of the images whose label is known to be wrong.

    The validation images are those that were held out of the network's training. Raises NetworkUnavailable where its
    card does not say which, MnistUnavailable where MNIST cannot be had.
    """
    if kind == TEST:
        return test_split(), {row["index"] for row in wrong_labels()}
    try:
        return training_and_validation(classifier.card["made"]["settings"])[1], set()
    except KeyError as error:
        raise NetworkUnavailable(
            f"The card of {classifier.name} does not say how it was made ({error} is missing): train it again."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure the accuracy on synthetic scenes, by condition.")
    parser.add_argument(
        "--digits", choices=COUNTS, default=VALIDATION, help="test: for the final report only (default: %(default)s)"
    )
    parser.add_argument("--count", type=int, metavar="N", help="how many scenes (default: validation 1130, test 2261)")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the figures to FILE, and every answer beside it as .csv (default for test: models/scenes.json)",
    )
    parser.add_argument("--rembg", choices=REMBG_MODES, default="auto", help="background removal (%(default)s)")
    parser.add_argument("--model", default=DEFAULT_NETWORK, metavar="NAME", help="the network (%(default)s)")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write a contact sheet of each condition")
    return parser


def main(arguments: list[str] | None = None) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    count = COUNTS[options.digits] if options.count is None else options.count
    if count < 1:
        parser.error("--count must be at least 1.")
    path = options.json or (models_folder() / "scenes.json" if options.digits == TEST else None)
    try:
        classifier = Classifier(options.model)
        split, left_out = digits_of(options.digits, classifier)
        planned = plan(split, count, left_out=left_out)
    except (NetworkUnavailable, MnistUnavailable, ValueError) as error:
        raise SystemExit(str(error)) from error
    config = Config(rembg=options.rembg)

    results = []
    started = time.perf_counter()
    for name, group in groupby(planned, key=lambda one: one.condition):
        tiles = []
        for answer, made in answers(split, list(group), lambda photo: read_digit(photo, classifier, config)):
            results.append(answer)
            if options.sheets:
                tiles.append(tile(answer, made))
        if options.sheets:
            write_sheet(options.sheets / f"{name}.png", tiles)
    seconds = time.perf_counter() - started

    places = [one.index for one in planned]
    alone = classifier.probabilities(split.images[places]).argmax(axis=1)
    measured = {
        "made_by": "python -m training.scene_benchmark",
        "date": date.today().isoformat(),
        "network": options.model,
        "digits": options.digits,
        "seed": SEED,
        "rembg": options.rembg,
        "rembg_weights": cutout.is_available(),
        **figures(results),
        "digits_alone": accuracy(alone, split.labels[places]),
    }
    print(table(measured))
    print(f"{count} scenes made and read in {seconds:.0f} s")
    if path:
        path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_table(path.with_suffix(".csv"), rows(results))
        print(f"written to {path} and {path.with_suffix('.csv').name}")


if __name__ == "__main__":
    main()
