"""Many photos, read one after the other: each becomes a row, whether it can be read or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from inference import Classifier, PhotoError, open_photo, read_digit
from inference.archive import is_zip, photos_in, shown_name
from inference.limits import MEBIBYTE, Limits
from inference.schema import DigitRecord, digit_error, digit_record
from inference.verdict import DIGIT
from ui.pictures import data_url, thumbnail
from ui.settings import Settings

THUMBNAIL = 56  # pixels: two and the answer beside each other on a phone
ERROR = "error"  # the status of what could not be read


@dataclass(frozen=True)
class Row:
    """One file: its record, the digit that its folder's name says it is, and its pictures as data URLs, or ""."""

    record: DigitRecord
    label: int | None = None
    photo: str = ""
    digit: str = ""

    @property
    def is_right(self) -> bool | None:
        """Whether the best guess is the label; None without a label, and for what could not be read."""
        return None if self.label is None or self.record.status == ERROR else self.record.digit == self.label

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody should look at it."""
        return self.record.status != DIGIT or self.is_right is False


def photos_of(files: list[BinaryIO], limits: Limits) -> Iterator[tuple[str, bytes | PhotoError]]:
    """Yield the name and the bytes of each photo, those in a ZIP too, or why it cannot be had; none beyond the limits.

    ``files``: as Streamlit's upload field returns them, each with a ``name``; of a folder, the name has its path.
    """
    count = 0
    for file in files:
        for photo in _photos_in(file, limits):
            if count == limits.batch_files:
                return
            count += 1
            yield photo


def _photos_in(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, bytes | PhotoError]]:
    data = file.getvalue()
    if not is_zip(data):
        yield shown_name(file.name), data
        return
    try:
        yield from photos_in(data, limits)
    except PhotoError as error:
        yield shown_name(file.name), error


def are_too_large(files: list[BinaryIO], limits: Limits) -> bool:
    """Tell whether the files together are more than is read at once."""
    return sum(file.size for file in files) > limits.batch_mb * MEBIBYTE


def label_of(name: str) -> int | None:
    """Return the digit that the innermost folder named 0 to 9 stands for, None where there is none."""
    folders = [part for part in name.replace("\\", "/").split("/")[:-1] if len(part) == 1 and part in "0123456789"]
    return int(folders[-1]) if folders else None


def read_row(name: str, photo: bytes | PhotoError, network: Classifier, settings: Settings) -> Row:
    """Read one photo; what cannot be read is a row with its error."""
    label = label_of(name)
    try:
        if isinstance(photo, PhotoError):
            raise photo
        pixels = open_photo(photo)
        reading = read_digit(pixels, network, settings.config, tta=settings.tta)
    except PhotoError as error:
        return Row(digit_error(name, error), label)
    digit = reading.preprocessed.digit
    small = "" if digit is None else data_url(thumbnail(digit, THUMBNAIL), exact=True)
    return Row(digit_record(name, reading), label, data_url(thumbnail(pixels, THUMBNAIL), exact=False), small)


def confusion(rows: list[Row]) -> np.ndarray:
    """Return how often each digit was read as each, (10, 10), rows the true one, of those that have both."""
    matrix = np.zeros((10, 10), int)
    for row in rows:
        if row.label is not None and row.record.digit is not None:
            matrix[row.label, row.record.digit] += 1
    return matrix
