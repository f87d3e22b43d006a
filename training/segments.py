"""Fit the head that tells one whole digit from a part of one, from two and from print: ``python -m training.segments``.

Synthetic pages (training/number_scenes.py) of MNIST's training digits are divided as read_number divides them. Each
group of parts whose box is a digit's is one; what is clearly another box is none, and so is all that is found on pages
without a number (training/printed_pages.py). The rule is WholeHead's
(inference/whole.py): for each digit a logistic regression on the features of the network's maps. Showing a
recogniser what is no whole character is O. Matan et al., "Multi-digit recognition using a space displacement neural
network", NIPS 1992. It writes models/NAME_whole.npz.
"""

import argparse
import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from inference import Classifier, NetworkUnavailable
from inference.classifier import DEFAULT_NETWORK, models_folder, whole_head_path
from inference.mnist import MnistUnavailable
from inference.numbers.number import WORKING_SIDE, divided, find_page, images
from inference.numbers.pieces import Piece
from inference.photo import open_measured
from inference.whole import WholeHead
from training.data import training_and_validation
from training.likeness import BLOCKS
from training.non_digits import FontsMissing
from training.number_benchmark import scenes
from training.number_scenes import CONDITIONS, SHOW_PRINTED_DIGITS
from training.printed_pages import PAGES, empty_page
from training.sources import Split
from training.verdicts import seen

SEED = 7
# By the size of a digit: an edge of the box no further away than the first is the digit's; further than the second, it
# is another box. Between the two, nobody can say.
NEAR, FAR = 0.1, 0.2
NONE, UNCLEAR = -1, -2
# How strongly the weights are held small (scikit-learn's C).
C = 0.02
# The conditions that it learns from.
LEARNT = [condition for condition in CONDITIONS if condition not in SHOW_PRINTED_DIGITS]
# Of one page, about so many groups that are none.
MOST_OTHERS = 60


def groups(
    photo: np.ndarray, boxes: np.ndarray, digits: list[int], classifier: Classifier
) -> tuple[np.ndarray, np.ndarray]:
    """Return the groups that read_number weighs in a photo: images (N, 28, 28) uint8; a digit or NONE of each, (N,).

    ``boxes``: of the digits in the photo, (M, 4) row, column, height and width.
    """
    opened = open_measured(photo, WORKING_SIDE)
    page = find_page(opened.pixels, classifier)
    pieces = [] if page is None or page.quarters else [g.piece for _, row in divided(page)[0] for g in row]
    scale = opened.pixels.shape[0] / opened.rows
    labels = np.array([label_of(piece, boxes * scale, digits) for piece in pieces], int)
    chosen = np.flatnonzero(labels != UNCLEAR)
    # A page of texture has hundreds that are alike.
    others = chosen[labels[chosen] == NONE]
    chosen = np.concatenate([chosen[labels[chosen] != NONE], others[:: 1 + len(others) // MOST_OTHERS]])
    if not chosen.size:
        return np.empty((0, 28, 28), np.uint8), np.empty(0, int)
    return images(page.strength, [pieces[place] for place in chosen]), labels[chosen]


def all_groups(training: Split, count: int, classifier: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """Return the groups of ``count`` pages of each condition and of each kind of page without a number."""

    def of_condition(condition: str) -> list[tuple[np.ndarray, np.ndarray]]:
        return [
            groups(made.photo, np.array(made.boxes), [int(sign) for sign in "".join(made.text.split())], classifier)
            for made in scenes(training, [condition], count, SEED)
        ]

    def of_empty(kind: str) -> list[tuple[np.ndarray, np.ndarray]]:
        photos = (empty_page(kind, 1000 * SEED + number) for number in range(count))
        return [groups(photo, np.empty((0, 4)), [], classifier) for photo in photos]

    with ThreadPoolExecutor() as pool:
        made = [*pool.map(of_condition, LEARNT), *pool.map(of_empty, PAGES)]
    shown, labels = zip(*(page for pages in made for page in pages), strict=True)
    return np.concatenate(shown), np.concatenate(labels)


def label_of(piece: Piece, boxes: np.ndarray, digits: list[int]) -> int:
    """Return which digit a piece is by its box, NONE or UNCLEAR; ``boxes``: row, column, height, width, (N, 4)."""
    if not len(boxes):
        return NONE
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
    parser.add_argument("--count", type=int, default=12, help="pages of each condition and kind (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        classifier = Classifier()
        training = training_and_validation(classifier.card["made"]["settings"])[0]
        shown, labels = all_groups(training, options.count, classifier)
    except (NetworkUnavailable, MnistUnavailable, FontsMissing) as error:
        raise SystemExit(f"segments: {error}") from error
    known = seen(shown)
    is_digit = labels == known.answers
    weights, offsets = fitted(known.features, known.answers, is_digit)
    network = hashlib.sha256((models_folder() / f"{DEFAULT_NETWORK}.onnx").read_bytes()).hexdigest()
    WholeHead(BLOCKS, weights, offsets, network).save(whole_head_path())
    pages = options.count * (len(LEARNT) + len(PAGES))
    print(f"{is_digit.sum()} digits and {(~is_digit).sum()} others of {pages} pages")
    print(f"written to {whole_head_path()}")


if __name__ == "__main__":
    main()
