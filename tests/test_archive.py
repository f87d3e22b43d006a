"""ZIPs: what is taken out, what is refused, and that what they say of themselves is not believed."""

import io
import zipfile
from dataclasses import fields

import pytest

from command.given import given_files
from inference import PhotoError, open_photo
from inference.archive import is_zip, photos_in, shown_name
from inference.limits import MEBIBYTE, LimitError, Limits
from inference.samples import encoded
from tests.drawn import drawing
from training.serving import ROOT
from training.stress.files import zip_of


def taken(data: bytes, **limits) -> list[tuple[str, bytes | str]]:
    """Return what comes out of a ZIP, an error by its code."""
    photos = photos_in(data, Limits(**limits))
    return [(name, photo.code if isinstance(photo, PhotoError) else photo) for name, photo in photos]


def test_photos_come_out_in_order_without_what_file_managers_add():
    files = [("b/2.png", b"two"), ("__MACOSX/b/._2.png", b"x"), ("a.png", b"one"), (".DS_Store", b"x"), ("d/", b"")]
    packed = zip_of(files)
    assert is_zip(packed)
    assert taken(packed) == [("b/2.png", b"two"), ("a.png", b"one")]


BESIDE = [
    ("notes.txt", b"no image"),
    ("empty", b""),
    ("page.pdf", b"%PDF-1.4"),
    ("inner.zip", zip_of([("a.png", b"x")])),
    ("large.csv", b"1," * MEBIBYTE),
    ("deep/._seven.png", b"\0\5\26\7"),
]
PHOTOS = [("broken.png", b""), ("seven", encoded(drawing(7))), ("text.jpg", b"no image"), ("x.ICO", b"no image")]


def test_a_zip_and_a_folder_pass_over_the_same(tmp_path):
    for name, data in BESIDE + PHOTOS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    in_zip = [name for name, _ in photos_in(zip_of(BESIDE + PHOTOS), Limits(upload_mb=1, zip_ratio=10_000))]
    in_folder = []
    for file in given_files([str(tmp_path)]):
        try:
            open_photo(file.path)
        except PhotoError as error:
            if file.is_passed_over(error):
                continue
        in_folder.append(file.path.name)
    assert in_zip == in_folder == [name for name, _ in PHOTOS]


@pytest.mark.parametrize("files", [[], [("d/", b"")], [("__MACOSX/._a.png", b"x")], BESIDE])
def test_a_zip_without_a_photo_is_one_sentence(files):
    with pytest.raises(PhotoError, match="no photo in the ZIP") as caught:
        taken(zip_of(files), zip_ratio=10_000)
    assert caught.value.code == "no_photo"


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"PK\x05\x06", zip_of([("a", bytes(900))])[:-30], b"PK\x03\x04" + bytes(99)]
)
def test_a_broken_zip_is_one_sentence(data):
    with pytest.raises(PhotoError, match="ZIP is damaged") as caught:
        taken(data)
    assert caught.value.code == "damaged_zip"


def test_too_many_files_are_refused():
    packed = zip_of([(f"{number}.png", b"x") for number in range(6)])
    assert len(taken(packed, batch_files=6)) == 6
    with pytest.raises(PhotoError, match="more than 5 files"):
        taken(packed, batch_files=5)


def test_what_unpacks_to_too_much_is_refused_by_size_and_by_ratio():
    blank = zip_of([(f"{number}.bmp", bytes(MEBIBYTE)) for number in range(4)])
    assert len(taken(blank, upload_mb=4)) == 4
    with pytest.raises(PhotoError, match="unpacks to too much"):
        taken(blank, upload_mb=1, zip_mb=3)
    with pytest.raises(PhotoError, match="unpacks to too much"):
        taken(blank, upload_mb=1, zip_ratio=100)


def test_one_large_file_does_not_spoil_the_others():
    large = b"\xff\xd8\xff" + bytes(2 * MEBIBYTE)
    assert taken(zip_of([("large", large), ("a.png", b"a")]), upload_mb=1, zip_ratio=10_000) == [
        ("large", "too_large"),
        ("a.png", b"a"),
    ]


def test_damaged_locked_and_oddly_packed_files_are_named():
    packed = bytearray(zip_of([("damaged", b"0123456789" * 9), ("a.png", b"a")]))
    packed[packed.index(b"damaged") + 9] ^= 0xFF
    assert taken(bytes(packed)) == [("damaged", "damaged"), ("a.png", b"a")]
    locked = bytearray(zip_of([("locked", b"x")]))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert taken(bytes(locked)) == [("locked", "encrypted")]
    odd = io.BytesIO()
    with zipfile.ZipFile(odd, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("odd", b"x")
    assert taken(odd.getvalue()) == [("odd", "damaged")]


def test_a_name_is_only_shown():
    assert shown_name("a\0b\n\u202ec.png") == "abc.png"
    assert len(shown_name("x" * 10_000)) == 200


def test_limits_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("DIGITLENS_UPLOAD_MB", "5")
    assert Limits.from_environment() == Limits(upload_mb=5)


def test_the_readme_lists_every_limit():
    readme = (ROOT / "README.md").read_text()
    for limit in fields(Limits):
        default = "the cores" if limit.name == "predictions" else limit.default
        assert f"| `DIGITLENS_{limit.name.upper()}` | {default} | {limit.metadata['meaning']} |" in readme


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "٣"])
def test_a_wrong_limit_is_named(monkeypatch, text):
    monkeypatch.setenv("DIGITLENS_QUEUE", text)
    with pytest.raises(LimitError, match="DIGITLENS_QUEUE must be a whole number"):
        Limits.from_environment()
