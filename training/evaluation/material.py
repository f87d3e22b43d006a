"""The images that networks are asked about: read and corrupted once, however many networks there are."""

from functools import cached_property
from pathlib import Path

from inference import mnist
from training.data import Split, test_split, training_and_validation
from training.evaluation.mnist_c import MnistC, load_mnist_c
from training.evaluation.robustness import own_corruptions
from training.evaluation.wrong_labels import wrong_labels
from training.sources import Data, DataError, load_data

# As many of the validation images are corrupted as MNIST-C has of a corruption: with all of them, an evaluation
# would take twice as long.
CORRUPTED = 2000


class Material:
    """The images of MNIST, or of another data set: what the networks that learnt from it are asked about.

    They are read when they are first asked for: that may raise MnistUnavailable or MnistCUnavailable, each with one
    sentence, where a file is missing or damaged.
    """

    def __init__(self, data: Data | None = None):
        """Take the images of ``data``, which load_data() has read, or MNIST's."""
        self._data = data
        self._validations: dict[tuple, tuple[Split, dict[str, Split]]] = {}

    @property
    def name(self) -> str:
        return self._data.name if self._data else "MNIST"

    @cached_property
    def test(self) -> Split | None:
        """The test images; None where the data set has none."""
        return self._data.test if self._data else test_split()

    @cached_property
    def wrong(self) -> list[int]:
        """The places of the test images whose label is known to be wrong."""
        return [] if self._data else [row["index"] for row in wrong_labels()]

    @cached_property
    def mnist_c(self) -> MnistC | None:
        """MNIST-C, for networks that learnt from MNIST; None where it is not on this machine."""
        return None if self._data else load_mnist_c()

    def validation(self, settings: dict) -> Split:
        """Return the images that were held out of a network's training, by its settings."""
        return self._of(settings)[0]

    def asked(self, settings: dict) -> tuple[str, Split]:
        """Return what is asked about in the end: "test" and the test images, or "validation" and these without any."""
        return ("validation", self.validation(settings)) if self.test is None else ("test", self.test)

    def own_corruptions(self, settings: dict) -> dict[str, Split]:
        """Return the first CORRUPTED of these validation images under each of our own corruptions."""
        return self._of(settings)[1]

    def _of(self, settings: dict) -> tuple[Split, dict[str, Split]]:
        key = settings["validation_seed"], settings["validation_images"]
        if key not in self._validations:
            _, validation = training_and_validation(settings, self._data)
            first = Split(validation.images[:CORRUPTED], validation.labels[:CORRUPTED])
            self._validations[key] = validation, own_corruptions(first)
        return self._validations[key]


def materials(cards: dict[str, dict], of_mnist: Material, elsewhere: Path | None = None) -> dict[str, Material]:
    """Return what each network is asked about, by its name: images of the data set that it learnt from, by its card.

    ``elsewhere``: where the images of those are that did not learn from MNIST, if not where they were. Raises DataError
    where they are gone or have changed.
    """
    found = {mnist.CHECKSUM: of_mnist}
    for name, card in cards.items():
        learnt = card["made"]["data"]
        checksum = learnt["sha256_of_arrays"]
        if checksum not in found:
            found[checksum] = Material(_learnt_from(name, learnt, elsewhere))
    return {name: found[card["made"]["data"]["sha256_of_arrays"]] for name, card in cards.items()}


def _learnt_from(name: str, learnt: dict, elsewhere: Path | None) -> Data:
    if "path" not in learnt:
        raise DataError(f"The card of {name} does not say where its images are: train it again.")
    path = elsewhere or Path(learnt["path"])
    if not path.exists():
        raise DataError(
            f"{path}, which {name} learnt from, is not there: put it back, say with --data PATH where it is, or name"
            " the networks to evaluate without this one."
        )
    data = load_data(path)
    if data.described()["sha256_of_arrays"] != learnt["sha256_of_arrays"]:
        raise DataError(
            f"The images in {path} are not those that {name} learnt from: put these back, say with --data PATH where"
            " they are, or train it again."
        )
    return data
