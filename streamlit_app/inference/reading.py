"""From a photo to a reading: the steps, the network and the verdict in one call."""

import time
from dataclasses import dataclass

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
        return self.preprocessed.quality


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
