"""Calibration: one temperature for the log-probabilities (C. Guo et al., ICML 2017), and its measures."""

import numpy as np

from inference.calibration import with_temperature

__all__ = [
    "brier_score",
    "calibration",
    "expected_calibration_error",
    "fit_temperature",
    "negative_log_likelihood",
    "reliability_bins",
    "with_temperature",
]

BINS = 15


def negative_log_likelihood(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of -log p(label): probabilities (N, 10), labels (N,)."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def brier_score(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean squared distance to the true answer, 0-2: probabilities (N, 10), labels (N,).

    Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", 1950.
    """
    truth = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature, 0.2-5, with the least negative log-likelihood (a grid, then a finer one)."""
    grid = np.geomspace(0.2, 5.0, 65)
    for _ in range(2):
        losses = [negative_log_likelihood(with_temperature(probabilities, t), labels) for t in grid]
        best = int(np.argmin(losses))
        temperature = float(grid[best])
        grid = np.geomspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 33)
    return temperature


def reliability_bins(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> list[dict]:
    """Return how often answers of about the same confidence are right: probabilities (N, 10), labels (N,).

    A row for each of the equal-width bins of confidence that holds an image: ``low`` and ``high``, its bounds;
    ``images``; ``confidence`` and ``accuracy``, their means, 0-1.
    """
    confidences = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return [
        {
            "low": int(place) / bins,
            "high": (int(place) + 1) / bins,
            "images": int((places == place).sum()),
            "confidence": float(confidences[places == place].mean()),
            "accuracy": float(right[places == place].mean()),
        }
        for place in np.unique(places)
    ]


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> float:
    """Return the ECE, 0-1: the mean gap between confidence and accuracy over equal-width bins of confidence."""
    rows = reliability_bins(probabilities, labels, bins)
    return sum(row["images"] * abs(row["confidence"] - row["accuracy"]) for row in rows) / len(labels)


def calibration(probabilities: np.ndarray, labels: np.ndarray) -> dict:
    """Return how honest the confidence is: nll, brier and ece, each the lower the better, and the reliability bins."""
    return {
        "nll": negative_log_likelihood(probabilities, labels),
        "brier": brier_score(probabilities, labels),
        "ece": expected_calibration_error(probabilities, labels),
        "bins": reliability_bins(probabilities, labels),
    }
