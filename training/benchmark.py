"""Measure the speed of everything a person waits for: ``python -m training.benchmark``. Writes models/benchmark.json.

In one process, on photos drawn by inference/samples.py: our way without and with rembg beside the reference's
(training/reference.py). Then, with a server of its own (training/dashboard.py): its start and memory. Medians after a
warm-up; the ratios mean more than the milliseconds, which belong to the machine named beside them.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

import keras
import numpy as np

from inference import Classifier, Config, NetworkUnavailable, read_digit
from inference.classifier import models_folder
from inference.cutout import is_available
from inference.samples import drawing, encoded, photo
from training.dashboard import measure_server
from training.evaluation.probabilities import keras_model
from training.machine import machine
from training.reference import Reference
from training.serving import ServerError

ROUNDS = 3
# The digits that are read in turn; how long a run takes hardly depends on them.
DIGITS = (3, 5, 8)
OURS, OURS_REMBG, REFERENCE = "DigitLens", "DigitLens with rembg", "the reference's way"
NETWORK = "keras model.predict"


@dataclass(frozen=True)
class Case:
    """One way to do one thing: ``run`` takes one of ``inputs`` at a time, ``runs`` times a round."""

    what: str
    way: str
    run: Callable
    inputs: list
    runs: int
    goal_ms: float | None = None


def measure(cases: list[Case]) -> list[dict]:
    """Return a row a case: what, way, median, runs, goal, and the reference's time by this one's (or None).

    The cases take turns in ROUNDS rounds, so that a busy spell of the machine meets every one of them.
    """
    seconds = [[] for _ in cases]
    for case in cases:
        case.run(case.inputs[0])
    for _ in range(ROUNDS):
        for case, times in zip(cases, seconds, strict=True):
            for number in range(case.runs):
                given = case.inputs[number % len(case.inputs)]
                started = time.perf_counter()
                case.run(given)
                times.append(time.perf_counter() - started)
    medians = [1000 * statistics.median(times) for times in seconds]
    rows = list(zip(cases, medians, strict=True))
    references = {case.what: median for case, median in rows if case.way in (REFERENCE, NETWORK)}
    return [
        {
            "what": case.what,
            "way": case.way,
            "median_ms": round(median, 3),
            "runs": ROUNDS * case.runs,
            "goal_ms": case.goal_ms,
            "times_faster": round(references[case.what] / median, 1) if case.what in references else None,
        }
        for case, median in rows
    ]


def cases(classifier: Classifier, model: keras.Model, with_rembg: bool) -> list[Case]:
    """Return what is timed; without rembg's weights the ways that need it are left out."""
    plain, cut = Config(rembg="never"), Config(rembg="always")
    read = partial(read_digit, classifier=classifier)
    drawings = [drawing(digit) for digit in DIGITS]
    small = [encoded(photo(digit, 1200, 1600), ".jpg") for digit in DIGITS]
    large = [encoded(photo(digit, 3000, 4000), ".jpg") for digit in DIGITS]
    digits = [read(drawn).preprocessed.digit for drawn in drawings]
    listed = [
        Case("drawing 280×280", OURS, partial(read, config=plain), drawings, 100, 10),
        Case("photo 1600×1200", OURS, partial(read, config=plain), small, 30, 40),
        Case("photo 4000×3000", OURS, partial(read, config=plain), large, 10, 200),
        Case("network, one digit", "DigitLens (ONNX Runtime)", classifier.predict, digits, 100),
        Case("network, one digit", NETWORK, lambda d: model.predict(_batch(d), verbose=0), digits, 20),
    ]
    if with_rembg:
        reference = Reference(model)
        listed[1:3] = [
            listed[1],
            Case("photo 1600×1200", OURS_REMBG, partial(read, config=cut), small, 4),
            Case("photo 1600×1200", REFERENCE, reference.read, small, 4),
            listed[2],
            Case("photo 4000×3000", OURS_REMBG, partial(read, config=cut), large, 4),
            Case("photo 4000×3000", REFERENCE, reference.read, large, 4),
        ]
    return listed


def _batch(digit: np.ndarray) -> np.ndarray:
    return digit[None, ..., None].astype(np.float32)


def speed_table(rows: list[dict]) -> str:
    lines = [f"{'':20} {'way':26} {'median':>10} {'goal':>10}   times faster than the reference"]
    for row in rows:
        goal = f"< {row['goal_ms']:g} ms" if row["goal_ms"] else ""
        met = "" if not row["goal_ms"] else "met" if row["median_ms"] < row["goal_ms"] else "MISSED"
        faster = f"{row['times_faster']:g}" if row["times_faster"] else ""
        lines.append(
            f"{row['what']:20} {row['way']:26} {row['median_ms']:7.1f} ms {goal:>10} {met:6} {faster:>5}".rstrip()
        )
    return "\n".join(lines)


def server_table(figures: list[dict]) -> str:
    lines = []
    for figure in figures:
        met = "met" if figure["value"] < figure["goal"] else "MISSED"
        lines.append(
            f"server: {figure['what']:46} {figure['value']:7.1f} {figure['unit']:3}"
            f" {'< ' + format(figure['goal'], 'g'):>7} {figure['unit']:3} {met}"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Measure how long drawings, photos and one digit take, beside the way of the project that this one"
        " learnt from, and how fast the server starts and how much memory it takes. With rembg only where its weights"
        " are on this machine (U2NET_HOME)."
    )
    parser.add_argument("--no-server", action="store_true", help="leave out the server's start and memory")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="where the figures go (default: models/benchmark.json)"
    )
    arguments = parser.parse_args(arguments)
    result = {"date": date.today().isoformat(), "made_by": "python -m training.benchmark", "machine": machine()}
    with_rembg = is_available()
    if not with_rembg:
        print("The weights of rembg's u2netp are not here: measured without rembg and the reference (set U2NET_HOME).")

    # The server first: this process is still small and leaves the cores alone.
    result["server"] = None
    if not arguments.no_server:
        try:
            result["server"] = [asdict(figure) for figure in measure_server(with_rembg)]
            print(server_table(result["server"]), flush=True)
        except ServerError as error:
            print(error, flush=True)

    try:
        classifier = Classifier()
        model = keras_model(models_folder() / f"{classifier.name}.keras")
    except NetworkUnavailable as error:
        raise SystemExit(str(error)) from error
    result["speed"] = measure(cases(classifier, model, with_rembg))
    print(speed_table(result["speed"]), flush=True)

    path = arguments.json or models_folder() / "benchmark.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
