"""From a photo to a reading: the steps, the network and the verdict in one call."""

import time
from dataclasses import dataclass

import numpy as np

from inference.classifier import Classifier, Prediction
from inference.photo import open_photo
from inference.quality import Quality
from inference.steps import SURE, Config, Preprocessed, candidates
from inference.verdict import is_clearly_a_digit, verdict

# What the ink finder was surest of stays the answer, unless something else is so many times as much like a digit.
MUCH_MORE = 4


@dataclass(frozen=True)
class Reading:
    """One photo, read; always whole.

    ``verdict``: digit; unsure (a guess that may well be wrong); not_a_digit (something else is written, and the guess
    only says which digit it is most like); several_digits (the guess is of the main one); or blank (nothing was found,
    and nothing is guessed). ``prediction``: None only when blank; ``elapsed_ms``: from the opened photo to the answer.
    """

    verdict: str
    prediction: Prediction | None
    preprocessed: Preprocessed
    elapsed_ms: float

    @property
    def quality(self) -> Quality:
        """How well the photo shows the digit; how legible it is, the network says."""
        quality = self.preprocessed.quality
        return quality if self.prediction is None else quality.with_confidence(self.prediction.confidence)


def read_digit(
    source,
    classifier: Classifier,
    config: Config | None = None,
    *,
    tta: bool = False,
    box: tuple[int, int, int, int] | None = None,
    rotation: float = 0.0,
) -> Reading:
    """Read the one digit in a photo.

    ``source`` is anything open_photo takes: bytes, a path, an open file, or pixels (R, C[, 3 or 4]) uint8. Raises
    PhotoError, whose message is one sentence for people, where it is no readable image. ``box``: where the digit is,
    (row, column, height, width) in the photo's own pixels, upright; ``rotation``: by how many degrees it must be turned
    counter-clockwise to stand upright.
    """
    photo = open_photo(source, box=box, rotation=rotation)
    started = time.perf_counter()
    preprocessed, prediction = _best_read(photo, classifier, config, tta)
    beside, parts = ([classifier.predict(one) for one in group] for group in (preprocessed.beside, preprocessed.parts))
    said = verdict(prediction, classifier, preprocessed.certainty, beside, parts)
    return Reading(said, prediction, preprocessed, (time.perf_counter() - started) * 1000)


def _best_read(
    photo: np.ndarray, classifier: Classifier, config: Config | None, tta: bool
) -> tuple[Preprocessed, Prediction | None]:
    """Return the first candidate that is read as a digit beyond doubt, or else the one that is most like one."""
    read = []
    for made in candidates(photo, config):
        prediction = None if made.digit is None else classifier.predict(made.digit, tta=tta)
        read.append((made, prediction))
        if prediction and made.certainty >= SURE and is_clearly_a_digit(prediction, classifier):
            return read[-1]
    # At a tie the later one was of no help; its trace says why.
    first, other = read[0], max(reversed(read), key=_digit_likeness)
    known = _digit_likeness(first)
    return first if known < _digit_likeness(other) < MUCH_MORE * known else other


def _digit_likeness(read: tuple[Preprocessed, Prediction | None]) -> float:
    made, prediction = read
    return 0.0 if prediction is None else made.certainty * prediction.confidence * prediction.likeness
