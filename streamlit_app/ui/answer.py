"""The answer to what was given: one value, whatever the mode."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from inference import Classifier, NetworkUnavailable, Prediction, cutout, open_photo, preprocess, read_digit
from inference.quality import Quality
from inference.steps import Trace
from inference.verdict import verdict
from ui import results
from ui.given import Photo, TestImage
from ui.pictures import shown
from ui.recall import recalled
from ui.settings import Settings

STEP = 340  # pixels: the longer side of a step's picture that is kept, twice as many as it is shown with
LAST_DIGIT = "last_digit"  # in the session's state: what the Architecture page looks at


@dataclass(frozen=True)
class Answer:
    """What was given, ``original`` (R, C[, 3 or 4]), and what came of it.

    ``digit``: the 28×28 image that the network reads, None where none was found; ``verdict`` and ``prediction`` are
    None without a network, and ``problem`` then says why; ``quality`` is None for an image that is no photo;
    ``certainty``: the ink finder's, 0-1; ``label``: the digit that it is known to be.
    """

    original: np.ndarray
    digit: np.ndarray | None
    verdict: str | None
    prediction: Prediction | None
    trace: tuple[Trace, ...] = ()
    quality: Quality | None = None
    elapsed_ms: float | None = None
    certainty: float = 1.0
    label: int | None = None
    problem: str = ""


def read(given: Photo | TestImage, settings: Settings) -> Answer:
    """Read what was given; raise PhotoError where it is no readable image."""
    try:
        network, problem = results.classifier(), ""
    except NetworkUnavailable as error:
        network, problem = None, str(error)
    if isinstance(given, TestImage):
        return _read_test_image(given, settings, network, problem)
    return _read_photo(given, settings, network, problem)


def read_once(given: Photo | TestImage, settings: Settings, slot: str = "answer") -> Answer:
    """Read as read() does, with the steps as large as they are shown; what was read last is not read again."""
    try:
        network = id(results.classifier())
    except NetworkUnavailable:
        network = None
    has_weights = settings.config.rembg != "never" and cutout.is_available(settings.config.rembg_model)
    return recalled(slot, (given.key, settings, network, has_weights), lambda: _to_keep(read(given, settings)))


def _to_keep(answer: Answer) -> Answer:
    """Return an answer for the session to keep: the steps of a photo as they were worked on would take 10 MB."""
    small = (
        replace(step, image=shown(step.image, STEP)) if max(step.image.shape[:2]) > STEP else step
        for step in answer.trace
    )
    return replace(answer, trace=tuple(small))


def remember(answer: Answer) -> None:
    """Keep the digit of an answer for as long as the session lasts: the Architecture page looks into it."""
    if answer.digit is not None:
        st.session_state[LAST_DIGIT] = answer.digit


def _read_photo(given: Photo, settings: Settings, network: Classifier | None, problem: str) -> Answer:
    photo = open_photo(given.source, box=given.box, rotation=given.rotation)
    if network is None:
        made = preprocess(photo, settings.config)
        return Answer(photo, made.digit, None, None, made.trace, made.quality, problem=problem)
    reading = read_digit(photo, network, settings.config, tta=settings.tta)
    made = reading.preprocessed
    what_the_steps_made = made.trace, reading.quality, reading.elapsed_ms, made.certainty
    return Answer(photo, made.digit, reading.verdict, reading.prediction, *what_the_steps_made)


def _read_test_image(given: TestImage, settings: Settings, network: Classifier | None, problem: str) -> Answer:
    if network is None:
        return Answer(given.image, given.image, None, None, label=given.label, problem=problem)
    prediction = network.predict(given.image, tta=settings.tta)
    return Answer(given.image, given.image, verdict(prediction, network), prediction, label=given.label)
