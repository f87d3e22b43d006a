"""Ways to tell what is no digit from a digit: measured side by side, the best one ships.

A way is fitted on digits and on things that are none, and then gives every image a score, the higher the more like a
digit. training/verdicts.py compares them; the one that ships is a network of its own (training/judge.py), the others
look at what the reading network sees.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

DIGITS = 10
# The maps that are used, and how strongly the weights of the rules are held small (scikit-learn's C).
BLOCKS = ("block2", "block3", "block4")
C = 0.02


@dataclass(frozen=True)
class Seen:
    """What networks see in N images.

    ``probabilities``: (N, 10), calibrated; ``features``: (N, features), those of inference/whole.py; ``averages``:
    name of a block -> its columns in them; ``judged``: (N,), the judge's likeness, 0-1; ``others``: (networks, N, 10),
    the calibrated probabilities of the other networks.
    """

    probabilities: np.ndarray
    features: np.ndarray
    averages: dict[str, slice]
    judged: np.ndarray
    others: np.ndarray

    @property
    def answers(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    def of(self, *blocks: str) -> np.ndarray:
        """Return the averages of some blocks beside each other."""
        return np.concatenate([self.features[:, self.averages[name]] for name in blocks], axis=1)


# Both fitted on: digits that were read right, and what is none. What is then scored: anything.
Way = Callable[[Seen, Seen], Callable[[Seen], np.ndarray]]


def confidence(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The confidence alone: the greatest probability (D. Hendrycks, K. Gimpel, 2017)."""
    return lambda seen: seen.probabilities.max(axis=1)


def networks_agree(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The mean probability of the answer over all committed networks: strangers are read by each in its own way."""

    def score(seen: Seen) -> np.ndarray:
        everyone = np.concatenate([seen.probabilities[None], seen.others])
        return everyone.mean(axis=0).max(axis=1)

    return score


def class_means(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The angle to the nearest digit's mean feature."""
    features, answers = digits.of("block4"), digits.answers
    means = np.stack([features[answers == digit].mean(axis=0) for digit in range(DIGITS)])
    return lambda seen: (_unit(seen.of("block4")) @ _unit(means).T).max(axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def mahalanobis(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The Mahalanobis distance to the nearest digit's mean feature, one covariance for all (K. Lee et al., 2018)."""
    features, answers = digits.of(*BLOCKS), digits.answers
    means = np.stack([features[answers == digit].mean(axis=0) for digit in range(DIGITS)])
    covariance = np.cov(features - means[answers], rowvar=False)
    covariance += 1e-3 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    whiten = np.linalg.cholesky(np.linalg.inv(covariance))
    centres = means @ whiten

    def score(seen: Seen) -> np.ndarray:
        placed = seen.of(*BLOCKS) @ whiten
        return -np.stack([np.linalg.norm(placed - centre, axis=1) for centre in centres]).min(axis=0)

    return score


def one_rule(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """One linear rule on the features (logistic regression)."""
    weights, offset = _rule(digits.features, rest.features)
    return lambda seen: seen.features @ weights + offset


def rule_for_each_digit(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """A linear rule for each digit: whether what was read as it is one."""
    weights, offsets = rules(digits, rest)
    return lambda seen: _by_rule(seen, weights, offsets)


def judged(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """A small network of its own, which learnt what is a digit and what is none (ships)."""
    return lambda seen: seen.judged


def _by_rule(seen: Seen, weights: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return (seen.features @ weights.T + offsets)[np.arange(len(seen.answers)), seen.answers]


def rules(digits: Seen, rest: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights (10, features) and offsets (10,) of a rule for each digit, fitted on what is read as it."""
    fitted = [
        _rule(digits.features[digits.answers == digit], rest.features[rest.answers == digit]) for digit in range(DIGITS)
    ]
    weights, offsets = zip(*fitted, strict=True)
    return np.stack(weights), np.array(offsets)


def _rule(digits: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weights (features,) and the offset of one rule, for features as they are: (N, features) each."""
    scaler = StandardScaler().fit(np.concatenate([digits, rest]))
    model = LogisticRegression(C=C, max_iter=500, class_weight="balanced")
    model.fit(scaler.transform(np.concatenate([digits, rest])), np.repeat([1, 0], [len(digits), len(rest)]))
    weights = model.coef_[0] / scaler.scale_
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


WAYS: dict[str, Way] = {
    "confidence": confidence,
    "networks_agree": networks_agree,
    "class_means": class_means,
    "mahalanobis": mahalanobis,
    "one_rule": one_rule,
    "rule_for_each_digit": rule_for_each_digit,
    "judged": judged,
}
SHIPPED = "judged"
