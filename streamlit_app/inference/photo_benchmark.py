"""Accuracy on a folder of real photos with a manifest: by category, with intervals that respect who wrote what."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.numbers.number import NumberReading
from inference.photo import PhotoError
from inference.reading import Reading

COLUMNS = ("file", "label", "category", "part", "writer")
PARTS = ("tune", "report")
RESAMPLES = 2000
DIGITS = re.compile("[0-9]+")


class ManifestError(ValueError):
    """The folder has no manifest that can be used; the message says what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One photo of a single digit in the manifest; ``source``: where it was published, if that is said."""

    file: str
    label: int
    category: str
    part: str
    writer: str
    source: str = ""


@dataclass(frozen=True)
class Answer:
    """What was answered for one photo; ``digit`` is None where none was found or the photo could not be read."""

    entry: Entry
    status: str
    digit: int | None
    confidence: float

    @property
    def right(self) -> bool:
        return self.digit == self.entry.label


@dataclass(frozen=True)
class NumberEntry:
    """One photo of several digits in the manifest; ``label``: all of them in reading order, without spaces; ``source``:
    as of an Entry.
    """

    file: str
    label: str
    part: str
    writer: str
    source: str = ""


@dataclass(frozen=True)
class NumberAnswer:
    """What was answered for a photo of several digits: ``text`` as read, or ``error``, the code, and then no text."""

    entry: NumberEntry
    text: str
    error: str | None = None

    @property
    def edits(self) -> int:
        """How many digits are wrong, missing or too many; spaces and rows do not count."""
        return edit_distance("".join(self.text.split()), self.entry.label)


def read_manifest(folder: Path, part: str | None = None) -> tuple[list[Entry], list[NumberEntry]]:
    """Return the photos of single digits and those of several that FOLDER/manifest.csv lists.

    ``part`` keeps only tune or report; a row whose label has anything else than digits is passed over. Raises
    ManifestError where nothing is left.
    """
    rows = [row for row in _rows(folder) if part in (None, row["part"]) and DIGITS.fullmatch(row["label"] or "")]
    if not rows:
        where = f" in the part {part}" if part else ""
        raise ManifestError(f"{folder / 'manifest.csv'} lists no photo of digits{where}: give each its label.")
    single = [
        Entry(row["file"], int(row["label"]), row["category"], row["part"], row["writer"], row.get("source") or "")
        for row in rows
        if len(row["label"]) == 1
    ]
    several = [
        NumberEntry(row["file"], row["label"], row["part"], row["writer"], row.get("source") or "")
        for row in rows
        if len(row["label"]) > 1
    ]
    return single, several


def _rows(folder: Path) -> list[dict[str, str]]:
    path = folder / "manifest.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} is not a CSV file in UTF-8: {error}.") from error
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise ManifestError(f"{path} has no rows, or lacks the columns {', '.join(missing)}.")
    return rows


def answers(folder: Path, entries: list[Entry], read: Callable[[Path], Reading]) -> Iterator[Answer]:
    """Read every photo; one that cannot be opened counts as wrong."""
    for entry in entries:
        try:
            reading = read(folder / entry.file)
        except PhotoError as error:
            yield Answer(entry, f"error: {error.code}", None, 0.0)
            continue
        prediction = reading.prediction
        if prediction is None:
            yield Answer(entry, reading.verdict, None, 0.0)
        else:
            yield Answer(entry, reading.verdict, prediction.digit, prediction.confidence)


def number_answers(
    folder: Path, entries: list[NumberEntry], read: Callable[[Path], NumberReading]
) -> Iterator[NumberAnswer]:
    """Read every photo of several digits; of one that cannot be opened all are missing."""
    for entry in entries:
        try:
            yield NumberAnswer(entry, read(folder / entry.file).text)
        except PhotoError as error:
            yield NumberAnswer(entry, "", error.code)


def edit_distance(read: str, label: str) -> int:
    """Return the least number of changed, missing and added characters (V. Levenshtein, 1966)."""
    distances = list(range(len(label) + 1))
    for row, got in enumerate(read, start=1):
        above, distances = distances, [row]
        for column, wanted in enumerate(label, start=1):
            distances.append(min(above[column] + 1, distances[-1] + 1, above[column - 1] + (got != wanted)))
    return distances[-1]


def number_summary(results: list[NumberAnswer]) -> dict:
    """Return how many digits are right by edit distance, with the 95 % interval by writer, and whole photos."""
    digits, edits = sum(len(result.entry.label) for result in results), sum(result.edits for result in results)
    return {
        "digits": digits,
        "edits": edits,
        "accuracy": 1 - edits / digits,
        "interval": _interval([(r.entry.writer, len(r.entry.label) - r.edits, len(r.entry.label)) for r in results]),
        "whole_right": sum(result.edits == 0 for result in results),
        "photos": len(results),
        "writers": len({result.entry.writer for result in results}),
    }


def group_of(category: str) -> str:
    """Photos of plain and of lined paper are reported together as photos."""
    return "photos" if "photo" in category or "scan" in category else category


def summary(results: list[Answer]) -> dict[str, dict]:
    """Return right, total, accuracy and its 95 % interval for ``all`` and for every category; {} of no answers."""
    groups = {"all": results} if results else {}
    for result in results:
        groups.setdefault(group_of(result.entry.category), []).append(result)
    return {
        name: {
            "right": sum(result.right for result in group),
            "total": len(group),
            "writers": len({result.entry.writer for result in group}),
            "accuracy": sum(result.right for result in group) / len(group),
            "interval": interval_by_writer(group),
        }
        for name, group in groups.items()
    }


def interval_by_writer(results: list[Answer]) -> list[float]:
    """Return the 95 % percentile interval of the accuracy, by a bootstrap that draws writers, not photos.

    Ten digits of one person are not ten independent cases (B. Efron, R. Tibshirani, 1993, clustered bootstrap).
    """
    return _interval([(result.entry.writer, int(result.right), 1) for result in results])


def _interval(counts: list[tuple[str, int, int]]) -> list[float]:
    """Return the interval from (writer, how many are right, of how many) of every photo."""
    writers = sorted({writer for writer, _, _ in counts})
    right = np.array([sum(right for by, right, _ in counts if by == writer) for writer in writers])
    total = np.array([sum(total for by, _, total in counts if by == writer) for writer in writers])
    drawn = np.random.default_rng(0).integers(0, len(writers), (RESAMPLES, len(writers)))
    accuracies = right[drawn].sum(axis=1) / total[drawn].sum(axis=1)
    return [float(value) for value in np.quantile(accuracies, (0.025, 0.975))]
