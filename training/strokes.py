"""Drawings in MNIST's form that are no digits: what a pen draws, and what is filled, each from a random generator.

Every generator returns (28, 28) uint8, white on black, in 20×20 about its centre of mass. training/non_digits.py says
which of them belong to which half.
"""

import cv2
import numpy as np

from inference.samples import Stroke

SIDE, BOX = 28, 20
# What is written is drawn this large before it is reduced.
LARGE = 112


def warped(drawn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a drawing, (R, C) uint8, slanted, narrowed, turned and bent a little, as a hand does it."""
    size = max(drawn.shape)
    pad = size // 2
    padded = cv2.copyMakeBorder(drawn, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    rows, columns = np.mgrid[: padded.shape[0], : padded.shape[1]].astype(np.float32) / size
    rows, columns = rows - rows.mean(), columns - columns.mean()
    angle, slant, width = np.radians(rng.uniform(-8, 8)), rng.uniform(-0.2, 0.3), rng.uniform(0.8, 1.2)
    across = (np.cos(angle) * columns + np.sin(angle) * rows) / width + slant * rows
    down = np.cos(angle) * rows - np.sin(angle) * columns
    for _ in range(2):
        bend, phase, pace = rng.uniform(-0.025, 0.025, 2), rng.uniform(0, 2 * np.pi, 2), rng.uniform(4, 9, 2)
        across, down = (
            across + bend[0] * np.sin(pace[0] * down + phase[0]),
            down + bend[1] * np.sin(pace[1] * across + phase[1]),
        )
    maps = (
        np.float32(size * place + length / 2) for place, length in zip((across, down), padded.shape[::-1], strict=True)
    )
    return cv2.remap(padded, *maps, cv2.INTER_LINEAR)


def like_mnist(drawn: np.ndarray) -> np.ndarray:
    """Return a drawing, (R, C) uint8, white on black, as MNIST has it: in 20×20, its centre of mass in the middle.

    Raises ValueError where it is empty.
    """
    box = cv2.boundingRect(drawn)
    if not box[2]:
        raise ValueError("The drawing is empty.")
    cut = drawn[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    scale = BOX / max(cut.shape)
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    small = np.clip(small * (255.0 / max(1, small.max())), 0, 255)
    mass = small.sum()
    middle = [float((small.sum(axis=1 - axis) * np.arange(small.shape[axis])).sum() / mass) for axis in (0, 1)]
    row, column = (
        int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length))
        for centre, length in zip(middle, small.shape, strict=True)
    )
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[row : row + small.shape[0], column : column + small.shape[1]] = np.round(small)
    return image


# --- Strokes -------------------------------------------------------------------------------------------------


def penned(strokes: list[Stroke], rng: np.random.Generator) -> np.ndarray:
    """Return strokes, each (points, 2) of column and row about 0-1, as a pen of MNIST's width draws them."""
    canvas = np.zeros((2 * LARGE, 2 * LARGE), np.uint8)
    width = round(rng.uniform(0.07, 0.12) * LARGE)
    for stroke in strokes:
        points = np.round((np.asarray(stroke) + 0.5) * LARGE).astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, thickness=width, lineType=cv2.LINE_AA)
    left, top, columns, rows = cv2.boundingRect(canvas)
    return like_mnist(warped(canvas[top : top + rows, left : left + columns], rng))


def smooth(points: np.ndarray, is_closed: bool = False) -> np.ndarray:
    """Return a Catmull-Rom spline through points (N, 2), ten points a piece."""
    ends = (points[-1:], points[:2]) if is_closed else (points[:1], points[-1:])
    around = np.concatenate([ends[0], points, ends[1]])
    t = np.linspace(0, 1, 10)[:, None]
    pieces = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces)


def tangle(rng: np.random.Generator) -> np.ndarray:
    """A pen moved about without aim: a smooth line through many places."""
    return penned([smooth(rng.uniform(0, 1, (int(rng.integers(8, 16)), 2)))], rng)


