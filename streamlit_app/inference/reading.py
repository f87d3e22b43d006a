"""From a photo to a reading: the steps, the network and the verdict, for one photo or for several in one call."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from inference.classifier import Classifier, Prediction
from inference.photo import open_photo
from inference.quality import Quality
from inference.steps import Config, Preprocessed, candidates
from inference.tta import looks
from inference.verdict import verdict


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


@dataclass(frozen=True)
class Prepared:
    """A photo that went through the steps and waits for the network; ``seconds``: what the steps took."""

    candidates: tuple[Preprocessed, ...]
    seconds: float


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
    (reading,) = recognise([prepare(source, config, box=box, rotation=rotation)], classifier, tta=tta)
    return reading


def prepare(
    source, config: Config | None = None, *, box: tuple[int, int, int, int] | None = None, rotation: float = 0.0
) -> Prepared:
    """Open a photo and take it through the steps; all as in read_digit, without the network."""
    photo = open_photo(source, box=box, rotation=rotation)
    started = time.perf_counter()
    return Prepared(candidates(photo, config), time.perf_counter() - started)


def recognise(photos: Sequence[Prepared], classifier: Classifier, *, tta: bool = False) -> list[Reading]:
    """Read the digit in each prepared photo; the network is asked once for all of them."""
    started = time.perf_counter()
    stacks = []
    for photo in photos:
        for made in photo.candidates:
            if made.digit is not None:
                stacks.append(looks(made.digit) if tta else made.digit[None])
            stacks += [other[None] for other in (*made.beside, *made.parts)]
    predictions = iter(classifier.predict_each(stacks))
    readings = []
    for photo in photos:
        read = []
        for made in photo.candidates:
            prediction = None if made.digit is None else next(predictions)
            others = [list(islice(predictions, len(group))) for group in (made.beside, made.parts)]
            read.append((made, prediction, *others))
        # At a tie rembg was of no help; the trace of its candidate, the last, says why.
        made, prediction, beside, parts = max(reversed(read), key=lambda one: one[1].confidence if one[1] else 0.0)
        said = verdict(prediction, classifier, made.certainty, beside, parts)
        # Its own steps, and its share of the network's time.
        seconds = photo.seconds + (time.perf_counter() - started) / len(photos)
        readings.append(Reading(said, prediction, made, seconds * 1000))
    return readings
