"""The images that networks are asked about: read and corrupted once, however many networks there are."""

from training.data import Split, test_split, training_and_validation
from training.evaluation.mnist_c import load_mnist_c
from training.evaluation.robustness import own_corruptions
from training.evaluation.wrong_labels import wrong_labels

# As many of the validation images are corrupted as MNIST-C has of a corruption: with all of them, an evaluation
# would take twice as long.
CORRUPTED = 2000


class Material:
    """MNIST's ``test`` images, ``wrong``, the places of those with a wrong label, and ``mnist_c`` (or None)."""

    def __init__(self):
        """Raise MnistUnavailable or MnistCUnavailable, each with one sentence, where a file is missing or damaged."""
        self.mnist_c = load_mnist_c()
        self.test = test_split()
        self.wrong = [row["index"] for row in wrong_labels()]
        self._validations: dict[tuple, tuple[Split, dict[str, Split]]] = {}

    def validation(self, settings: dict) -> Split:
        """Return the images that were held out of a network's training, by its settings."""
        return self._of(settings)[0]

    def own_corruptions(self, settings: dict) -> dict[str, Split]:
        """Return the first CORRUPTED of these validation images under each of our own corruptions."""
        return self._of(settings)[1]

    def _of(self, settings: dict) -> tuple[Split, dict[str, Split]]:
        key = settings["validation_seed"], settings["validation_images"]
        if key not in self._validations:
            _, validation = training_and_validation(settings)
            first = Split(validation.images[:CORRUPTED], validation.labels[:CORRUPTED])
            self._validations[key] = validation, own_corruptions(first)
        return self._validations[key]