def hatching(rng: np.random.Generator) -> np.ndarray:
    """To and fro, as what is crossed out; or curls, one after the other."""
    count = int(rng.integers(4, 8))
    if rng.random() < 0.5:
        along = np.linspace(0, 1, 2 * count)
        points = np.stack([np.tile([0.0, 1.0], count), along], axis=1) + rng.normal(0, 0.05, (2 * count, 2))
        line = smooth(points) if rng.random() < 0.5 else points
    else:
        count = min(count, 5)
        turn = np.linspace(0, 2 * np.pi * count, 40 * count)
        size = rng.uniform(0.25, 0.4)
        line = np.stack([np.linspace(0, 1, len(turn)) + size * np.cos(turn), size * np.sin(turn) + 0.5], axis=1)
    turned = np.radians(rng.uniform(0, 180))
    matrix = np.array([[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]])
    return penned([(line - 0.5) @ matrix + 0.5], rng)


def made_up(rng: np.random.Generator) -> np.ndarray:
    """A character of no script: four or five straight or bent strokes between the places of a small grid."""
    strokes, places = [], rng.uniform(-0.08, 0.08, (3, 3, 2)) + np.stack(np.mgrid[:3, :3], axis=-1) * (0.35, 0.5)
    for _ in range(int(rng.integers(4, 6))):
        start, end = places.reshape(-1, 2)[rng.choice(9, 2, replace=False)]
        bend = rng.normal(0, 0.35, 2) if rng.random() < 0.7 else np.zeros(2)
        strokes.append(smooth(np.array([start, (start + end) / 2 + bend, end])))
    return penned(strokes, rng)


def few_strokes(rng: np.random.Generator) -> np.ndarray:
    """One to four strokes of any kind: lines, hooks, arcs, loops, often from a place where another one passes."""
    strokes: list[np.ndarray] = []
    for _ in range(int(rng.integers(1, 5))):
        which, length = int(rng.integers(4)), rng.uniform(0.3, 1)
        angle = rng.uniform(0, 2 * np.pi)
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        if which == 0:
            stroke = np.outer(np.linspace(0, length, 20), along)
        elif which == 1:
            corner = rng.uniform(0.2, 0.8)
            stroke = np.array([0 * along, corner * length * along, length * (corner * along + (1 - corner) * across)])
        elif which == 2:
            turn = np.linspace(0, rng.uniform(0.6, 1.8) * np.pi, 30)
            stroke = length / 2 * (np.outer(np.cos(turn), along) + rng.uniform(0.5, 1) * np.outer(np.sin(turn), across))
        else:
            turn = np.linspace(0, 2 * np.pi, 40)
            flat = rng.uniform(0.4, 1)
            stroke = length / 3 * (np.outer(np.cos(turn), along) + flat * np.outer(np.sin(turn), across))
        start = rng.uniform(0, 1, 2)
        if strokes and rng.random() < 0.7:
            other = strokes[rng.integers(len(strokes))]
            start = other[rng.integers(len(other))]
        strokes.append(stroke - stroke[rng.integers(len(stroke)) if rng.random() < 0.3 else 0] + start)
    return penned(_in_frame(strokes), rng)


# What fills its fitted ellipse so well is a 0.
OVAL = 0.85


def outline(rng: np.random.Generator) -> np.ndarray:
    """A closed line of any form that is clearly no oval, with corners or without; sometimes with marks in it."""
    while True:
        turn = np.linspace(0, 2 * np.pi, 80)
        if rng.random() < 0.5:
            far = np.full_like(turn, 0.4)
            for wave in range(2, 7):
                far += rng.normal(0, 0.16 / wave) * np.cos(wave * turn + rng.uniform(0, 2 * np.pi))
            line = np.maximum(far, 0.05)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        else:
            corners = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
            places = rng.uniform(0.25, 0.5, (len(corners), 1)) * np.stack([np.cos(corners), np.sin(corners)], axis=1)
            line = np.concatenate([places, places[:1]])
        line = line * (rng.uniform(0.5, 1), 1) if rng.random() < 0.5 else line
        if _oval(line) < OVAL:
            break
    strokes = [line]
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 4))):
            middle, angle = rng.uniform(-0.15, 0.15, 2), rng.uniform(0, np.pi)
            strokes.append(middle + np.outer([-0.08, 0.08], (np.cos(angle), np.sin(angle))))
    return penned(_in_frame(strokes), rng)


