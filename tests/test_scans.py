"""JPEGs of endless scans are refused before they are decoded; usual ones, and what phones append, are not."""

import io
import time

import pytest
from PIL import Image

from inference import PhotoError, open_photo
from inference.samples import photo
from inference.scans import MOST_SCANS, MOST_SEGMENTS, is_excessive
from training.stress.files import many_scans, valid_files


def jpeg(**settings) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(5, 200, 300)).save(file, "JPEG", **settings)
    return file.getvalue()


def test_usual_files_are_not_excessive():
    for data in (jpeg(), jpeg(progressive=True), jpeg(quality=100, icc_profile=bytes(900_000)), b"", b"\xff\xd8"):
        assert not is_excessive(data)
    assert not any(is_excessive(data) for _, data in valid_files())


def test_scans_are_counted_exactly():
    usual = many_scans(64, 0).count(b"\xff\xda")
    assert not is_excessive(many_scans(64, MOST_SCANS - usual))
    assert is_excessive(many_scans(64, MOST_SCANS - usual + 1))


def test_what_follows_the_image_does_not_count():
    assert not is_excessive(jpeg() + b"\xff\xda\0\2" * 1000)
    assert open_photo(jpeg() + b"\xff\xda\0\2" * 1000).shape == (200, 300, 3)


def test_endless_segments_are_excessive():
    usual = jpeg()
    assert is_excessive(usual[:2] + b"\xff\xef\0\2" * MOST_SEGMENTS + usual[2:])


def test_a_file_that_would_take_minutes_is_refused_at_once():
    data = many_scans(1_000, 100_000)
    started = time.process_time()
    with pytest.raises(PhotoError, match="unusual way"):
        open_photo(data)
    assert time.process_time() - started < 0.5
