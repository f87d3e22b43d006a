"""Where the images come from: MNIST, a folder with a sub-folder for each digit, or an .npz file.

A folder holds ``0`` to ``9``, each with the images of its digit; or ``train`` and, if there are test images, ``test``,
each of which holds ``0`` to ``9``. An .npz file holds ``x_train`` and ``y_train`` and, if there are test images,
``x_test`` and ``y_test``, as mnist.npz does; or ``images`` and ``labels``.

An image of 28×28 pixels is taken as it is, MNIST's way: it is what the network will see. An image of any other size
is a photo or a drawing and goes through the eleven steps, as it will when it is to be read, without rembg: the result
does not depend on what is installed. The network learns white on black: a 28×28 image that is dark on a light ground
is inverted.
"""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inference.candidates import preprocess
from inference.mnist import ARRAYS, NotAnNpz, checksum, load_mnist, read_npz
from inference.photo import PhotoError, open_photo
from inference.steps import DIGIT_SIDE, Config, Sample, compose_on_ground

DIGITS = 10
TRAINING_FOLDERS, TEST_FOLDERS = ("train", "training"), ("test", "testing")
LAYOUT = "ten sub-folders named 0 to 9, each with the images of its digit"
# What archivers leave beside the folders that they packed.
LEFT_BY_ARCHIVERS = "__MACOSX"
# Training images of each digit: with fewer there is nothing to learn from once some are held out for validation.
LEAST_OF_A_DIGIT = 10
# The difference between the lightest and the darkest pixel of an image that shows something. MNIST's faintest has 254;
# what was scaled to 0-1 and stored as whole numbers has 1.
LEAST_CONTRAST = 16


class DataError(RuntimeError):
    """The images cannot be used; the message is one sentence for people: what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Split:
    """Images (N, 28, 28) uint8, white on black, and labels (N,) uint8."""

    images: np.ndarray
    labels: np.ndarray

    def take(self, places: np.ndarray) -> "Split":
        """Return the images at these places, (M,) int."""
        return Split(self.images[places], self.labels[places])

    def per_digit(self) -> list[int]:
        """Return how many images there are of each digit, ten numbers."""
        return np.bincount(self.labels, minlength=DIGITS).tolist()


@dataclass(frozen=True)
class Data:
    """A whole data set.

    ``training``: before validation images are held out; ``test``: None where the data set has none; ``inverted``: how
    many 28×28 images were dark on light; ``from_photos``: how many images of another size went through the steps.
    """

    name: str
    training: Split
    test: Split | None
    inverted: int = 0
    from_photos: int = 0

    def in_words(self) -> str:
        """Return one sentence for people: how much there is, and what was done to it."""
        test = "no test images" if self.test is None else f"{len(self.test.labels):,} test images"
        changes = [
            f"{count:,} {what}"
            for count, what in (
                (self.from_photos, "of another size than 28×28 went through the eleven steps"),
                (self.inverted, "dark on light were inverted"),
            )
            if count
        ]
        counted = f"{self.name}: {len(self.training.labels):,} training images, {test}"
        return "; ".join([counted, *changes]) + "."

    def described(self) -> dict:
        """Return what a card says of it. The checksum is over the arrays, in mnist.npz's order, as they are used."""
        splits = [self.training] if self.test is None else [self.training, self.test]
        return {
            "name": self.name,
            "training_images": len(self.training.labels),
            "test_images": 0 if self.test is None else len(self.test.labels),
            "inverted": self.inverted,
            "from_photos": self.from_photos,
            "sha256_of_arrays": checksum(array for split in splits for array in (split.images, split.labels)),
        }


def load_data(source: Path | None = None) -> Data:
    """Return the data set in a folder or an .npz file (see above), MNIST where ``source`` is None.

    The images of a folder come in the order of their digits, then of their names. Raises DataError where something is
    missing, damaged or of another form, MnistUnavailable where MNIST cannot be had.
    """
    if source is None:
        mnist = load_mnist()
        return Data("MNIST", Split(mnist.x_train, mnist.y_train), Split(mnist.x_test, mnist.y_test))
    try:
        if source.is_dir():
            return _from_folder(source)
        if source.exists():
            return _from_npz(source)
    except OSError as error:
        raise DataError(f"{error.filename or source} cannot be read: {error.strerror or error}.") from error
    raise DataError(f"{source} is not there: name a folder with {LAYOUT}, or an .npz file.")


