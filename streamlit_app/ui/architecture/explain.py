"""The network's arithmetic, taken apart for a page: pure functions on arrays, each exact, none an approximation."""

import numpy as np

from ui.architecture.weights import Filters, Head


def class_map(maps: np.ndarray, head: Head, digit: int) -> np.ndarray:
    """Return where the last maps (R, C, F) speak for a digit (above 0) and against it (below): (R, C) float32.

    The digit's score is the mean of this map plus the head's bias for it: the features are the averages of the maps,
    and the last layer is linear. Source: B. Zhou et al., "Learning Deep Features for Discriminative Localization",
    CVPR 2016.
    """
    return maps @ head.weights[:, digit]


def score(maps: np.ndarray, head: Head, digit: int) -> float:
    """Return a digit's score before softmax, from the last maps (R, C, F)."""
    return float(class_map(maps, head, digit).mean() + head.biases[digit])


def patch(image: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the 3×3 neighbours of a pixel of (R, C), with 0 beyond the edge."""
    return np.pad(image, 1)[row : row + 3, column : column + 3]


def convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return (R, C) float32: at each pixel the sum of its 3×3 neighbours times the kernel, 0 beyond the edge.

    As networks do it, the kernel is not mirrored.
    """
    padded = np.pad(image.astype(np.float32), 1)
    rows, columns = image.shape
    shifted = (padded[r : r + rows, c : c + columns] * kernel[r, c] for r in range(3) for c in range(3))
    return sum(shifted, np.zeros((rows, columns), np.float32))


def normalised(digit: np.ndarray, filters: Filters) -> np.ndarray:
    """Return the digit (28, 28) as the first convolution is given it, float32."""
    return filters.scale * digit.astype(np.float32) + filters.shift


def pooled(image: np.ndarray) -> np.ndarray:
    """Return the greatest of each 2×2 pixels: (R, C) becomes (R/2, C/2)."""
    rows, columns = image.shape
    return image.reshape(rows // 2, 2, columns // 2, 2).max(axis=(1, 3))


def strongest(maps: np.ndarray, count: int) -> list[int]:
    """Return which of the maps (R, C, F) have the greatest values on average, the strongest first."""
    return np.argsort(-maps.mean(axis=(0, 1)), kind="stable")[:count].tolist()
