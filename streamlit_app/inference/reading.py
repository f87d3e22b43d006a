"""From a photo to a reading: the steps, the network and the verdict in one call."""

import time
from dataclasses import dataclass

import numpy as np

from inference.classifier import Classifier, Prediction
from inference.photo import open_photo
from inference.quality import Quality
from inference.steps import SURE, Config, Preprocessed, candidates

DIGIT, UNSURE, BLANK = "digit", "unsure", "blank"


@dataclass(frozen=True)
class Reading:
    """One photo, read; always whole.

    ``verdict``: digit, unsure (a guess that may well be wrong) or blank (no digit was found, and none is guessed);
    ``prediction``: None only when blank; ``elapsed_ms``: from the opened photo to the answer.
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


def read_digit(source, classifier: Classifier, config: Config | None = None, *, tta: bool = False) -> Reading:
    """Read the one digit in a photo.

    ``source`` is anything open_photo takes: bytes, a path, an open file, or pixels (R, C[, 3 or 4]) uint8. Raises
    PhotoError, whose message is one sentence for people, where it is no readable image.
    """
    photo = open_photo(source)
    started = time.perf_counter()
    read = [
        (made, None if made.digit is None else classifier.predict(made.digit, tta=tta))
        for made in candidates(photo, config)
    ]
    # At a tie rembg was of no help; the trace of its candidate, the last, says why.
    preprocessed, prediction = max(reversed(read), key=lambda pair: pair[1].confidence if pair[1] else 0.0)
    elapsed = (time.perf_counter() - started) * 1000
    return Reading(verdict(prediction, classifier, preprocessed.certainty), prediction, preprocessed, elapsed)


def verdict(prediction: Prediction | None, classifier: Classifier, certainty: float = 1.0) -> str:
    """Return what may honestly be said of a prediction.

    ``certainty`` is the ink finder's (1 for an image that is a digit already): a network can be confident of
    something that is not the digit. The threshold of its confidence is the network's own, from its card.
    """
    if prediction is None:
        return BLANK
    sure = prediction.confidence >= classifier.unsure_below and certainty >= SURE
    return DIGIT if sure else UNSURE


def record(reading: Reading) -> dict:
    """Return a reading as plain JSON values: the fields of the command and of the API."""
    prediction = reading.prediction
    return {
        "status": reading.verdict,
        "digit": None if prediction is None else prediction.digit,
        "confidence": 0.0 if prediction is None else round(prediction.confidence, 6),
        "probabilities": [
            round(float(p), 6) for p in (np.zeros(10) if prediction is None else prediction.probabilities)
        ],
        "quality": {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in reading.quality.as_dict().items()
        },
        "elapsed_ms": round(reading.elapsed_ms, 2),
        "error": None,
    }


def error_record(code: str, message: str) -> dict:
    """Return the same fields for a photo that could not be read."""
    return {
        "status": "error",
        "digit": None,
        "confidence": 0.0,
        "probabilities": [0.0] * 10,
        "quality": None,
        "elapsed_ms": 0.0,
        "error": {"code": code, "message": message},
    }
