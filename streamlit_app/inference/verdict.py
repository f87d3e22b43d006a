"""The verdict: what may honestly be said of a photo once it is read."""

from collections.abc import Sequence

from inference.candidates import SURE
from inference.classifier import Classifier, Prediction

DIGIT, UNSURE, NOT_A_DIGIT, BLANK, SEVERAL_DIGITS = "digit", "unsure", "not_a_digit", "blank", "several_digits"
# Where the ink finder is less certain than this, the ink is a crowd of pieces, a texture or a page of print: some of so
# many are like digits.
CROWDED = 0.1
VERDICTS = (DIGIT, UNSURE, NOT_A_DIGIT, BLANK, SEVERAL_DIGITS)


def verdict(
    prediction: Prediction | None,
    classifier: Classifier,
    certainty: float = 1.0,
    beside: Sequence[Prediction] = (),
    parts: Sequence[Prediction] = (),
) -> str:
    """Return what may honestly be said of a prediction.

    ``certainty`` is the ink finder's (1 for an image that is a digit already): a network can be confident of
    something that is not the digit. ``beside``: what the network reads in the ink beside it that is about as large;
    ``parts``: what it reads in each of the pieces that the ink may fall into. The thresholds are the network's own,
    from its card.
    """
    if prediction is None:
        return BLANK
    # Ink beside a digit is another digit only if nothing speaks against it: a page has words and lines, too.
    others = [other.digit for other in beside if is_clearly_a_digit(other, classifier)]
    # Strokes that are all like a 1 are the lines of a box or a table.
    has_another = len(others) == 1 or any(digit != 1 for digit in others)
    # Two strokes may be one digit, a 4 for example: then the whole is clear.
    falls_apart = bool(parts) and all(is_clearly_a_digit(part, classifier) for part in parts)
    are_several = has_another or (falls_apart and not is_clearly_a_digit(prediction, classifier))
    if are_several and certainty >= CROWDED:
        return SEVERAL_DIGITS
    if prediction.likeness < classifier.not_a_digit_below:
        return NOT_A_DIGIT
    sure = prediction.confidence >= classifier.unsure_below and certainty >= SURE
    return DIGIT if sure else UNSURE


def is_clearly_a_digit(prediction: Prediction, classifier: Classifier) -> bool:
    """Tell whether a prediction alone would be called a digit."""
    return prediction.confidence >= classifier.unsure_below and prediction.likeness >= classifier.not_a_digit_below
