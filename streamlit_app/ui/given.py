"""What a person gives to be read, whatever the mode."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from inference.photo import Box


@dataclass(frozen=True)
class Photo:
    """Something to take through the eleven steps: a file's bytes, or pixels (R, C, 3 or 4) uint8.

    ``box`` and ``rotation``: what the person marked in it, as open_photo takes them; ``name``: what the person knows
    it by; ``thing``: of which drawing or photo it is one state, itself where it has only one.
    """

    source: bytes | np.ndarray
    box: Box | None = None
    rotation: float = 0.0
    name: str = ""
    thing: Hashable = None

    @property
    def key(self) -> Hashable:
        """The same for the same pixels marked in the same way, and for nothing else."""
        data = self.source if isinstance(self.source, bytes) else self.source.tobytes()
        return hash(data), self.box, self.rotation


@dataclass(frozen=True)
class TestImage:
    """An image of MNIST, (28, 28) uint8: what the network reads, with the digit that it is known to be."""

    __test__ = False  # pytest would otherwise collect it

    image: np.ndarray
    label: int
    name: str = ""

    @property
    def key(self) -> Hashable:
        """The same for the same image with the same label."""
        return hash(self.image.tobytes()), self.label

    @property
    def thing(self) -> Hashable:
        """An image has one state only."""
        return self.key
