"""Fit the head that tells one whole digit from a part of one, from two and from print: ``python -m training.segments``.

Synthetic pages (training/number_scenes.py) of MNIST's training digits are divided as read_number divides them. Each
group of parts whose box is a digit's is one; what is clearly another box is none. The rule is the likeness head's
(inference/likeness.py): for each digit a logistic regression on the averages of the network's maps. Showing a
recogniser what is no whole character is O. Matan et al., "Multi-digit recognition using a space displacement neural
network", NIPS 1992. It writes models/NAME_whole.npz.
"""

import argparse
import hashlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from inference import Classifier, NetworkUnavailable
from inference.classifier import DEFAULT_NETWORK, WHOLE, head_path, models_folder
from inference.likeness import LikenessHead
from inference.mnist import MnistUnavailable
from inference.number import WORKING_SIDE, divided, find_page, images
from inference.photo import open_measured
from inference.pieces import Piece
from training.data import training_and_validation
from training.likeness import BLOCKS
from training.number_benchmark import scenes
from training.number_scenes import CONDITIONS, NumberScene
from training.verdicts import seen

SEED = 7
# By the size of a digit: an edge of the box no further away than the first is the digit's; further than the second, it
# is another box. Between the two, nobody can say.
NEAR, FAR = 0.1, 0.2
NONE, UNCLEAR = -1, -2
# How strongly the weights are held small (scikit-learn's C).
C = 0.1


def groups(made: NumberScene, classifier: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """Return the groups that read_number weighs in a page: images (N, 28, 28) uint8; a digit or NONE of each, (N,)."""
    opened = open_measured(made.photo, WORKING_SIDE)
    page = find_page(opened.pixels, classifier)
    pieces = [] if page is None or page.quarters else [g.piece for _, row in divided(page)[0] for g in row]
    digits = [int(sign) for sign in "".join(made.text.split())]
    scale = opened.pixels.shape[0] / opened.rows
    labels = np.array([label_of(piece, np.array(made.boxes) * scale, digits) for piece in pieces], int)
    chosen = np.flatnonzero(labels != UNCLEAR)
    if not chosen.size:
        return np.empty((0, 28, 28), np.uint8), np.empty(0, int)
    return images(page.strength, [pieces[place] for place in chosen]), labels[chosen]


def label_of(piece: Piece, boxes: np.ndarray, digits: list[int]) -> int:
    """Return which digit a piece is by its box, NONE or UNCLEAR; ``boxes``: row, column, height, width, (N, 4)."""
    starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    off = np.abs(np.hstack([starts - (piece.row, piece.column), ends - (piece.bottom, piece.right)])).max(axis=1)
    off = off / boxes[:, 2:].max(axis=1)
    nearest = int(off.argmin())
    if off[nearest] < NEAR:
        return digits[nearest]
    return NONE if off[nearest] > FAR else UNCLEAR


def fitted(features: np.ndarray, answers: np.ndarray, is_digit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights (10, features) and offsets (10,) of a rule for each answer: is it the digit that was written?

    The classes weigh as they come, so that the rule gives a chance, which is what the costs of a division need.
    """
    weights, offsets = [], []
    for digit in range(10):
        read = answers == digit
        scaler = StandardScaler().fit(features[read])
        model = LogisticRegression(C=C, max_iter=400).fit(scaler.transform(features[read]), is_digit[read])
        weights.append(model.coef_[0] / scaler.scale_)
        offsets.append(model.intercept_[0] - weights[-1] @ scaler.mean_)
    return np.float32(weights), np.float32(offsets)


def main(arguments: list[str] | None = None) -> None:
    """Fit the head and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="pages of each condition (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        classifier = Classifier()
        training = training_and_validation(classifier.card["made"]["settings"])[0]
    except (NetworkUnavailable, MnistUnavailable) as error:
        raise SystemExit(f"segments: {error}") from error
    made = [groups(one, classifier) for one in scenes(training, list(CONDITIONS), options.count, SEED)]
    shown, labels = (np.concatenate(parts) for parts in zip(*made, strict=True))
    known = seen(shown)
    is_digit = labels == known.answers
    weights, offsets = fitted(known.of(*BLOCKS), known.answers, is_digit)
    network = hashlib.sha256((models_folder() / f"{DEFAULT_NETWORK}.onnx").read_bytes()).hexdigest()
    LikenessHead(BLOCKS, weights, offsets, network).save(head_path(kind=WHOLE))
    print(f"{is_digit.sum()} digits and {(~is_digit).sum()} others of {options.count * len(CONDITIONS)} pages")
    print(f"written to {head_path(kind=WHOLE)}")


if __name__ == "__main__":
    main()
