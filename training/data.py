"""The training data: MNIST split into training, validation and test, and the batches that augment as they go."""

from dataclasses import dataclass

import keras
import numpy as np

from inference.mnist import load_mnist, load_test_images
from training.augmentation import augment


@dataclass(frozen=True)
class Split:
    """Images (N, 28, 28) uint8, white on black, and labels (N,) uint8."""

    images: np.ndarray
    labels: np.ndarray


def training_and_validation(settings: dict) -> tuple[Split, Split]:
    """Split MNIST's 60,000 training images; the validation images depend on ``validation_seed`` alone."""
    data = load_mnist()
    order = np.random.default_rng(settings["validation_seed"]).permutation(len(data.y_train))
    held_out, rest = np.split(order, [settings["validation_images"]])
    held_out.sort()
    rest.sort()
    return Split(data.x_train[rest], data.y_train[rest]), Split(data.x_train[held_out], data.y_train[held_out])


def test_split() -> Split:
    """Return MNIST's 10,000 test images: for the final report of a chosen network only."""
    return Split(*load_test_images())


# pytest would otherwise collect it as a test
test_split.__test__ = False


class AugmentedBatches(keras.utils.PyDataset):
    """Shuffled batches of one epoch, augmented anew; the same for the same (seed, epoch) on every machine."""

    def __init__(self, split: Split, settings: dict, epoch: int):
        super().__init__(workers=1, max_queue_size=32)
        self._split = split
        self._settings = settings
        self._epoch = epoch
        self._order = np.random.default_rng([settings["seed"], epoch]).permutation(len(split.labels))

    def __len__(self) -> int:
        return len(self._order) // self._settings["batch_size"]

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        size = self._settings["batch_size"]
        chosen = self._order[index * size : (index + 1) * size]
        images, labels = self._split.images[chosen], self._split.labels[chosen]
        rng = np.random.default_rng([self._settings["seed"], self._epoch, index])
        images = augment(images, labels, self._settings["augmentation"], rng)
        return images.astype(np.float32)[..., None], keras.utils.to_categorical(labels, 10)
