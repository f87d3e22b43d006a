"""From a photo to a reading: the steps, the network and the verdict, for one photo or for several in one call."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from inference.candidates import SURE, Preprocessed, candidates
from inference.classifier import Classifier, Prediction
from inference.photo import open_photo
from inference.quality import Quality
from inference.steps import Config
from inference.tta import looks
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


@dataclass(frozen=True)
class Prepared:
    """A photo that went through the steps and waits for the network.

    ``likeliest``: the first of its candidates; ``others`` go through the steps as they are asked for; ``seconds``: what
    the steps took so far.
    """

    likeliest: Preprocessed
    others: Iterator[Preprocessed]
    seconds: float


@dataclass(frozen=True)
class _Read:
    """A candidate with what the network reads in it, beside it and in its parts."""

    made: Preprocessed
    prediction: Prediction | None
    beside: list[Prediction]
    parts: list[Prediction]

    @property
    def digit_likeness(self) -> float:
        """How likely it is that this is the digit in the photo, by all who were asked, 0-1."""
        return (
            0.0
            if self.prediction is None
            else (self.made.certainty * self.prediction.confidence * self.prediction.likeness)
        )

    def is_clear(self, classifier: Classifier) -> bool:
        if self.prediction is None or self.made.certainty < SURE:
            return False
        return is_clearly_a_digit(self.prediction, classifier)


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
    others = candidates(photo, config)
    return Prepared(next(others), others, time.perf_counter() - started)


def recognise(photos: Sequence[Prepared], classifier: Classifier, *, tta: bool = False) -> list[Reading]:
    """Read the digit in each prepared photo; the network is asked once for all of them.

    It is asked again for the next candidate of those in which it saw no clear digit.
    """
    ways = [chain([photo.likeliest], photo.others) for photo in photos]
    seconds = [photo.seconds for photo in photos]
    read: list[list[_Read]] = [[] for _ in photos]
    waiting = range(len(photos))
    while waiting:
        asked = {}
        for number in waiting:
            started = time.perf_counter()
            if (made := next(ways[number], None)) is not None:
                asked[number] = made
            seconds[number] += time.perf_counter() - started
        started = time.perf_counter()
        for number, one in zip(asked, _read_each(list(asked.values()), classifier, tta), strict=True):
            read[number].append(one)
            if _is_line(read[number]):
                read[number].pop()
        waiting = [number for number in asked if not read[number][-1].is_clear(classifier)]
        for number in asked:
            seconds[number] += (time.perf_counter() - started) / len(asked)
    readings = []
    for each, took in zip(read, seconds, strict=True):
        best = _best(each, classifier)
        said = verdict(best.prediction, classifier, best.made.certainty, best.beside, best.parts)
        readings.append(Reading(said, best.prediction, best.made, took * 1000))
    return readings


def _read_each(candidates: list[Preprocessed], classifier: Classifier, tta: bool) -> list[_Read]:
    """Read several candidates in one call of the network."""
    stacks = []
    for made in candidates:
        if made.digit is not None:
            stacks.append(looks(made.digit) if tta else made.digit[None])
        stacks += [other[None] for other in (*made.beside, *made.parts)]
    predictions = iter(classifier.predict_each(stacks))
    read = []
    for made in candidates:
        prediction = None if made.digit is None else next(predictions)
        beside, parts = (list(islice(predictions, len(group))) for group in (made.beside, made.parts))
        read.append(_Read(made, prediction, beside, parts))
    return read


def _is_line(read: list[_Read]) -> bool:
    """Whether the last candidate is like a 1, though something else was surely found before: there is always an edge
    or a rule somewhere that is, if one looks often enough.
    """
    first, last = read[0], read[-1]
    if first is last or first.prediction is None or last.prediction is None or first.made.certainty < SURE:
        return False
    return last.prediction.digit == 1 != first.prediction.digit


def _best(read: list[_Read], classifier: Classifier) -> _Read:
    """Return the last candidate if it is clear, or else the likeliest that nothing is much more like a digit than."""
    if read[-1].is_clear(classifier):
        return read[-1]
    # At a tie the later one was of no help; its trace says why.
    first, other = read[0], max(reversed(read), key=lambda one: one.digit_likeness)
    return first if first.digit_likeness < other.digit_likeness < MUCH_MORE * first.digit_likeness else other