def _oval(line: np.ndarray) -> float:
    """Return how well a closed line (N, 2) is an ellipse: what both cover by what either does, 0-1."""
    points = np.round((line - line.min(axis=0)) / max(np.ptp(line, axis=0).max(), 1e-6) * 60 + 20).astype(np.int32)
    filled, oval = np.zeros((2, 100, 100), np.uint8)
    cv2.fillPoly(filled, [points], 1)
    inside = np.argwhere(filled)[:, ::-1]
    lengths, axes = np.linalg.eigh(np.cov(inside, rowvar=False))
    angle = float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))
    middle = inside.mean(axis=0)
    # Of an ellipse, the deviation along an axis is half of the half axis.
    size = (4 * float(np.sqrt(lengths[1])), 4 * float(np.sqrt(lengths[0])))
    cv2.ellipse(oval, (tuple(map(float, middle)), size, angle), 1, -1)
    return float((filled & oval).sum() / (filled | oval).sum())


def _in_frame(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """The strokes moved and scaled so that they span 0 to 1, with their proportions."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), max(np.ptp(points, axis=0).max(), 1e-6)
    return [(stroke - low) / span for stroke in strokes]


def _polygon(corners: int, rng: np.random.Generator, inner: float = 1.0) -> np.ndarray:
    """Corners on a circle, closed; with ``inner`` under 1, every second one lies nearer to the middle."""
    angles = np.linspace(0, 2 * np.pi, corners + 1) - np.pi / 2 + rng.uniform(-0.2, 0.2)
    far = np.where(np.arange(corners + 1) % 2, inner, 1.0) * 0.5
    return 0.5 + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def polygon(rng: np.random.Generator) -> np.ndarray:
    """A triangle, a pentagon, a star, a cross in a ring, a spiral or a sun."""
    which = int(rng.integers(6))
    turn = np.linspace(0, 2 * np.pi, 50)
    ring = 0.5 + 0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    if which == 0:
        strokes = [_polygon(3, rng)]
    elif which == 1:
        strokes = [_polygon(5, rng)]
    elif which == 2:
        strokes = [_polygon(2 * int(rng.integers(5, 7)), rng, 0.4)]
    elif which == 3:
        strokes = [ring, [(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]]
    elif which == 4:
        turns = np.linspace(0, 2 * np.pi * rng.uniform(2.2, 3.5), 150)
        strokes = [0.5 + (turns / turns[-1] / 2)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)]
    else:
        rays = [0.5 + np.outer([0.3, 0.5], (np.cos(a), np.sin(a))) for a in np.linspace(0, 2 * np.pi, 9)[:-1]]
        strokes = [0.5 + 0.4 * (ring - 0.5), *rays]
    return penned(strokes, rng)


def blot(rng: np.random.Generator) -> np.ndarray:
    """Something filled: a spot, a wedge, a bar with a bite."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    corners = np.linspace(0, 2 * np.pi, int(rng.integers(3, 9)), endpoint=False)
    corners += rng.uniform(-0.3, 0.3, len(corners)) + rng.uniform(0, 2 * np.pi)
    places = rng.uniform(0.6, 1, (len(corners), 1)) * np.stack([np.cos(corners), np.sin(corners)], axis=1)
    # Narrower, it would be a 1 that a thick pen wrote.
    places = 0.5 + 0.5 * places * (1, rng.uniform(0.6, 1))
    outline = smooth(places, is_closed=True) if rng.random() < 0.6 else places
    cv2.fillPoly(canvas, [np.round(outline * LARGE).astype(np.int32)], 255)
    if rng.random() < 0.3:
        middle = tuple(int(place) for place in rng.integers(0, LARGE, 2))
        cv2.circle(canvas, middle, int(rng.integers(LARGE // 8, LARGE // 3)), 0, -1)
    return like_mnist(warped(canvas if canvas.any() else np.full_like(canvas, 255), rng))


def ring(rng: np.random.Generator) -> np.ndarray:
    """A closed line with dents, or with marks inside."""
    corners = np.linspace(0, 2 * np.pi, int(rng.integers(7, 11)))[:-1]
    has_marks = rng.random() < 0.5
    far = rng.uniform(0.9 if has_marks else 0.6, 1, (len(corners), 1))
    if not has_marks:
        # A line that goes nearly round is a 0.
        far[rng.choice(len(corners), int(rng.integers(2, 4)), replace=False)] *= 0.4
    strokes = [smooth(0.5 + 0.5 * far * np.stack([np.cos(corners), np.sin(corners)], axis=1), is_closed=True)]
    for place in rng.permutation(3)[: int(rng.integers(2, 4)) if has_marks else 0]:
        # Marks that can be seen, apart from the ring: without them it would be a 0.
        middle, angle = 0.5 + rng.uniform(0.14, 0.2) * np.array([place - 1, 0.3]), rng.uniform(0, np.pi)
        strokes.append(middle + np.outer([-0.12, 0.12], (np.cos(angle), np.sin(angle))))
    return penned(strokes, rng)


def sign(rng: np.random.Generator) -> np.ndarray:
    """An arrow, a house, a heart, a diamond, a face, a fir or a wave."""
    which = int(rng.integers(7))
    turn = np.linspace(0, 2 * np.pi, 50)
    if which == 0:
        strokes = [[(0, 0.5), (1, 0.5)], [(0.65, 0.2), (1, 0.5), (0.65, 0.8)]]
        if rng.random() < 0.5:
            strokes = [np.asarray(stroke)[:, ::-1] for stroke in strokes]
    elif which == 1:
        strokes = [[(0.1, 1), (0.1, 0.45), (0.9, 0.45), (0.9, 1), (0.1, 1)], [(0, 0.5), (0.5, 0), (1, 0.5)]]
    elif which == 2:
        heart = [16 * np.sin(turn) ** 3, -(13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn))]
        strokes = [0.5 + np.stack(heart, axis=1) / 34]
    elif which == 3:
        strokes = [[(0.5, 0), (0.9, 0.5), (0.5, 1), (0.1, 0.5), (0.5, 0)]]
    elif which == 4:
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        mouth = 0.5 + 0.28 * ring[4:21]
        strokes = [0.5 + 0.5 * ring, mouth, [(0.35, 0.32), (0.35, 0.4)], [(0.65, 0.32), (0.65, 0.4)]]
    elif which == 5:
        tree = [(0.5, 0), (0.2, 0.4), (0.4, 0.4), (0.05, 0.8), (0.95, 0.8), (0.6, 0.4), (0.8, 0.4), (0.5, 0)]
        strokes = [tree, [(0.5, 0.8), (0.5, 1)]]
    else:
        along = np.linspace(0, 1, 60)
        strokes = [np.stack([along, 0.5 + 0.2 * np.sin(2 * np.pi * rng.uniform(2, 3) * along)], axis=1)]
    return penned(strokes, rng)


def _ring(column: float = 0.5, row: float = 0.5, width: float = 0.5, height: float | None = None) -> np.ndarray:
    """An ellipse, closed, with these half axes."""
    turn = np.linspace(0, 2 * np.pi, 50)
    half = width if height is None else height
    return np.stack([column + width * np.cos(turn), row + half * np.sin(turn)], axis=1)


def _frame(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """A rectangle, closed."""
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def frame(rng: np.random.Generator) -> np.ndarray:
    """A square, a rectangle, a cube, a ladder, a grid, a window, a hash of lines, a trapezium or a brick."""
    which, tall = int(rng.integers(8)), rng.uniform(0.5, 1.0)
    box = _frame(0, 0, rng.uniform(0.45, 1), tall)
    right = box[1][0]
    if which == 0:
        strokes = [box]
    elif which == 1:
        strokes = [
            _frame(0, 0.3, 0.7, 1),
            _frame(0.3, 0, 1, 0.7),
            *([(x, y), (x + 0.3, y - 0.3)] for x, y in ((0, 0.3), (0.7, 0.3), (0, 1), (0.7, 1))),
        ]
    elif which == 2:
        strokes = [[(0.25, 0), (0.25, 1)], [(0.75, 0), (0.75, 1)]]
        strokes += [[(0.25, y), (0.75, y)] for y in np.linspace(0.15, 0.85, int(rng.integers(2, 5)))]
    elif which == 3:
        strokes = [box, [(right / 2, 0), (right / 2, tall)], [(0, tall / 2), (right, tall / 2)]]
    elif which == 4:
        strokes = [[(0, y), (1, y)] for y in np.linspace(0.1, 0.9, int(rng.integers(3, 5)))]
        strokes += [[(x, 0), (x, 1)] for x in np.linspace(0.1, 0.9, int(rng.integers(1, 4)))]
    elif which == 5:
        inset = rng.uniform(0.15, 0.35)
        strokes = [[(inset, 0), (1 - inset, 0), (1, tall), (0, tall), (inset, 0)]]
    elif which == 6:
        strokes = [box, [(0, 0), (right, tall)], [(right, 0), (0, tall)]][: int(rng.integers(2, 4))]
    else:
        strokes = [box, *([(x, 0), (x, tall)] for x in right * np.linspace(0.33, 0.67, 2))]
    return penned(strokes, rng)


def knot(rng: np.random.Generator) -> np.ndarray:
    """A star of lines, a loop with several turns, a flower, or a figure of Lissajous."""
    which, turn = int(rng.integers(4)), np.linspace(0, 2 * np.pi, 200)
    if which == 0:
        angles = np.linspace(0, np.pi, int(rng.integers(3, 6)), endpoint=False) + rng.uniform(0, 0.3)
        strokes = [0.5 + np.outer([-0.5, 0.5], (np.cos(a), np.sin(a))) for a in angles]
    elif which == 1:
        several = np.linspace(0, 2 * np.pi * rng.uniform(2, 4), 200)
        drift = np.linspace(0, rng.uniform(0.3, 0.8), 200)
        strokes = [np.stack([drift + 0.3 * np.cos(several), 0.5 + 0.3 * np.sin(several)], axis=1)]
    elif which == 2:
        far = 0.32 + 0.18 * np.cos(int(rng.integers(3, 7)) * turn)
        strokes = [0.5 + far[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)]
        if rng.random() < 0.5:
            strokes.append(_ring(width=0.1))
    else:
        down, across = ((2, 3), (3, 2), (3, 4), (4, 3), (1, 3), (3, 1))[int(rng.integers(6))]
        phase = rng.uniform(0.2, 1.4)
        strokes = [0.5 + 0.5 * np.stack([np.sin(across * turn + phase), np.sin(down * turn)], axis=1)]
    return penned(strokes, rng)


def silhouette(rng: np.random.Generator) -> np.ndarray:
    """Something filled, the same on both sides, as clothes, vessels and tools are; or an island of noise."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    if rng.random() < 0.6:
        heights = np.linspace(0, 1, int(rng.integers(4, 9)))
        halves = rng.uniform(0.1, 0.5, len(heights))
        halves[rng.integers(len(halves))] = 0.5
        edge = np.stack([0.5 + halves, heights], axis=1)
        outline = np.concatenate([edge, edge[::-1] * (-1, 1) + (1, 0)])
        outline = smooth(outline, is_closed=True) if rng.random() < 0.5 else outline
        cv2.fillPoly(canvas, [np.round(np.clip(outline, 0, 1) * (LARGE - 1)).astype(np.int32)], 255)
    else:
        grains = cv2.GaussianBlur(rng.standard_normal((LARGE, LARGE)), (0, 0), rng.uniform(6, 20))
        canvas[grains > np.quantile(grains, rng.uniform(0.5, 0.75))] = 255
    shade = 255 if rng.random() < 0.5 else np.linspace(*rng.uniform(80, 255, 2), LARGE)[:, None]
    return like_mnist(warped((canvas / 255 * shade).astype(np.uint8), rng))


def scrawl(rng: np.random.Generator) -> np.ndarray:
    """Joined-up writing that says nothing: a line of arcs, loops and points, from left to right."""
    strokes = []
    for _ in range(int(rng.integers(1, 3))):
        count = int(rng.integers(5, 10))
        along = np.cumsum(rng.uniform(-0.3, 1.0, count))
        up = np.where(np.arange(count) % 2, 0.0, rng.uniform(0.4, 1.2, count)) + rng.uniform(-0.15, 0.15, count)
        points = np.stack([(along - along.min()) / max(np.ptp(along), 0.5), 0.25 + 0.5 * up], axis=1)
        strokes.append(smooth(points))
    return penned(strokes, rng)


def thing(rng: np.random.Generator) -> np.ndarray:
    """A moon, a flash, a fish, a key, a cup, a cloud, an umbrella, an hourglass, a note, a leaf, a flag, a man."""
    which, turn = int(rng.integers(12)), np.linspace(0, 2 * np.pi, 50)
    arc = np.linspace(0, np.pi, 25)
    if which == 0:
        outer, inner = np.linspace(0.9, 5.4, 40), np.linspace(5.0, 1.3, 40)
        strokes = [
            np.concatenate(
                [
                    0.5 + 0.5 * np.stack([np.cos(outer), np.sin(outer)], axis=1),
                    (0.72, 0.5) + 0.4 * np.stack([np.cos(inner), np.sin(inner)], axis=1),
                ]
            )
        ]
    elif which == 1:
        strokes = [[(0.6, 0), (0.2, 0.55), (0.5, 0.5), (0.35, 1), (0.85, 0.35), (0.52, 0.4), (0.6, 0)]]
    elif which == 2:
        strokes = [_ring(0.4, 0.5, 0.4, 0.25), [(0.78, 0.5), (1, 0.25), (1, 0.75), (0.78, 0.5)], _ring(0.2, 0.45, 0.03)]
    elif which == 3:
        strokes = [_ring(0.2, 0.5, 0.2), [(0.4, 0.5), (1, 0.5)], [(0.8, 0.5), (0.8, 0.7)], [(0.95, 0.5), (0.95, 0.7)]]
    elif which == 4:
        handle = np.stack([0.7 + 0.25 * np.sin(arc), 0.5 - 0.2 * np.cos(arc)], axis=1)
        strokes = [[(0.05, 0.15), (0.15, 0.9), (0.6, 0.9), (0.7, 0.15), (0.05, 0.15)], handle]
    elif which == 5:
        far = 0.25 + 0.2 * np.abs(np.sin(2.5 * turn))
        strokes = [np.stack([0.5 + 1.2 * far * np.cos(turn), 0.5 + 0.9 * far * np.sin(turn)], axis=1)]
    elif which == 6:
        roof = np.stack([0.5 - 0.5 * np.cos(arc), 0.5 - 0.5 * np.sin(arc)], axis=1)
        strokes = [np.concatenate([roof, [(0, 0.5)]]), [(0.5, 0), (0.5, 0.9), (0.4, 1), (0.3, 0.9)]]
    elif which == 7:
        strokes = [[(0.1, 0), (0.9, 0), (0.1, 1), (0.9, 1), (0.1, 0)]]
    elif which == 8:
        strokes = [_ring(0.15, 0.85, 0.15, 0.12), _ring(0.75, 0.8, 0.15, 0.12)]
        strokes += [[(0.3, 0.85), (0.3, 0.05), (0.9, 0), (0.9, 0.8)]]
    elif which == 9:
        side = np.stack([0.5 + 0.3 * np.sin(arc), np.linspace(0, 0.85, 25)], axis=1)
        strokes = [side, side * (-1, 1) + (1, 0), [(0.5, 0), (0.5, 1)]]
        strokes += [[(0.5, y + 0.12), (x, y)] for x, y in ((0.7, 0.3), (0.3, 0.3), (0.72, 0.5), (0.28, 0.5))]
    elif which == 10:
        strokes = [[(0.2, 1), (0.2, 0), (0.9, 0.1), (0.75, 0.3), (0.9, 0.5), (0.2, 0.5)]]
    else:
        strokes = [_ring(0.5, 0.15, 0.15), [(0.5, 0.3), (0.5, 0.65)], [(0.2, 0.45), (0.8, 0.45)]]
        strokes += [[(0.25, 1), (0.5, 0.65), (0.75, 1)]]
    return penned(strokes, rng)