@dataclass(frozen=True)
class _Found:
    """Images (N, 28, 28) uint8 of either polarity with their labels (N,) uint8, as they were found.

    ``names``: where each image stands, for people; ``from_photos``: how many of them went through the steps.
    """

    images: np.ndarray
    labels: np.ndarray
    names: list[str]
    from_photos: int = 0


def _data(name: str, source: Path, training: _Found, test: _Found | None) -> Data:
    """Check what was found, turn it to white on black, and return it whole."""
    _check(training, f"{source} has", "training images", LEAST_OF_A_DIGIT)
    learnt, inverted = _white_on_black(training)
    if test is None:
        return Data(name, learnt, None, inverted, training.from_photos)
    _check(test, f"{source} has", "test images", 1)
    kept, more = _white_on_black(test)
    return Data(name, learnt, kept, inverted + more, training.from_photos + test.from_photos)


def _check(found: _Found, source_has: str, kind: str, least: int) -> None:
    """Raise DataError where an image shows nothing, or where there are too few images of a digit."""
    low, high = found.images.min(axis=(1, 2)), found.images.max(axis=(1, 2))
    faint = np.flatnonzero(high - low < LEAST_CONTRAST)
    if len(faint):
        first = faint[0]
        raise DataError(
            f"{found.names[first]} shows nothing, its pixels go from {low[first]} to {high[first]}: "
            "remove it, or save it with pixels from 0 to 255."
        )
    for digit, count in enumerate(np.bincount(found.labels, minlength=DIGITS)):
        if count < least:
            raise DataError(
                f"{source_has} {count or 'no'} {kind} of the digit {digit}: add some, at least {least} are needed."
            )


def _white_on_black(found: _Found) -> tuple[Split, int]:
    """Invert the images that are dark on light, and return how many they were.

    Most of the pixels are ground: where their median is nearer to the lightest pixel than to the darkest, the ground is
    light. So it is with none of MNIST's images.
    """
    pixels = found.images.reshape(len(found.images), -1)
    is_light = np.median(pixels, axis=1) > (pixels.min(axis=1).astype(int) + pixels.max(axis=1)) / 2
    images = found.images.copy()
    images[is_light] = 255 - images[is_light]
    return Split(images, found.labels), int(is_light.sum())


# --- A folder ------------------------------------------------------------------------------------------------


def _from_folder(folder: Path) -> Data:
    name = folder.resolve().name
    inside = _folders_in(folder)
    training = [path for path in inside if path.name in TRAINING_FOLDERS]
    test = [path for path in inside if path.name in TEST_FOLDERS]
    if not training and not test:
        return _data(name, folder, _read_digits(folder), None)
    if len(training) != 1 or len(test) > 1 or len(inside) > len(training) + len(test):
        found = ", ".join(path.name for path in inside)
        raise DataError(
            f"{folder} holds {found}: it must hold train and, if there are test images, test, and no other sub-folder "
            "(the validation images are drawn from train)."
        )
    return _data(name, folder, _read_digits(training[0]), _read_digits(test[0]) if test else None)


def _folders_in(folder: Path) -> list[Path]:
    """Return the sub-folders in the order of their names; refuse images that lie beside them."""
    inside = sorted(path for path in folder.iterdir() if not _is_left_over(path))
    for path in inside:
        if path.is_file() and _is_named_as_image(path):
            raise DataError(f"{path} lies beside the sub-folders: put it into the one of its digit, or move it away.")
    return [path for path in inside if path.is_dir()]


def _read_digits(folder: Path) -> _Found:
    """Read the sub-folders 0 to 9 of a folder."""
    wanted = [str(digit) for digit in range(DIGITS)]
    inside = {path.name: path for path in _folders_in(folder)}
    for name, path in inside.items():
        if name not in wanted:
            raise DataError(f"{path} is no digit's folder: move it away, or name a folder with {LAYOUT}.")
    for name in wanted:
        if name not in inside:
            raise DataError(f"{folder} has no sub-folder {name}: there must be {LAYOUT}.")

    images, labels, names = [], [], []
    from_photos = 0
    for digit, name in enumerate(wanted):
        for path in sorted(inside[name].iterdir()):
            pixels = _open(path)
            if pixels is None:
                continue
            if pixels.shape[:2] == (DIGIT_SIDE, DIGIT_SIDE):
                images.append(_grey(pixels))
            else:
                images.append(_through_the_steps(pixels, path))
                from_photos += 1
            labels.append(digit)
            names.append(str(path))
        if labels[-1:] != [digit]:
            raise DataError(f"{inside[name]} holds no image: put images of the digit {digit} into it.")
    return _Found(np.stack(images), np.array(labels, np.uint8), names, from_photos)


