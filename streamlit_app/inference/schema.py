"""The one form of an answer, as plain JSON values: for the command, the API and whoever saves an answer.

The API's documentation is made from these classes.
"""

from dataclasses import asdict, dataclass, fields
from unicodedata import category, normalize

from inference.classifier import Prediction
from inference.numbers.number import NumberReading
from inference.photo import PhotoError
from inference.quality import Quality
from inference.reading import Reading

NO_PROBABILITIES = [0.0] * 10
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # control characters, bytes that are no text, breaks of lines and paragraphs
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Problem:
    """Why there is no answer: ``code`` for programs, ``message`` one sentence for people."""

    code: str
    message: str


@dataclass(frozen=True)
class QualityRecord:
    """How well a photo shows its digit: the score and its five measures, 0 to 1, and a sentence of advice, or none."""

    score: float
    level: str
    contrast: float
    size: float
    aspect_ratio: float
    distinctness: float
    legibility: float
    advice: str


@dataclass(frozen=True)
class NetworkRecord:
    """What one network reads in a photo: as in DigitRecord; ``elapsed_ms`` is the network's time alone."""

    digit: int | None
    confidence: float
    probabilities: list[float]
    elapsed_ms: float
    error: Problem | None = None


@dataclass(frozen=True)
class DigitRecord:
    """What is read in a photo of one digit.

    ``status``: the verdict, or ``error``; ``digit``: the best guess, also when unsure, null where there is none;
    ``confidence``: 0 to 1; ``probabilities``: ten, index = digit.
    """

    file: str
    status: str
    digit: int | None
    confidence: float
    probabilities: list[float]
    quality: QualityRecord | None
    elapsed_ms: float
    error: Problem | None


@dataclass(frozen=True)
class DigitRecordOfAll(DigitRecord):
    """A DigitRecord with what every network reads in the same photo."""

    models: dict[str, NetworkRecord]


@dataclass(frozen=True)
class FoundRecord:
    """One digit of several; ``box``: row, column, height and width in the photo's own pixels, upright."""

    digit: int
    confidence: float
    box: list[int]


@dataclass(frozen=True)
class NumberRecord:
    """What is read in a photo of many digits; ``text`` has a space between numbers, a newline between rows."""

    file: str
    text: str
    digits: list[FoundRecord]
    error: Problem | None


NESTED = {"quality": QualityRecord, "error": Problem}


def digit_record(file: str, reading: Reading) -> DigitRecord:
    """Return a reading as the answer for ``file``."""
    digit, confidence, probabilities = _predicted(reading.prediction)
    elapsed = round(reading.elapsed_ms, 2)
    quality = _quality(reading.quality)
    return DigitRecord(file, reading.verdict, digit, confidence, probabilities, quality, elapsed, error=None)


def digit_error(file: str, error: PhotoError) -> DigitRecord:
    """Return the answer for a photo that could not be read."""
    problem = Problem(error.code, error.message)
    return DigitRecord(file, "error", None, 0.0, NO_PROBABILITIES, quality=None, elapsed_ms=0.0, error=problem)


def network_record(prediction: Prediction | None, elapsed_ms: float) -> NetworkRecord:
    """Return what one network predicted, None where no digit was found."""
    return NetworkRecord(*_predicted(prediction), round(elapsed_ms, 2))


def network_error(problem: Problem) -> NetworkRecord:
    """Return the record of a network that cannot be loaded."""
    return NetworkRecord(None, 0.0, NO_PROBABILITIES, 0.0, problem)


def with_networks(record: DigitRecord, models: dict[str, NetworkRecord]) -> DigitRecordOfAll:
    """Return the record with what each network reads."""
    return DigitRecordOfAll(**vars(record), models=models)


def number_record(file: str, reading: NumberReading) -> NumberRecord:
    """Return a reading of many digits as the answer for ``file``."""
    digits = [
        FoundRecord(found.digit, round(found.confidence, 6), [found.row, found.column, found.height, found.width])
        for found in reading.digits
    ]
    return NumberRecord(file, reading.text, digits, error=None)


def number_error(file: str, error: PhotoError) -> NumberRecord:
    """Return the answer of many digits for a photo that could not be read."""
    return NumberRecord(file, "", [], Problem(error.code, error.message))


def as_json(record) -> dict:
    """Return any of these records as plain JSON values, the fields in their order."""
    return asdict(record)


def columns(record: dict) -> dict:
    """Return a record, as as_json gives it, as one flat row: every row of a kind has the same columns.

    The probabilities and the quality have a column each. Of many digits there are only how many they are and the
    confidence of the least sure one. No value has a line break in it, so that a row of CSV is a line, and none is taken
    for a formula.
    """
    row = {}
    for name, value in record.items():
        if name == "probabilities":
            row |= {f"probability_{digit}": probability for digit, probability in enumerate(value)}
        elif name == "digits":
            row |= {"digits": len(value), "confidence": min((found["confidence"] for found in value), default=0.0)}
        elif name in NESTED:
            row |= {f"{name}_{field.name}": (value or {}).get(field.name) for field in fields(NESTED[name])}
        else:
            row[name] = name_in_a_table(value) if name == "file" else value
    return {name: on_one_line(value) if isinstance(value, str) else value for name, value in row.items()}


def on_one_line(text: str) -> str:
    """Return a text of several lines, rows of digits, as one."""
    return " | ".join(text.splitlines())


def printable(name: str) -> str:
    """Return a file's name without what would change a line or a terminal; such characters are written as ``\\x1b``."""
    return "".join(repr(one)[1:-1] if category(one) in UNPRINTABLE else one for one in name)


def name_in_a_table(name: str) -> str:
    """Return a file's name for a cell: printable, and ./ before a name that a spreadsheet would take for a formula.

    With ./ it is a name of the same file. An answer in JSON has the name as it is.
    """
    shown = printable(name)
    return f"./{shown}" if normalize("NFKC", shown[:1]) in FORMULA else shown


def _predicted(prediction: Prediction | None) -> tuple[int | None, float, list[float]]:
    if prediction is None:
        return None, 0.0, NO_PROBABILITIES
    return prediction.digit, round(prediction.confidence, 6), [round(float(p), 6) for p in prediction.probabilities]


def _quality(quality: Quality) -> QualityRecord:
    values = quality.as_dict()
    return QualityRecord(**{k: round(value, 4) if isinstance(value, float) else value for k, value in values.items()})
