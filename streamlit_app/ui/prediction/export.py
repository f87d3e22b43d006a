"""What a person takes along from a session, as files: tables as CSV, checked digits as a folder in a ZIP."""

import csv
import io
import zipfile
from collections.abc import Iterable

import cv2

from inference.schema import DigitRecord, as_json, columns, name_in_a_table, network_record
from ui.prediction.history import Entry


def records_csv(records: Iterable[tuple[DigitRecord, int | None]]) -> bytes:
    """Return answers as CSV with the command's columns, and at the end the digit that each is known to be."""
    return _csv([{**columns(as_json(record)), "label": label} for record, label in records])


def history_csv(entries: Iterable[Entry]) -> bytes:
    """Return what was read in the session as CSV.

    ``truth`` is 0-9, NOT_A_DIGIT, or empty where nobody said, and so is ``right``: 1, 0, or empty.
    """
    return _csv([_history_row(entry) for entry in entries])


def _history_row(entry: Entry) -> dict:
    read = network_record(entry.prediction, 0.0)
    return {
        "time": entry.time.isoformat(timespec="seconds"),
        "name": name_in_a_table(entry.name),
        "status": entry.verdict,
        "digit": read.digit,
        "confidence": read.confidence,
        "truth": entry.truth,
        "right": None if entry.is_right is None else int(entry.is_right),
        **columns({"probabilities": read.probabilities}),
    }


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


def _csv(rows: list[dict]) -> bytes:
    """Return rows with the same keys as CSV, the keys as its head."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
