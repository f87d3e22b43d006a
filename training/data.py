"""The training data: split into training, validation and test, and the batches that augment as they go."""

import keras
import numpy as np

from inference.augmentation import augment
from inference.mnist import load_test_images
from training.sources import Data, Split, load_data

# A small data set gives up this share of its training images for validation, where the settings ask for more.
MOST_HELD_OUT = 1 / 5


def training_and_validation(settings: dict, data: Data | None = None) -> tuple[Split, Split]:
    """Split the training images of a data set, or of MNIST: no validation image is among those that are learnt from.

    ``validation_images`` of them are held out, but no more than MOST_HELD_OUT of all: then that share of each digit, as
    chance would leave some digits out. Which ones, depends on ``validation_seed`` alone. Raises MnistUnavailable where
    MNIST is wanted and cannot be had.
    """
    everything = (data or load_data()).training
    order = np.random.default_rng(settings["validation_seed"]).permutation(len(everything.labels))
    is_held_out = np.zeros(len(order), bool)
    if settings["validation_images"] > MOST_HELD_OUT * len(order):
        for digit, count in enumerate(everything.per_digit()):
            of_digit = order[everything.labels[order] == digit]
            is_held_out[of_digit[: int(MOST_HELD_OUT * count)]] = True
    else:
        is_held_out[order[: settings["validation_images"]]] = True
    return everything.take(np.flatnonzero(~is_held_out)), everything.take(np.flatnonzero(is_held_out))


def test_split() -> Split:
    """Return MNIST's 10,000 test images: for the final report of a chosen network only."""
    return Split(*load_test_images())


# pytest would otherwise collect it as a test
test_split.__test__ = False


class AugmentedBatches(keras.utils.PyDataset):
    """Shuffled batches of one epoch, augmented anew; the same for the same (seed, epoch) on every machine.

    With ``lessons`` the images come from there, augmented as far as the teachers see them, and in place of the labels
    what is to be learnt of them.
    """

    def __init__(self, split: Split, settings: dict, epoch: int, lessons=None):
        super().__init__(workers=1, max_queue_size=32)
        self._images, self._labels = split.images, split.labels
        self._targets = keras.utils.to_categorical(split.labels, 10)
        self._shares = settings["augmentation"]
        if lessons is not None:
            self._images, self._targets = lessons.epoch(epoch)
            seen = settings["distillation"]["teachers_see"]
            self._shares = {name: share for name, share in self._shares.items() if name not in seen}
        self._settings = settings
        self._epoch = epoch
        # A small data set is one batch.
        self._size = min(settings["batch_size"], len(split.labels))
        self._order = np.random.default_rng([settings["seed"], epoch]).permutation(len(split.labels))

    def __len__(self) -> int:
        return len(self._order) // self._size

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._order[index * self._size : (index + 1) * self._size]
        rng = np.random.default_rng([self._settings["seed"], self._epoch, index])
        images = augment(self._images[chosen], self._labels[chosen], self._shares, rng)
        return images.astype(np.float32)[..., None], self._targets[chosen]
