"""Opening: every kind of image a person may give, and every kind that is none."""

import contextlib
import functools
import io
import math
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference import Classifier, Config, read_digit
from inference.classifier import models_folder
from inference.photo import LEAST_SIDE, WORKING_SIDE, PhotoError, most_pixels, open_measured, open_photo
from tests.drawn import two_digits
from tests.peak_memory import LARGE, peak_of_predict

pillow_heif.register_heif_opener()  # here Pillow also writes HEIF

FORMATS = ("JPEG", "PNG", "HEIF", "AVIF", "WEBP", "GIF", "BMP", "TIFF")
RED, BLUE, GREEN, YELLOW = (200, 0, 0), (0, 0, 200), (0, 160, 0), (200, 200, 0)

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


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


def four_colours(rows: int = 48, columns: int = 80) -> Image.Image:
    """Red and blue above, green and yellow below: every turn and every mirroring of it is another picture."""
    image = Image.new("RGB", (columns, rows), RED)
    for colour, row, column in ((BLUE, 0, columns // 2), (GREEN, rows // 2, 0), (YELLOW, rows // 2, columns // 2)):
        image.paste(colour, (column, row, column + columns // 2, row + rows // 2))
    return image


def corners(pixels: np.ndarray) -> list[str]:
    """Return the names of the colours in the four corners' middles: above left and right, below left and right."""
    rows, columns = pixels.shape[:2]
    names = {"red": RED, "blue": BLUE, "green": GREEN, "yellow": YELLOW}
    seen = [pixels[r * rows // 4, c * columns // 4, :3].astype(int) for r in (1, 3) for c in (1, 3)]
    return [min(names, key=lambda name: np.abs(colour - names[name]).sum()) for colour in seen]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("ending", [".jpg", ".png", ""])
def test_every_format_gives_the_same_picture_under_any_name(kind, ending, tmp_path):
    path = tmp_path / f"photo{ending}"
    path.write_bytes(file_of(four_colours(), kind))
    pixels = open_photo(path)
    assert pixels.shape == (48, 80, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels[12, 20].astype(int) - RED).max() < 20
    assert corners(pixels) == ["red", "blue", "green", "yellow"]
    assert np.array_equal(pixels, open_photo(path.read_bytes()))


def test_bytes_path_and_open_file_are_the_same(tmp_path):
    data = file_of(left_red_right_blue())
    path = tmp_path / "wrong_ending.txt"
    path.write_bytes(data)
    for source in (path, str(path), io.BytesIO(data), memoryview(data)):
        assert np.array_equal(open_photo(source), open_photo(data))


# How a picture was stored that EXIF's orientation brings upright.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(image: Image.Image, orientation: int, kind: str) -> bytes:
    """Return a file that shows this image to those who know its orientation."""
    turned = image if orientation == 1 else image.transpose(STORED[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    if kind == "HEIF":  # as phones write it: the turn is the container's own, and EXIF repeats it
        heif = pillow_heif.from_bytes(turned.mode, turned.size, turned.tobytes())
        heif[0].info["exif"] = exif.tobytes()
        target = io.BytesIO()
        heif.save(target)
        return target.getvalue()
    return file_of(turned, kind, exif=exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF", "AVIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", STORED)
def test_every_orientation_is_read_upright(kind, orientation):
    data = stored(four_colours(), orientation, kind)
    assert corners(open_photo(data)) == ["red", "blue", "green", "yellow"]
    opened = open_measured(data)
    assert (opened.rows, opened.columns) == (48, 80) == opened.pixels.shape[:2]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF", "AVIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_box_is_in_upright_pixels_whatever_the_orientation(kind, orientation):
    data = stored(four_colours(), orientation, kind)
    assert corners(open_photo(data, box=(24, 0, 24, 40))) == ["green"] * 4
    assert corners(open_photo(data, box=(0, 40, 48, 40))) == ["blue", "blue", "yellow", "yellow"]


@pytest.mark.parametrize("orientation", [0, 9, 200])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert corners(open_photo(file_of(four_colours(), "JPEG", exif=exif)))[0] == "red"


def test_two_pictures_in_one_jpeg_as_some_phones_write_them():
    data = file_of(four_colours(), "MPO", save_all=True, append_images=[Image.new("RGB", (80, 48))])
    assert corners(open_photo(data)) == ["red", "blue", "green", "yellow"]


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


def test_deep_grey_in_a_tiff_keeps_its_order():
    values = np.linspace(-2, 5, 256, dtype=np.float32).reshape(16, 16)
    pixels = open_photo(file_of(Image.fromarray(values), "TIFF"))
    assert (pixels[0, 0, 0], pixels[-1, -1, 0]) == (0, 255)
    assert (np.diff(pixels[..., 0].ravel().astype(int)) >= 0).all()
    assert code_of(file_of(Image.fromarray(np.full((16, 16), np.nan, np.float32)), "TIFF")) == "damaged"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "GIF"])
def test_one_bit_is_black_and_white(kind):
    image = Image.new("1", (16, 16), 1)
    image.paste(0, (4, 4, 8, 8))
    pixels = open_photo(file_of(image, kind))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[5, 5].tolist() == [0, 0, 0]


@pytest.mark.parametrize("kind", ["PNG", "HEIF", "AVIF", "WEBP", "TIFF"])
def test_alpha_is_kept_where_something_is_transparent(kind):
    image = four_colours().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    pixels = open_photo(file_of(image, kind))
    assert pixels.shape == (48, 80, 4)
    assert pixels[2, 5, 3] < 40
    assert pixels[-2, 5, 3] > 215


@pytest.mark.parametrize("kind", ["PNG", "HEIF", "WEBP", "JPEG"])
def test_grey_becomes_colour(kind):
    pixels = open_photo(file_of(Image.new("L", (32, 32), 77), kind))
    assert pixels.shape == (32, 32, 3)
    assert np.abs(pixels.astype(int) - 77).max() < 4


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


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_large_photo_is_reduced_with_its_proportions(kind, mode):
    opened = open_measured(file_of(four_colours(1501, 3002).convert(mode), kind))
    rows, columns, channels = opened.pixels.shape
    assert LEAST_SIDE <= columns <= WORKING_SIDE
    assert abs(columns - 2 * rows) <= 1
    assert channels == 3
    assert (opened.rows, opened.columns) == (1501, 3002)
    if mode == "RGB":
        assert corners(opened.pixels) == ["red", "blue", "green", "yellow"]


def test_reducing_in_bands_is_reducing_at_once(monkeypatch):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (2300, 2200, 3), np.uint8))
    data = file_of(noise, compress_level=0)
    at_once = open_photo(data)
    monkeypatch.setattr("inference.photo.BAND_PIXELS", 100_000)
    assert np.array_equal(open_photo(data), at_once)


def test_a_part_of_a_large_photo_keeps_its_detail():
    image = Image.new("RGB", (6000, 4000), RED)
    image.paste(BLUE, (5000, 3000, 5500, 3800))
    for kind in ("JPEG", "PNG", "WEBP"):
        pixels = open_photo(file_of(image, kind), box=(3000, 5000, 800, 500))
        assert pixels.shape == (800, 500, 3)
        assert corners(pixels) == ["blue"] * 4


def test_a_grey_array_becomes_rgb():
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert np.array_equal(open_photo(grey), np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("array", [np.zeros((28, 28)), np.zeros((28, 28, 2), np.uint8), np.zeros(28, np.uint8)])
def test_an_array_of_another_kind_is_refused(array):
    assert code_of(array) == "not_an_image"


@pytest.mark.parametrize("source", [None, 5, [1, 2], {}, io.StringIO("text"), Image.new("L", (9, 9)), object])
def test_what_is_no_photo_at_all_is_one_sentence(source):
    with pytest.raises(PhotoError, match="bytes, a path, an open binary file or an array") as caught:
        open_photo(source)
    assert caught.value.code == "not_an_image"


def test_a_path_or_a_file_that_cannot_be_opened_is_not_found():
    assert code_of("a\0b.png") == "not_found"
    closed = io.BytesIO(b"")
    closed.close()
    assert code_of(closed) == "not_found"


def test_what_is_no_image():
    assert code_of(b"") == "empty"
    assert code_of(b"hello, I am a text\n" * 20) == "not_an_image"
    assert code_of(b"%PDF-1.7 and so on") == "not_an_image"
    assert code_of(b"BMW built this car in " * 9) == "not_an_image"
    assert code_of(b"\0\0\0\x18ftypisom\0\0\0\0isommp42") == "not_an_image"  # a film


@pytest.mark.parametrize("kind", ["ICO", "PPM", "TGA", "PCX", "JPEG2000"])
def test_formats_that_are_not_listed_are_not_opened(kind):
    assert code_of(file_of(four_colours(48, 48), kind)) == "not_an_image"


def test_a_file_that_is_not_there(tmp_path):
    assert code_of(tmp_path / "none.png") == "not_found"
    assert code_of(tmp_path) == "not_found"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_file_is_called_damaged(kind, share):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8))
    data = file_of(image, kind)
    assert code_of(data[: max(20, int(share * len(data)))]) == "damaged"


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
@pytest.mark.parametrize("side", [30_000, 9_500, int(most_pixels() ** 0.5) + 1])
def test_a_bomb_is_refused_before_it_is_decoded(side):
    assert code_of(png_that_claims(side, side)) == "too_large"


def test_a_bomb_in_another_format_is_refused():
    gif = bytearray(file_of(Image.new("RGB", (16, 16)), "GIF"))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    assert code_of(bytes(gif)) == "too_large"
    bmp = bytearray(file_of(Image.new("RGB", (16, 16)), "BMP"))
    bmp[18:26] = struct.pack("<ii", 20_000, 20_000)
    assert code_of(bytes(bmp)) == "too_large"
    webp = bytearray(file_of(Image.new("RGB", (16, 16)), "WEBP"))
    webp[26:30] = struct.pack("<HH", 16_000, 16_000)
    assert code_of(bytes(webp)) in ("too_large", "damaged")


def test_a_bad_file_is_one_sentence_on_the_terminal_too(tmp_path):
    files = {
        "bomb.png": png_that_claims(9_700, 9_700),
        "half.tif": file_of(four_colours(), "TIFF", compression="tiff_lzw")[:-200],
        "half.webp": file_of(four_colours(), "WEBP")[:-100],
        "half.heic": file_of(four_colours(), "HEIF")[:-100],
        # Its picture cannot be decoded: what is left is a file of no pictures.
        "none.heic": file_of(four_colours(), "HEIF").replace(b"hvcC", b"xxxx"),
        "half.jpg": file_of(four_colours(), "JPEG")[:-300],
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    script = f"import sys; from command.cli import main; sys.exit(main(['predict', {str(tmp_path)!r}]))"
    done = subprocess.run([sys.executable, "-c", script], env=_environment(), capture_output=True, text=True)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(files)


@functools.cache
def good_file(kind: str) -> bytes:
    return file_of(left_red_right_blue(), kind)


@pytest.mark.filterwarnings("ignore")  # Pillow's own, about the damage
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_damaged_file_is_an_error_for_people_or_an_image(data):
    good = good_file(data.draw(st.sampled_from(FORMATS)))
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(broken[: data.draw(st.integers(1, len(broken)))])
    with contextlib.suppress(PhotoError):
        pixels = open_photo(broken)
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] in (3, 4)


# --- Memory ----------------------------------------------------------------------------------------------------


@needs_network
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak from Linux's /proc")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_fifty_megapixels_take_little_memory(kind, tmp_path):
    path = tmp_path / "large"
    image = Image.new("RGB", LARGE, (236, 232, 222))
    image.paste((32, 52, 120), (4000, 1200, 4500, 5000))  # a 1
    image.save(path, kind)
    peak = peak_of_predict(path)
    assert peak.mebibytes <= 400
    assert ": 1 (" in peak.answer


# --- A part of a photo, and turned -----------------------------------------------------------------------------


def test_a_quarter_turn_goes_counter_clockwise():
    picture = np.asarray(four_colours())
    assert corners(open_photo(picture, rotation=90)) == ["blue", "yellow", "red", "green"]
    assert corners(open_photo(picture, rotation=-90)) == ["green", "red", "yellow", "blue"]
    assert np.array_equal(open_photo(picture, rotation=180), picture[::-1, ::-1])
    assert np.array_equal(open_photo(picture, rotation=360), picture)


def test_any_other_turn_keeps_the_middle_and_all_of_the_picture():
    picture = np.full((101, 201, 3), 230, np.uint8)
    picture[48:53, 98:103] = 0
    picture[48:53, 190:195] = (200, 0, 0)  # on the right
    turned = open_photo(picture, rotation=30)
    rows, columns = turned.shape[:2]
    cosine, sine = math.cos(math.radians(30)), math.sin(math.radians(30))
    assert abs(columns - (201 * cosine + 101 * sine)) <= 1
    assert abs(rows - (201 * sine + 101 * cosine)) <= 1
    assert turned[rows // 2, columns // 2].max() < 60
    # Counter-clockwise: what was on the right goes up.
    assert turned[round(rows / 2 - 92 * sine), round(columns / 2 + 92 * cosine)].tolist()[1] < 60
    assert turned[0, 0].min() > 200  # the corners are paper


def test_the_box_comes_first_then_the_turn():
    picture = np.asarray(four_colours())
    turned = open_photo(picture, box=(0, 40, 48, 40), rotation=90)
    assert turned.shape == (40, 48, 3)
    assert corners(turned) == ["blue", "yellow", "blue", "yellow"]


@pytest.mark.parametrize(
    "box",
    [(0, 0, 0, 20), (0, 0, 20, -5), (-1, 0, 20, 20), (0, 70, 20, 20), (40, 0, 20, 20), (0, 0, 7, 20), (500, 0, 20, 20)],
)
def test_a_box_that_cannot_be_cut_out_is_one_sentence(box):
    for source in (np.asarray(four_colours()), file_of(four_colours()), file_of(four_colours(), "JPEG")):
        with pytest.raises(PhotoError) as caught:
            open_photo(source, box=box)
        assert caught.value.code == "bad_box"
        assert caught.value.message.endswith(".")


@pytest.mark.parametrize("box", [(1, 2, 3), "here", (0, 0, math.nan, 9), (0, 0, math.inf, 9), 5, (None,) * 4])
def test_what_is_no_box_is_one_sentence(box):
    with pytest.raises(PhotoError, match="four whole numbers"):
        open_photo(np.asarray(four_colours()), box=box)


@pytest.mark.parametrize("rotation", [math.nan, math.inf, -math.inf, "30", None, [1]])
def test_a_turn_by_no_number_is_one_sentence(rotation):
    with pytest.raises(PhotoError) as caught:
        open_photo(np.asarray(four_colours()), rotation=rotation)
    assert caught.value.code == "bad_rotation"


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(*[st.integers(0, 90)] * 4),
    st.sampled_from(sorted(STORED)),
    st.floats(-1e6, 1e6, allow_nan=False),
)
def test_every_box_in_the_photo_is_cut_out_whatever_the_turn(box, orientation, rotation):
    row, column, height, width = box
    inside = row + height <= 48 and column + width <= 80 and min(height, width) >= 8
    data = stored(four_colours(), orientation, "PNG")
    if not inside:
        assert_bad_box(data, box)
        return
    assert np.array_equal(open_photo(data, box=box), np.asarray(four_colours())[row:, column:][:height, :width])
    assert min(open_photo(data, box=box, rotation=rotation).shape[:2]) >= 8


def assert_bad_box(data: bytes, box: tuple[int, int, int, int]) -> None:
    with pytest.raises(PhotoError) as caught:
        open_photo(data, box=box)
    assert caught.value.code == "bad_box"


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


ALONE = Config(rembg="never")


@needs_network
@pytest.mark.parametrize(("digit", "distractor"), [(2, 8), (4, 3), (7, 0), (5, 6)])
def test_a_box_chooses_the_digit_beside_a_larger_one(digit, distractor, classifier):
    for kind in ("PNG", "JPEG"):
        data = file_of(Image.fromarray(two_digits(distractor, digit)), kind)
        assert read_digit(data, classifier, ALONE).prediction.digit == distractor
        assert read_digit(data, classifier, ALONE, box=(30, 930, 240, 240)).prediction.digit == digit


@needs_network
@pytest.mark.parametrize("rotation", [90, 30, -30, 180, -90])
@pytest.mark.parametrize("digit", [2, 4, 5, 7])
def test_a_turned_digit_is_read_upright(digit, rotation, classifier):
    sheet = two_digits(8, digit, rotation)
    reading = read_digit(sheet, classifier, ALONE, box=(30, 930, 240, 240), rotation=rotation)
    assert (reading.verdict, reading.prediction.digit) == ("digit", digit)


def test_a_zip_is_called_one():
    with pytest.raises(PhotoError, match="is a ZIP and not a photo: unpack it") as caught:
        open_photo(b"PK\x03\x04" + bytes(40))
    assert caught.value.code == "not_an_image"
