"""What a person takes along from a session, as files: tables as CSV, checked digits as a folder in a ZIP."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import fields

import cv2

from inference.schema import DigitRecord, Problem, QualityRecord, as_json
from ui.history import Entry

HISTORY_COLUMNS = ("time", "name", "status", "digit", "confidence", "truth", "right")
PROBABILITIES = tuple(f"probability_{digit}" for digit in range(10))


def records_csv(records: Iterable[tuple[DigitRecord, int | None]]) -> bytes:
    """Return answers, each with the digit that it is known to be, as CSV: the fields of DigitRecord, one a column."""
    return _csv(record_columns(), [{**_flat(as_json(record)), "label": label} for record, label in records])


def record_columns() -> list[str]:
    """Return the columns of records_csv(): what a record holds inside has the name of its place before it."""
    inside = {
        "probabilities": PROBABILITIES,
        "quality": [f"quality_{field.name}" for field in fields(QualityRecord)],
        "error": [f"error_{field.name}" for field in fields(Problem)],
    }
    return [column for field in fields(DigitRecord) for column in inside.get(field.name, (field.name,))] + ["label"]


def history_csv(entries: Iterable[Entry]) -> bytes:
    """Return what was read in the session as CSV; ``right`` is 1, 0, or empty where nobody said."""
    rows = []
    for entry in entries:
        prediction = entry.prediction
        row = {"time": entry.time.isoformat(timespec="seconds"), "name": entry.name, "status": entry.verdict}
        if prediction is not None:
            row |= {"digit": prediction.digit, "confidence": round(prediction.confidence, 6)}
            row |= dict(zip(PROBABILITIES, (round(float(p), 6) for p in prediction.probabilities), strict=True))
        row["truth"] = entry.truth
        row["right"] = None if entry.is_right is None else int(entry.is_right)
        rows.append(row)
    return _csv([*HISTORY_COLUMNS, *PROBABILITIES], rows)


def trainable(entries: Iterable[Entry]) -> list[Entry]:
    """Return what a network may learn from: a person's own digits of which they said what they are."""
    return [entry for entry in entries if entry.is_own and entry.digit is not None and isinstance(entry.truth, int)]


def digits_zip(entries: Iterable[Entry]) -> bytes:
    """Return the trainable() images as a ZIP: a folder for each digit, 0 to 9, of 28×28 PNGs, white on black.

    Unpacked, with at least ten images of each digit, it is what ``training.train --data`` takes.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for entry in trainable(entries):
            stamp = f"{entry.time:%Y%m%dT%H%M%S}"  # so that the exports of several sessions go into one folder
            png = cv2.imencode(".png", entry.digit)[1].tobytes()
            archive.writestr(f"{entry.truth}/{stamp}-{entry.number:04}.png", png)
    return file.getvalue()


def _flat(record: dict, prefix: str = "") -> dict:
    """Return a record's fields as one table row: {"quality": {"score": 1}} is {"quality_score": 1}."""
    row = {}
    for name, value in record.items():
        if isinstance(value, dict):
            row |= _flat(value, f"{prefix}{name}_")
        elif isinstance(value, list):
            row |= dict(zip(PROBABILITIES, value, strict=True))
        elif value is not None:
            row[prefix + name] = value
    return row


def _csv(columns: Iterable[str], rows: Iterable[dict]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
