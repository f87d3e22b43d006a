"""Opening: every kind of image a person may give, and every kind that is none."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference.photo import LEAST_SIDE, MAX_PIXELS, WORKING_SIDE, PhotoError, open_photo
from tests.drawn import drawing

RED, BLUE = (200, 0, 0), (0, 0, 200)


def file_of(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def left_red_right_blue(size=(40, 20)) -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def code_of(source) -> str:
    with pytest.raises(PhotoError) as caught:
        open_photo(source)
    assert caught.value.message.count(".") >= 1
    assert "\n" not in caught.value.message
    return caught.value.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_format_gives_the_same_picture(kind):
    pixels = open_photo(file_of(left_red_right_blue(), kind))
    assert pixels.shape == (20, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels[10, 5].astype(int) - RED).max() < 20
    assert np.abs(pixels[10, 35].astype(int) - BLUE).max() < 20


def test_bytes_path_and_open_file_are_the_same(tmp_path):
    data = file_of(left_red_right_blue())
    path = tmp_path / "wrong_ending.txt"
    path.write_bytes(data)
    for source in (path, str(path), io.BytesIO(data), memoryview(data)):
        assert np.array_equal(open_photo(source), open_photo(data))


def test_exif_rotated_photo_is_read_upright():
    upright = left_red_right_blue()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    pixels = open_photo(file_of(stored, "JPEG", exif=exif, quality=95))
    assert pixels.shape == (20, 40, 3)
    assert np.abs(pixels[10, 5].astype(int) - RED).max() < 30


def test_cmyk_keeps_its_colours():
    pixels = open_photo(file_of(left_red_right_blue().convert("CMYK"), "JPEG", quality=95))
    assert pixels[10, 5, 0] > 150
    assert pixels[10, 5, 2] < 60


def test_sixteen_bits_are_scaled_and_not_clipped():
    values = np.full((16, 16), 30000, np.uint16)
    values[4:8, 4:8] = 65535
    pixels = open_photo(file_of(Image.fromarray(values)))
    assert pixels[0, 0, 0] == round(30000 / 65535 * 255)
    assert pixels[5, 5, 0] == 255


def test_palette_with_transparency_keeps_its_alpha():
    image = Image.new("P", (16, 16), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(1, (4, 4, 8, 8))
    pixels = open_photo(file_of(image, transparency=0))
    assert pixels.shape == (16, 16, 4)
    assert pixels[0, 0, 3] == 0
    assert pixels[5, 5].tolist() == [200, 100, 50, 255]


def test_idle_alpha_is_dropped():
    assert open_photo(file_of(Image.new("RGBA", (16, 16), (1, 2, 3, 255)))).shape == (16, 16, 3)


def test_first_frame_of_an_animated_gif():
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    data = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    assert np.abs(open_photo(data)[0, 0].astype(int) - RED).max() < 10


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_reduced_with_its_proportions(kind):
    rows, columns, _ = open_photo(file_of(left_red_right_blue((4000, 2000)), kind)).shape
    assert LEAST_SIDE <= columns <= WORKING_SIDE
    assert columns == 2 * rows


def test_a_grey_array_becomes_rgb():
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert np.array_equal(open_photo(grey), np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("array", [np.zeros((28, 28)), np.zeros((28, 28, 2), np.uint8), np.zeros(28, np.uint8)])
def test_an_array_of_another_kind_is_refused(array):
    assert code_of(array) == "not_an_image"


def test_what_is_no_image():
    assert code_of(b"") == "empty"
    assert code_of(b"hello, I am a text\n" * 20) == "not_an_image"
    assert code_of(b"%PDF-1.7 and so on") == "not_an_image"


def test_a_file_that_is_not_there(tmp_path):
    assert code_of(tmp_path / "none.png") == "not_found"
    assert code_of(tmp_path) == "not_found"


def test_truncated_jpeg():
    data = file_of(Image.fromarray(drawing(3)), "JPEG")
    assert code_of(data[: len(data) // 2]) == "damaged"


def test_one_pixel():
    assert code_of(file_of(Image.new("RGB", (1, 1)))) == "too_small"
    assert code_of(np.zeros((1, 1, 3), np.uint8)) == "too_small"


def png_that_claims(columns: int, rows: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [30_000, 9_500, int(MAX_PIXELS**0.5) + 1])
def test_a_bomb_is_refused_before_it_is_decoded(side):
    assert code_of(png_that_claims(side, side)) == "too_large"


@pytest.mark.filterwarnings("ignore")  # Pillow's own, about the damage
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_an_error_for_people_or_an_image(data):
    good = file_of(left_red_right_blue(), data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])))
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(broken[: data.draw(st.integers(1, len(broken)))])
    with contextlib.suppress(PhotoError):
        pixels = open_photo(broken)
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] in (3, 4)
