"""Measures of answers that are right or wrong: interval, confusion, precision and recall, and a comment in words."""

import math

import numpy as np

DIGITS = 10
# The project's goal for its main network; the comment counts the digits that are found in at least so many cases.
GOAL = 0.995


def wilson_interval(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval (low, high), 0-1, for ``right`` of ``total``; 95 % by default.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    share = right / total
    scale = 1 + z**2 / total
    middle = (share + z**2 / (2 * total)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def accuracy(answers: np.ndarray, labels: np.ndarray) -> dict:
    """Return images, errors, accuracy (0-1) and its 95 % interval: answers and labels (N,), N at least 1."""
    right = int((answers == labels).sum())
    return {
        "images": len(labels),
        "errors": len(labels) - right,
        "accuracy": right / len(labels),
        "interval": list(wilson_interval(right, len(labels))),
    }


def confusion_matrix(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return the counts, (10, 10) int: rows the true digit, columns the answer."""
    counts = np.zeros((DIGITS, DIGITS), int)
    np.add.at(counts, (labels, answers), 1)
    return counts


def per_class(confusion: np.ndarray) -> list[dict]:
    """Return precision and recall, 0-1, of each digit: (10, 10) -> ten rows; None where there is nothing to count."""
    right = np.diag(confusion)
    answered, shown = confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        {
            "digit": digit,
            "precision": float(right[digit] / answered[digit]) if answered[digit] else None,
            "recall": float(right[digit] / shown[digit]) if shown[digit] else None,
        }
        for digit in range(DIGITS)
    ]


def comment(confusion: np.ndarray) -> str:
    """Return what a confusion matrix, (10, 10), says in words: which are mixed up most, how many are found."""
    return f"{_mixed_up(confusion)} {_found(confusion)}"


def _mixed_up(confusion: np.ndarray) -> str:
    both = np.triu(confusion + confusion.T, 1)
    most = int(both.max())
    if most == 0:
        return "No digit is taken for another."
    pairs = np.argwhere(both == most).tolist()
    if len(pairs) > 1:
        named = "; ".join(f"{a} and {b}" for a, b in pairs)
        return f"{len(pairs)} pairs are mixed up most, {_times(most)} each: {named}."
    ((a, b),) = pairs
    ways = f"{a} is read as {b} {_times(int(confusion[a, b]))}, {b} as {a} {_times(int(confusion[b, a]))}"
    return f"{a} and {b} are mixed up most, {_times(most)}: {ways}."


def _found(confusion: np.ndarray) -> str:
    recalls = {row["digit"]: row["recall"] for row in per_class(confusion) if row["recall"] is not None}
    well = sum(recall >= GOAL for recall in recalls.values())
    best, worst = max(recalls.values()), min(recalls.values())
    if best == worst:
        return f"Every digit is found in {best:.2%} of the cases."
    names = {
        value: _listed([str(digit) for digit, recall in recalls.items() if recall == value]) for value in (best, worst)
    }
    return (
        f"{well} of the {len(recalls)} digits are found in at least {GOAL:.1%} of the cases: {names[best]} most often"
        f" ({best:.2%}), {names[worst]} least often ({worst:.2%})."
    )


def _times(count: int) -> str:
    # In words, as far as it might be taken for one of the digits that are spoken of.
    words = ("never", "once", "twice", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"{words[count] if count < len(words) else f'{count:,}'}{' times' if count > 2 else ''}"


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
