"""Values as colours and numbers as pictures: pure functions, the same in the light and in the dark theme.

Blue is below 0 and orange above: told apart by every kind of colour vision. Whoever sees no colours at all is given the
numbers beside them.
"""

import cv2
import numpy as np

ABOVE, BELOW = (232, 93, 4), (37, 99, 235)
ABOVE_ON_BLACK, BELOW_ON_BLACK = (255, 140, 26), (82, 160, 255)
MARK = (255, 140, 0)
CELL = 44  # pixels: the side of a cell that holds a number


def tinted(values: np.ndarray, most: float) -> np.ndarray:
    """Return values (R, C) as colours (R, C, 3) uint8: white at 0, full at ``most`` and beyond."""
    share = _share(values, most)
    ends = _ends(share, ABOVE, BELOW)
    return np.round(255 + (ends - 255) * np.abs(share)).astype(np.uint8)


def laid_over(digit: np.ndarray, values: np.ndarray, most: float) -> np.ndarray:
    """Return a digit (R, C) uint8 with values (r, c) over it, enlarged smoothly to its size: (R, C, 3) uint8."""
    size = digit.shape[1], digit.shape[0]
    share = _share(cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), most)
    cover = 0.75 * np.abs(share)
    ends = _ends(share, ABOVE_ON_BLACK, BELOW_ON_BLACK)
    ground = np.repeat(0.8 * digit[..., None].astype(np.float32), 3, axis=2)
    return np.round(ground * (1 - cover) + ends * cover).astype(np.uint8)


def side_by_side(tiles: list[np.ndarray], across: int, gap: int) -> np.ndarray:
    """Return pictures (R, C, 3) of one size in a grid with so many in a row, grey between them."""
    rows, columns = tiles[0].shape[:2]
    down = -(-len(tiles) // across)
    grid = np.full((down * (rows + gap) - gap, across * (columns + gap) - gap, 3), 128, np.uint8)
    for number, tile in enumerate(tiles):
        row, column = number // across * (rows + gap), number % across * (columns + gap)
        grid[row : row + rows, column : column + columns] = tile
    return grid


def enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    """Return an image (R, C[, 3]) with each pixel as a square of ``scale`` pixels."""
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)


def marked(image: np.ndarray, row: int, column: int, reach: int, scale: int) -> np.ndarray:
    """Return an image (R, C[, 3]) enlarged, with a frame around a pixel and its neighbours up to ``reach`` away."""
    colour = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    start = (column - reach) * scale, (row - reach) * scale
    end = (column + reach + 1) * scale - 1, (row + reach + 1) * scale - 1
    return cv2.rectangle(enlarged(colour, scale), start, end, MARK, max(2, scale // 4))


def number_grid(words: list[list[str]], colours: np.ndarray) -> str:
    """Return a table of short words as SVG, each on its colour of (R, C, 3) uint8, dark or light so that it is read."""
    cells = []
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            red, green, blue = (int(value) for value in colours[row, column])
            ink = "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#16211f"
            x, y = column * CELL + 1, row * CELL + 1
            cells.append(
                f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="rgb({red},{green},{blue})"'
                ' stroke="#808080" />'
                f'<text x="{x + CELL / 2}" y="{y + CELL / 2 + 4.5}" text-anchor="middle" font-size="13"'
                f' font-family="sans-serif" fill="{ink}">{word}</text>'
            )
    width, height = len(words[0]) * CELL + 2, len(words) * CELL + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">{"".join(cells)}</svg>'
    )


def _share(values: np.ndarray, most: float) -> np.ndarray:
    return np.clip(values / max(most, 1e-6), -1, 1)[..., None]


def _ends(share: np.ndarray, above: tuple, below: tuple) -> np.ndarray:
    return np.where(share > 0, np.array(above, np.float32), np.array(below, np.float32))
