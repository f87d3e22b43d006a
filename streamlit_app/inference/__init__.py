"""DigitLens as a library: a photo in, a digit out.

from inference import Classifier, read_digit

reading = read_digit("photo.jpg", Classifier())
print(reading.verdict, reading.prediction and reading.prediction.digit)
"""

from inference.classifier import Classifier, NetworkUnavailable, Prediction
from inference.photo import PhotoError, open_photo
from inference.reading import Reading, read_digit
from inference.steps import Config, Preprocessed, preprocess

__all__ = [
    "Classifier",
    "Config",
    "NetworkUnavailable",
    "PhotoError",
    "Prediction",
    "Preprocessed",
    "Reading",
    "open_photo",
    "preprocess",
    "read_digit",
]