def _open(path: Path) -> np.ndarray | None:
    """Return the pixels of an image as open_photo() does, None where the file is not meant as one."""
    if _is_left_over(path):
        return None
    if path.is_dir():
        raise DataError(f"{path} is a folder: put its images directly into {path.parent}, or move it away.")
    try:
        return open_photo(path)
    except PhotoError as error:
        if error.code in ("not_an_image", "empty") and not _is_named_as_image(path):
            return None
        raise DataError(f"{path}: {error.message} Or move it out of the folder.") from error


def _is_left_over(path: Path) -> bool:
    return path.name.startswith(".") or path.name == LEFT_BY_ARCHIVERS


def _is_named_as_image(path: Path) -> bool:
    """Tell by a file's name whether somebody takes it for an image: then it is not passed over without a word."""
    return (mimetypes.guess_type(path.name)[0] or "").startswith("image/")


def _grey(pixels: np.ndarray) -> np.ndarray:
    """(28, 28, 3) RGB or (28, 28, 4) RGBA -> (28, 28) grey, uint8; what is transparent becomes ground."""
    opaque = compose_on_ground(Sample(Config(rembg="never"), pixels)).image
    return cv2.cvtColor(opaque, cv2.COLOR_RGB2GRAY)


def _through_the_steps(pixels: np.ndarray, path: Path) -> np.ndarray:
    digit = preprocess(pixels, Config(rembg="never")).digit
    if digit is None:
        raise DataError(f"{path} shows no digit that could be found: crop it closer to the digit, or remove it.")
    return digit


# --- An .npz file --------------------------------------------------------------------------------------------

IMAGES, LABELS = "images", "labels"


def _from_npz(path: Path) -> Data:
    try:
        arrays, names = read_npz(path, (*ARRAYS, IMAGES, LABELS))
    except NotAnNpz as error:
        raise DataError(
            f"{path} is damaged, or is no .npz file: save it again with numpy.savez_compressed, or name a folder with"
            f" {LAYOUT}."
        ) from error
    x_train, y_train, x_test, y_test = ARRAYS
    if x_train in arrays or y_train in arrays:
        training = _found(path, arrays, x_train, y_train)
    elif IMAGES in arrays or LABELS in arrays:
        training = _found(path, arrays, IMAGES, LABELS)
    else:
        held = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        raise DataError(
            f"{path} holds {held or 'nothing'}: it must hold the arrays {x_train} and {y_train}, or {IMAGES} and "
            f"{LABELS}; a ZIP of images must be unpacked first."
        )
    test = _found(path, arrays, x_test, y_test) if x_test in arrays or y_test in arrays else None
    return _data(path.stem, path, training, test)


def _found(path: Path, arrays: dict[str, np.ndarray], images_name: str, labels_name: str) -> _Found:
    """Check the form of two arrays of a file."""
    for name in (images_name, labels_name):
        if name not in arrays:
            other = labels_name if name == images_name else images_name
            raise DataError(f"{path} holds {other} but no {name}: save both.")
    images, labels = arrays[images_name], arrays[labels_name]
    if images.shape[1:] != (DIGIT_SIDE, DIGIT_SIDE) or images.dtype != np.uint8:
        raise DataError(
            f"{images_name} in {path} is {images.shape} {images.dtype}: it must be (N, {DIGIT_SIDE}, {DIGIT_SIDE}) "
            "uint8 with values from 0 to 255."
        )
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{labels_name} in {path} is {labels.shape} {labels.dtype}: it must be ({len(images)},) whole numbers, one "
            f"for each image of {images_name}."
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= DIGITS))
    if len(wrong):
        raise DataError(
            f"{labels_name} in {path} has the label {labels[wrong[0]]} at place {wrong[0]}: labels must be 0 to 9."
        )
    names = [f"Image {place} of {images_name} in {path}" for place in range(len(images))]
    return _Found(images, labels.astype(np.uint8), names)
