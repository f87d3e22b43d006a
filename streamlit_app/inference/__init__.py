"""DigitLens as a library: a photo in, a digit out.

from inference import Classifier, read_digit

reading = read_digit("photo.jpg", Classifier())
print(reading.verdict, reading.prediction and reading.prediction.digit)
"""

import os

__version__ = "0.1.0"

# ONNX Runtime's builds report their use to Microsoft and keep a device's id in the home folder, unless this is set
# before the first session. A photo's reader has no business with either.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from inference.candidates import Preprocessed, preprocess
from inference.classifier import Classifier, NetworkUnavailable, Prediction
from inference.numbers.number import FoundDigit, NumberReading, read_number
from inference.photo import PhotoError, open_photo
from inference.reading import Reading, read_digit
from inference.steps import Config

__all__ = [
    "Classifier",
    "Config",
    "FoundDigit",
    "NetworkUnavailable",
    "NumberReading",
    "PhotoError",
    "Prediction",
    "Preprocessed",
    "Reading",
    "__version__",
    "open_photo",
    "preprocess",
    "read_digit",
    "read_number",
]
