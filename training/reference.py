"""The reference's way to read a photo, for comparison in the benchmark only: nothing of DigitLens is built on it.

Our own code after the description of an existing dashboard: the whole photo through rembg as it comes, eleven steps
at full size, then Keras' ``model.predict`` on the one image. Where no digit is found it predicts on a blank image,
as that dashboard does. Test-time augmentation is off.
"""

import io
from functools import partial

import cv2
import keras
import numpy as np
from PIL import Image

REMBG_MODEL = "u2netp"
# What may be a digit: its share of the photo, and its longer side by its shorter.
LEAST_AREA = 0.001
MOST_ASPECT = 5.0
PADDING = 0.1


class Reference:
    """rembg's session and a Keras network, loaded once as the reference does."""

    def __init__(self, model: keras.Model):
        """Load rembg; ``model`` takes (N, 28, 28, 1), 0-255. Raises OSError where rembg's weights cannot be had."""
        # As it comes, rembg compiles for most of a minute when it is imported for the first time ever.
        from rembg import new_session, remove

        self._cut_out = partial(remove, session=new_session(REMBG_MODEL))
        self._model = model

    def read(self, photo: bytes) -> tuple[int, np.ndarray]:
        """Return the digit and what the network was shown, (28, 28) uint8, for the bytes of an image file."""
        digit = self.preprocess(Image.open(io.BytesIO(photo)).convert("RGB"))
        return self.predict(digit), digit

    def predict(self, digit: np.ndarray) -> int:
        """Return the answer for one image (28, 28), 0-255, white on black."""
        probabilities = self._model.predict(digit[None, ..., None].astype(np.float32), verbose=0)[0]
        return int(probabilities.argmax())

    def preprocess(self, photo: Image.Image) -> np.ndarray:
        """Take the steps 1 to 10 (the network normalises, step 11): any photo -> (28, 28) uint8, white on black."""
        cut = np.asarray(self._cut_out(photo))  # 1
        composed = compose(cut)  # 2
        grey = cv2.cvtColor(composed, cv2.COLOR_RGB2GRAY)  # 3
        calm = denoise(grey)  # 4
        light_ink, ink = find_ink(calm)  # 5
        found = extract(light_ink, ink)  # 6
        if found is None:
            return np.zeros((28, 28), np.uint8)
        strong = enhance(found)  # 7
        boxed = into_box(strong)  # 8
        centred = centre(boxed)  # 9
        return cv2.morphologyEx(centred, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))  # 10


def compose(cut: np.ndarray) -> np.ndarray:
    """Set the cut-out, (R, C, 4), on black where it is light and on white where it is dark: (R, C, 3)."""
    alpha = cut[..., 3:].astype(np.float32) / 255
    inside = cut[..., 3] > 128
    lightness = cut[..., :3][inside].mean() if inside.any() else 0.0
    ground = 0.0 if lightness >= 128 else 255.0
    return (cut[..., :3] * alpha + ground * (1 - alpha)).astype(np.uint8)


def denoise(grey: np.ndarray) -> np.ndarray:
    """Blur with a Gaussian kernel by the size of the image."""
    side = max(grey.shape)
    kernel = 3 if side < 500 else 5 if side < 1500 else 7
    return cv2.GaussianBlur(grey, (kernel, kernel), 0)


def find_ink(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the grey image with light ink on a dark ground, and Otsu's mask of the ink (0 or 255)."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    light_ink = 255 - grey if rim.mean() > 127 else grey
    _, ink = cv2.threshold(light_ink, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return light_ink, ink


def extract(light_ink: np.ndarray, ink: np.ndarray) -> np.ndarray | None:
    """Return the largest piece of ink from the grey image, padded, or None where none may be a digit."""
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    column, row, columns, rows = cv2.boundingRect(max(contours, key=cv2.contourArea))
    if rows * columns < LEAST_AREA * ink.size or max(rows, columns) > MOST_ASPECT * min(rows, columns):
        return None
    pad = int(PADDING * max(rows, columns))
    top, left = max(0, row - pad), max(0, column - pad)
    return light_ink[top : row + rows + pad, left : column + columns + pad]


def enhance(found: np.ndarray) -> np.ndarray:
    """Stretch the contrast to 0-255, then CLAHE."""
    stretched = cv2.normalize(found, None, 0, 255, cv2.NORM_MINMAX)
    return cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(stretched)


def into_box(strong: np.ndarray) -> np.ndarray:
    """Resize with the proportions kept, the longer side to 20."""
    scale = 20 / max(strong.shape)
    size = max(1, round(strong.shape[1] * scale)), max(1, round(strong.shape[0] * scale))
    return cv2.resize(strong, size, interpolation=cv2.INTER_AREA)


def centre(boxed: np.ndarray) -> np.ndarray:
    """Place the box in 28x28 with its centre of mass in the middle."""
    rows, columns = boxed.shape
    placed = np.zeros((28, 28), np.uint8)
    row, column = (28 - rows) // 2, (28 - columns) // 2
    placed[row : row + rows, column : column + columns] = boxed
    moments = cv2.moments(placed)
    if moments["m00"] == 0:
        return placed
    shift = 13.5 - moments["m10"] / moments["m00"], 13.5 - moments["m01"] / moments["m00"]
    return cv2.warpAffine(placed, np.float32([[1, 0, shift[0]], [0, 1, shift[1]]]), (28, 28))
