"""Many photos at once: which are read, what their folders say of them, and what becomes of those that fail."""

import dataclasses
import io
import zipfile
from dataclasses import dataclass

import numpy as np
import pytest

from inference import Classifier, Config, PhotoError
from inference.classifier import models_folder
from inference.limits import Limits
from inference.samples import encoded, photo
from inference.schema import digit_error
from ui.pictures import thumbnail
from ui.prediction.many import Row, are_too_large, confusion, label_of, photos_of, read_row
from ui.settings import Settings

SETTINGS = Settings(Config(rembg="never"), tta=False)

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


@dataclass
class File:
    """A file as Streamlit's upload field returns it."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def getvalue(self) -> bytes:
        return self.data


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("7.jpg", None),
        ("7/a.jpg", 7),
        ("mine/0/a.jpg", 0),
        ("3/test/8/a.jpg", 8),
        ("8/test/a.jpg", 8),
        ("10/a.jpg", None),
        ("mine\\4\\a.jpg", 4),
        ("٣/a.jpg", None),
        ("", None),
    ],
)
def test_the_innermost_folder_with_a_digits_name_is_the_label(name, label):
    assert label_of(name) == label


def test_photos_and_those_in_a_zip_are_taken_in_their_order():
    files = [File("a.png", b"1"), File("b.zip", zipped(**{"3__c.png": b"2", "d.png": b"3"})), File("e.png", b"4")]
    assert list(photos_of(files, Limits())) == [("a.png", b"1"), ("3/c.png", b"2"), ("d.png", b"3"), ("e.png", b"4")]


def test_no_more_photos_are_taken_than_the_limit_allows():
    files = [File(f"{place}.png", b"") for place in range(4)] + [File("z.zip", zipped(**{"a.png": b"", "b.png": b""}))]
    assert len(list(photos_of(files, Limits(batch_files=5)))) == 5


def test_a_zip_that_is_refused_is_one_row_and_what_comes_after_it_is_taken():
    cut = zipped(a=b"1")[:-9]
    bomb = zipped(**{str(place): bytes(2**20) for place in range(3)})
    files = [File("cut.zip", cut), File("bomb.zip", bomb), File("a.png", b"1")]
    limits = Limits(upload_mb=1, zip_mb=2)
    (first, damaged), (second, too_large), last = photos_of(files, limits)
    assert (first, damaged.code, second, too_large.code) == ("cut.zip", "damaged_zip", "bomb.zip", "zip_too_large")
    assert last == ("a.png", b"1")


@pytest.mark.parametrize("inside", [{}, {"notes.txt": b"no image"}])
def test_a_zip_without_a_photo_is_a_row_that_says_so(inside):
    files = [File("none.zip", zipped(**inside)), File("a.png", b"1")]
    (first, error), last = photos_of(files, Limits())
    assert (first, error.code, last) == ("none.zip", "no_photo", ("a.png", b"1"))


def test_files_together_are_measured_against_the_limit():
    files = [File("a.png", bytes(2**19)), File("b.png", bytes(2**19))]
    assert not are_too_large(files, Limits(batch_mb=1))
    assert are_too_large([*files, File("c.png", b"1")], Limits(batch_mb=1))


@needs_network
def test_what_is_read_is_a_row_with_its_pictures_and_what_is_not_a_row_with_its_error():
    network = Classifier()
    right = read_row("mine/3/a.jpg", encoded(photo(3), ".jpg"), network, SETTINGS)
    assert (right.record.digit, right.label, right.is_right, right.is_doubtful) == (3, 3, True, False)
    assert right.photo.startswith("data:image/")
    assert right.digit.startswith("data:image/png")
    wrong = read_row("mine/4/a.jpg", encoded(photo(3), ".jpg"), network, SETTINGS)
    assert (wrong.is_right, wrong.is_doubtful) == (False, True)
    for given in (b"notes", PhotoError("encrypted", "It is locked.")):
        failed = read_row("3/b.jpg", given, network, SETTINGS)
        assert (failed.record.status, failed.record.digit, failed.photo, failed.digit) == ("error", None, "", "")
        assert (failed.is_right, failed.is_doubtful) == (None, True)


def test_confusion_counts_what_has_a_label_and_an_answer():
    def row(label, digit):
        return Row(dataclasses.replace(digit_error("a", PhotoError("a", "b")), status="digit", digit=digit), label)

    matrix = confusion([row(3, 3), row(3, 3), row(3, 5), row(None, 5), row(4, None)])
    assert matrix.sum() == 3
    assert (matrix[3, 3], matrix[3, 5]) == (2, 1)


@pytest.mark.parametrize(("rows", "columns"), [(10, 20), (200, 100), (1, 900), (56, 56), (3000, 7)])
def test_a_thumbnail_is_as_large_as_it_is_asked_for(rows, columns):
    for depth in ((), (3,), (4,)):
        small = thumbnail(np.full((rows, columns, *depth), 200, np.uint8), 56)
        assert max(small.shape[:2]) == 56
        assert min(small.shape[:2]) >= 1
        assert small.shape[2:] == ((3,) if depth else ())
