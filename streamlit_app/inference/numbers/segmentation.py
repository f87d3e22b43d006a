"""A row of ink divided into digits: cut in too many parts, of which the best-read way to join them is taken."""

from dataclasses import dataclass

import numpy as np

from inference.numbers import layout
from inference.numbers.cuts import cut_apart
from inference.numbers.pieces import Piece, joined

MOST_PARTS = 12
# A digit is written in so many pieces at most: the 4 and the 5 in two, one of them broken.
MOST_PIECES = 3
# What it costs, in the unit of -log(probability): to cut a piece, to join two, to leave a part out, and one that is
# too low for a digit. Chosen on synthetic pages of validation digits (training/number_benchmark.py).
CUT, JOIN, LEFT_OUT, LOW_LEFT_OUT = 0.7, 0.5, 5.0, 0.3
# A piece that costs no more than this is not cut.
WHOLE = 0.1
# The logarithm of width by height: its mean and deviation for each of MNIST's training digits.
ASPECTS = np.array((-0.11, -0.91, -0.07, -0.23, -0.24, -0.07, -0.34, -0.27, -0.28, -0.39))
ASPECT_DEVIATIONS = np.array((0.20, 0.47, 0.23, 0.22, 0.21, 0.27, 0.22, 0.22, 0.23, 0.21))


@dataclass(frozen=True)
class Read:
    """A piece read as a digit: how sure that is, how like one whole digit it is and how like a digit, each 0-1."""

    piece: Piece
    digit: int
    confidence: float
    whole: float
    like: float


@dataclass(frozen=True)
class Part:
    """A piece of a row, or what a cut left of one; ``source``: which piece."""

    piece: Piece
    source: int


@dataclass(frozen=True)
class Group:
    """Neighbouring parts, ``first`` to ``last`` of a row (the last not included), that may be one digit."""

    first: int
    last: int
    piece: Piece


def costs(piece: Piece, probabilities: np.ndarray, whole: float) -> np.ndarray:
    """Return what it costs to read a piece as each digit, (10,): by the network, (10,) and 0-1, and by its shape."""
    too_wide = np.maximum(0, (np.log(piece.width / piece.height) - ASPECTS) / ASPECT_DEVIATIONS)
    return -np.log(np.maximum(probabilities, 1e-4)) - np.log(max(whole, 1e-3)) + 0.2 * too_wide**2


def parts_of(row: list[Piece], whole: set[Piece], height: float) -> list[Part]:
    """Return the pieces of a row from left to right, cut apart unless they are ``whole`` or too low for a digit."""
    parts = []
    for source, piece in enumerate(row):
        stays = piece in whole or piece.height < layout.LOW * height
        parts += [Part(part, source) for part in ([piece] if stays else cut_apart(piece, height))]
    return sorted(parts, key=lambda part: part.piece.column)


def groups_of(parts: list[Part], height: float) -> list[Group]:
    """Return the runs of neighbouring parts that may be one digit by their place and size."""
    groups = []
    for first in range(len(parts)):
        for last in range(first + 1, min(first + MOST_PARTS, len(parts)) + 1):
            run = parts[first:last]
            whole = joined([part.piece for part in run])
            is_one_piece = _is_whole(run, parts) and len({part.source for part in run}) == 1
            if whole.width > 1.4 * height and not is_one_piece:
                continue
            if layout.LOW * height <= whole.height <= 1.8 * height and _hang_together(run, parts, height):
                groups.append(Group(first, last, whole))
    return groups


def _is_whole(run: list[Part], parts: list[Part]) -> bool:
    """Whether no piece of which a part is in the run has another part outside it."""
    sources = {part.source for part in run}
    return sum(part.source in sources for part in parts) == len(run)


def _begins_at_cut(group: Group, parts: list[Part]) -> bool:
    return group.first > 0 and parts[group.first].source == parts[group.first - 1].source


def _hang_together(run: list[Part], parts: list[Part], height: float) -> bool:
    """Whether parts may be one digit: all of one piece, or pieces of which each meets another, no two side by side."""
    sources = {part.source for part in run}
    if len(sources) == 1:
        return True
    if len(sources) > MOST_PIECES or not _is_whole(run, parts):
        return False
    pieces = [joined([part.piece for part in run if part.source == source]) for source in sources]
    for piece in pieces:
        near = min((other for other in pieces if other is not piece), key=lambda other: layout.gap(piece, other))
        if layout.gap(piece, near) > 0.25 * height:
            return False
        if min(piece.height, near.height) >= 0.7 * height and layout.overlap(piece, near) < 0.3:
            return False
    return True


def best_way(
    parts: list[Part],
    groups: list[Group],
    probabilities: np.ndarray,
    whole: np.ndarray,
    like: np.ndarray,
    height: float,
) -> list[Read]:
    """Return the digits of a row: the division into groups that costs least, by dynamic programming.

    ``probabilities``, (N, 10), ``whole`` and ``like``, (N,): what the network sees in each group. As in LeCun et al.,
    "Gradient-based learning applied to document recognition", 1998, VII: the cheapest path through all of them wins;
    it was shown what is no whole digit, as in O. Matan et al., "Multi-digit recognition using a space displacement
    neural network", 1992.
    """
    cost = np.full(len(parts) + 1, np.inf)
    cost[0] = 0.0
    came: list[tuple[int, Read | None]] = [(0, None)] * (len(parts) + 1)
    for place, part in enumerate(parts):
        is_low = part.piece.height < layout.LOW * height and _is_whole([part], parts)
        ways = [(place + 1, LOW_LEFT_OUT if is_low else LEFT_OUT, None)]
        for group, p, one, digit_like in zip(groups, probabilities, whole, like, strict=True):
            if group.first != place:
                continue
            each = costs(group.piece, p, one)
            digit = int(each.argmin())
            is_cut = group.last < len(parts) and parts[group.last].source == parts[group.last - 1].source
            joins = len({part.source for part in parts[group.first : group.last]}) - 1
            # Cut out of others, a digit is no longer like those that people write alone.
            said = float(max(one, digit_like) if is_cut or _begins_at_cut(group, parts) else digit_like)
            paid = each[digit] + CUT * is_cut + JOIN * joins
            ways.append((group.last, paid, Read(group.piece, digit, float(p[digit]), float(one), said)))
        for end, paid, read in ways:
            if cost[place] + paid < cost[end]:
                cost[end], came[end] = cost[place] + paid, (place, read)
    digits, place = [], len(parts)
    while place > 0:
        place, read = came[place]
        if read is not None:
            digits.append(read)
    return digits[::-1]
