"""Printed numbers beside written ones: a press sets its digits equally high and on one line, a hand does not."""

import numpy as np

from inference.numbers.segmentation import Read

# How much digits differ in height, and how far they stand from their line, as a share of their height: standard
# deviations in print, where the round ones are a little higher, and by hand. In print half a pixel comes on top.
PRINT, HEIGHTS_BY_HAND, PLACES_BY_HAND = 0.02, 0.1, 0.08
PIXELS = 0.4
# Print is what is so much likelier as print, in powers of e; by hand is what is so much likelier by hand.
LIKELIER = 3.0
# One or two digits cannot be told: they are print where they are as high as that is.
AS_HIGH = 0.12

Number = list[Read]


def without_print(lines: list[list[Number]]) -> list[list[Number]]:
    """Return the rows without the numbers that are print, if another is clearly by hand: where all is even, that is
    what is shown.
    """
    told = [(number, print_by_hand(number)) for line in lines for number in line]
    heights = np.array([_height(number) for number, likelier in told if likelier > LIKELIER])
    if not heights.size or all(likelier >= -LIKELIER for _, likelier in told):
        return lines

    def stays(number: Number) -> bool:
        likelier = print_by_hand(number)
        if len(number) > 2 or likelier < -LIKELIER:
            return likelier <= LIKELIER
        return np.abs(heights / _height(number) - 1).min() > AS_HIGH

    kept = [[number for number in line if stays(number)] for line in lines]
    return [line for line in kept if line]


def _height(number: Number) -> float:
    return float(np.median([read.piece.height for read in number]))


def print_by_hand(number: Number) -> float:
    """Return the logarithm of how much likelier the digits' heights and places are in print than by hand.

    The same digit again says nothing: a hand repeats itself, too.
    """
    number = list({read.digit: read for read in number}.values())
    heights = np.array([read.piece.height for read in number], np.float64)
    height = np.median(heights)
    in_print = np.hypot(PRINT, PIXELS / height)
    likelier = _log_ratio((heights - heights.mean()) / height, 1, in_print, HEIGHTS_BY_HAND)
    if len(number) > 2:
        middles = [read.piece.centre[1] for read in number]
        feet = np.array([read.piece.bottom for read in number], np.float64)
        off_line = feet - np.polyval(np.polyfit(middles, feet, 1), middles)
        likelier += _log_ratio(off_line / height, 2, in_print, PLACES_BY_HAND)
    return likelier


def _log_ratio(residuals: np.ndarray, fitted: int, one: float, other: float) -> float:
    """Return the logarithm of the likelihood of residuals (N,) of a fit of ``fitted`` values, by two deviations."""
    free = len(residuals) - fitted
    return float(free * np.log(other / one) - 0.5 * (residuals**2).sum() * (one**-2 - other**-2))
