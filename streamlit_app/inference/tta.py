"""Test-time augmentation: several looks at one image, whose probabilities are averaged."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class View:
    """One look at an image: turned by ``angle`` degrees (counter-clockwise), zoomed, shifted by whole pixels."""

    angle: float = 0.0
    zoom: float = 1.0
    rows: int = 0
    columns: int = 0

    def of(self, image: np.ndarray) -> np.ndarray:
        """Return the image (28, 28) seen this way, same dtype."""
        if self == View():
            return image
        height, width = image.shape
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), self.angle, self.zoom)
        matrix[:, 2] += self.columns, self.rows
        return cv2.warpAffine(image, matrix, (width, height))

    @property
    def name(self) -> str:
        """What this look does, in words: "turned by −5°, zoomed to 105 %", or "as it is"."""
        parts = []
        if self.angle:
            parts.append(f"turned by {self.angle:g}°")
        if self.zoom != 1:
            parts.append(f"zoomed to {100 * self.zoom:.0f} %")
        if self.rows:
            parts.append(f"{abs(self.rows)} px {'down' if self.rows > 0 else 'up'}")
        if self.columns:
            parts.append(f"{abs(self.columns)} px {'right' if self.columns > 0 else 'left'}")
        return ", ".join(parts).replace("-", "−") or "as it is"


# Chosen on the validation images, among the sets and by the rule of training/evaluation/tta.py.
TTA_VIEWS = tuple(View(zoom=zoom) for zoom in (0.95, 1.0, 1.05))


def looks(digit: np.ndarray) -> np.ndarray:
    """Return the image (28, 28) in each of TTA_VIEWS: (views, 28, 28), same dtype."""
    return np.stack([view.of(digit) for view in TTA_VIEWS])
