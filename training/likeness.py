"""Ways to tell what is no digit from a digit, by what networks see: measured side by side, the simplest best one ships.

A way is fitted on digits and on things that are none, and then gives every image a score, the higher the more like a
digit. training/verdicts.py compares them and writes the head of inference/likeness.py.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from inference.likeness import LikenessHead

DIGITS = 10
# The maps that are used, and how strongly the weights of the rules are held small (scikit-learn's C).
BLOCKS = ("block2", "block3", "block4")
C = 0.02
# Several small networks with one hidden layer, averaged, rank better than one that is as large as all: how many, how
# wide, how strongly held small (scikit-learn's alpha), and how often they see all images.
NETWORKS, UNITS, ALPHA, EPOCHS = 3, 16, 1.0, 12


@dataclass(frozen=True)
class Seen:
    """What networks see in N images.

    ``probabilities``: (N, 10), calibrated; ``features``: (N, features), those of inference/likeness.py; ``averages``:
    name of a block -> its columns in them; ``others``: (networks, N, 10), the calibrated probabilities of the other
    networks.
    """

    probabilities: np.ndarray
    features: np.ndarray
    averages: dict[str, slice]
    others: np.ndarray

    @property
    def answers(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    def of(self, *blocks: str) -> np.ndarray:
        """Return the averages of some blocks beside each other."""
        return np.concatenate([self.features[:, self.averages[name]] for name in blocks], axis=1)

    def take(self, places: np.ndarray) -> "Seen":
        """Return what was seen in some of the images: (M,) int or (N,) bool."""
        return Seen(self.probabilities[places], self.features[places], self.averages, self.others[:, places])

    def beside(self, more: "Seen") -> "Seen":
        """Return these images and ``more``; what other networks see is left out."""
        features = np.concatenate([self.features, more.features])
        probabilities = np.concatenate([self.probabilities, more.probabilities])
        return Seen(probabilities, features, self.averages, np.empty((0, *probabilities.shape)))


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


def small_networks(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The mean of three small networks with one hidden layer, for all digits together."""
    hidden, hidden_offsets, output, offset = layer(digits, rest)
    return lambda seen: np.maximum(seen.features @ hidden + hidden_offsets, 0) @ output + offset


def rules_and_networks(digits: Seen, rest: Seen) -> Callable[[Seen], np.ndarray]:
    """The rule for each digit and the small networks, added, each with the same say (ships)."""
    fitted = head(digits, rest, "")

    def score(seen: Seen) -> np.ndarray:
        together = np.maximum(seen.features @ fitted.hidden + fitted.hidden_offsets, 0) @ fitted.output
        return _by_rule(seen, fitted.weights, fitted.offsets) + together

    return score


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


def layer(digits: Seen, rest: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return the mean of NETWORKS small networks as one: (features, units), (units,), (units,) and the offset."""
    features = np.concatenate([digits.features, rest.features])
    is_digit = np.repeat([1, 0], [len(digits.features), len(rest.features)])
    # Both sides weigh the same.
    weights = np.where(is_digit, 0.5 / len(digits.features), 0.5 / len(rest.features)) * len(features)
    scaler = StandardScaler().fit(features)
    scaled = scaler.transform(features)
    hidden, hidden_offsets, output, offset = [], [], [], 0.0
    for number in range(NETWORKS):
        model = MLPClassifier(
            (UNITS,), alpha=ALPHA, batch_size=256, learning_rate_init=2e-3, max_iter=EPOCHS, random_state=number
        )
        with warnings.catch_warnings():
            # It is stopped on purpose.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaled, is_digit, sample_weight=weights)
        into = model.coefs_[0] / scaler.scale_[:, None]
        hidden.append(into)
        hidden_offsets.append(model.intercepts_[0] - scaler.mean_ @ into)
        output.append(model.coefs_[1][:, 0] / NETWORKS)
        offset += float(model.intercepts_[1][0]) / NETWORKS
    return np.concatenate(hidden, axis=1), np.concatenate(hidden_offsets), np.concatenate(output), offset


WAYS: dict[str, Way] = {
    "confidence": confidence,
    "networks_agree": networks_agree,
    "class_means": class_means,
    "mahalanobis": mahalanobis,
    "one_rule": one_rule,
    "rule_for_each_digit": rule_for_each_digit,
    "small_networks": small_networks,
    "rules_and_networks": rules_and_networks,
}
SHIPPED = "rules_and_networks"


def head(digits: Seen, rest: Seen, network: str) -> LikenessHead:
    """Return the head that ships, fitted: ``network`` is the SHA-256 of the .onnx that has seen the images."""
    weights, offsets = rules(digits, rest)
    hidden, hidden_offsets, output, offset = layer(digits, rest)
    fitted = digits.beside(rest)
    by_rule = _by_rule(fitted, weights, offsets)
    together = np.maximum(fitted.features @ hidden + hidden_offsets, 0) @ output
    # The mean of both, in the rules' units: the smaller spread would have no say.
    share = 0.5 * by_rule.std() / together.std()
    arrays = 0.5 * weights, 0.5 * offsets + share * offset, hidden, hidden_offsets, share * output
    return LikenessHead(BLOCKS, *(values.astype(np.float32) for values in arrays), network)
