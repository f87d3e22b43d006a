"""Bad files: valid ones of every format, made by our own code, and then damaged in every way; and bombs.

The same number gives the same file everywhere.
"""

import io
import struct
import zipfile
import zlib
from functools import lru_cache

import numpy as np
import pillow_heif
from PIL import Image

from inference.samples import drawing, photo

MEBIBYTE = 1024 * 1024
# Names that somebody hopes will be taken for a path, for HTML, or for a header.
NAMES = (
    "photo.png",
    "../../../../etc/passwd",
    "..\\..\\windows\\system.ini",
    "/etc/passwd",
    "C:\\photo.png",
    "<script>alert(1)</script>.png",
    '"><img src=x onerror=alert(1)>.png',
    "a%0ab.png",
    "\u202egnp.exe",
    "ü" * 500,
    "%00.png",
    "nul",
    ".",
    "",
)
EXTREMES = (
    b"\x00" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80\x00\x00\x00",
    b"\x00\x00\xff\xff",
)


@lru_cache(maxsize=1)
def valid_files() -> tuple[tuple[str, bytes], ...]:
    """Return small valid files, (name, bytes), of every format and its kinds."""
    rgba = Image.fromarray(drawing(3, side=60))
    rgb = Image.fromarray(photo(5, 64, 80))
    grey = rgb.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [Image.fromarray(drawing(digit, side=40)).convert("RGB") for digit in (1, 2, 3)]
    kinds = [
        ("rgb.png", rgb, {}),
        ("rgba.png", rgba, {}),
        ("palette.png", rgb.quantize(16), {}),
        ("bits.png", grey.convert("1"), {}),
        ("deep.png", deep, {}),
        ("grey_alpha.png", grey.convert("LA"), {}),
        ("baseline.jpg", rgb, {"quality": 80}),
        ("progressive.jpg", rgb, {"progressive": True}),
        ("grey.jpg", grey, {}),
        ("cmyk.jpg", rgb.convert("CMYK"), {}),
        ("turned.jpg", rgb, {"exif": exif}),
        ("lossy.webp", rgb, {}),
        ("lossless.webp", rgba, {"lossless": True}),
        ("animated.webp", frames[0], {"save_all": True, "append_images": frames[1:]}),
        ("still.gif", rgb.quantize(32), {}),
        ("animated.gif", frames[0], {"save_all": True, "append_images": frames[1:]}),
        ("rgb.bmp", rgb, {}),
        ("palette.bmp", rgb.quantize(16), {}),
        ("bits.bmp", grey.convert("1"), {}),
        ("alpha.bmp", rgba, {}),
        ("raw.tif", rgb, {}),
        ("lzw.tif", rgb, {"compression": "tiff_lzw"}),
        ("deflate.tif", rgb, {"compression": "tiff_adobe_deflate"}),
        ("jpeg.tif", rgb, {"compression": "jpeg"}),
        ("packbits.tif", grey, {"compression": "packbits"}),
        ("group4.tif", grey.convert("1"), {"compression": "group4"}),
        ("deep.tif", deep, {}),
        ("float.tif", Image.fromarray(np.asarray(grey).astype(np.float32)), {}),
        ("pages.tif", frames[0], {"save_all": True, "append_images": frames[1:]}),
    ]
    pillow_heif.register_heif_opener()
    kinds += [("rgb.heic", rgb, {}), ("rgba.heic", rgba, {}), ("rgb.avif", rgb, {}), ("rgba.avif", rgba, {})]
    files = []
    for name, image, settings in kinds:
        file = io.BytesIO()
        image.save(file, Image.registered_extensions()[f".{name.rsplit('.')[-1]}"], **settings)
        files.append((name, file.getvalue()))
    return tuple(files)


def damaged_file(number: int) -> tuple[str, bytes]:
    """Return the damaged file of this number: its name says what it was."""
    rng = np.random.default_rng([2026, number])
    files = valid_files()
    name, data = files[number % len(files)]
    changed = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        damage = DAMAGES[rng.integers(len(DAMAGES))]
        changed = damage(changed, rng) or bytearray(b"\x00")
    return f"{number}_{name}", bytes(changed)


def _flip_bits(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(0, len(data), rng.integers(1, 20)):
        data[place] ^= 1 << rng.integers(8)
    return data


def _flip_in_head(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(0, min(len(data), 64), rng.integers(1, 6)):
        data[place] = rng.integers(256)
    return data


def _set_extreme(data: bytearray, rng: np.random.Generator) -> bytearray:
    place = rng.integers(0, max(1, min(len(data), 400) - 4))
    data[place : place + 4] = EXTREMES[rng.integers(len(EXTREMES))]
    return data


def _cut(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[: rng.integers(0, len(data))]


def _remove(data: bytearray, rng: np.random.Generator) -> bytearray:
    start = rng.integers(0, len(data))
    del data[start : start + rng.integers(1, 200)]
    return data


def _insert(data: bytearray, rng: np.random.Generator) -> bytearray:
    place = rng.integers(0, len(data))
    data[place:place] = rng.bytes(rng.integers(1, 200))
    return data


def _repeat(data: bytearray, rng: np.random.Generator) -> bytearray:
    start = rng.integers(0, len(data))
    part = data[start : start + rng.integers(1, 400)]
    data[start:start] = bytes(part) * int(rng.integers(1, 20))
    return data


def _blank(data: bytearray, rng: np.random.Generator) -> bytearray:
    start = rng.integers(0, len(data))
    part = data[start : start + rng.integers(1, 400)]
    data[start : start + len(part)] = bytes([rng.choice([0, 255])]) * len(part)
    return data


def _join(data: bytearray, rng: np.random.Generator) -> bytearray:
    files = valid_files()
    other = files[rng.integers(len(files))][1]
    return data[: rng.integers(1, len(data) + 1)] + other[rng.integers(len(other)) :]


DAMAGES = (_flip_bits, _flip_in_head, _set_extreme, _cut, _remove, _insert, _repeat, _blank, _join)


def bombs() -> dict[str, bytes]:
    """Return small files that would take much memory or time if they were believed, by name."""
    return {
        "sides.png": png(60_000, 60_000),
        "most_sides.png": png(2**31 - 1, 2**31 - 1),
        "text.png": png(64, 64, [(b"zTXt", b"a\0\0" + zlib.compress(bytes(64 * MEBIBYTE), 9))]),
        "profile.png": png(64, 64, [(b"iCCP", b"a\0\0" + zlib.compress(bytes(64 * MEBIBYTE), 9))]),
        "too_much_data.png": png(64, 64, data=zlib.compress(bytes(64 * MEBIBYTE), 9)),
        "sides.gif": b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6) + _gif_frame(65_535),
        "frames.gif": _many_frames(20_000),
        "sides.tif": tiff(50_000, 50_000),
        "strips.tif": tiff(64, 64, strips=2**28),
        "endless.tif": tiff(64, 64, next_directory=8),
        "sides.bmp": b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + _bmp_head(100_000, 100_000),
        "most_sides.bmp": b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + _bmp_head(2**31 - 1, -(2**31) + 1),
        "sides.webp": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + b"\xff" * 6,
        "sides.heic": _heif_of("rgb.heic", 60_000, 60_000),
        "most_sides.heic": _heif_of("rgb.heic", 2**32 - 1, 2**32 - 1),
        "sides.avif": _heif_of("rgb.avif", 60_000, 60_000),
        "most_sides.avif": _heif_of("rgb.avif", 2**31 - 1, 2**31 - 1),
        "items.heic": _heif_with_items(2**16 - 1),
        "sides.jpg": _jpeg_of(65_500, 65_500),
        "scans.jpg": many_scans(4_000, 3_000),
    }


def zip_bombs() -> dict[str, bytes]:
    """Return ZIPs that would unpack to too much, or that lie about it, by name."""
    blank = bytes(8 * MEBIBYTE)
    return {
        "large.zip": zip_of([(f"{number}.bmp", blank) for number in range(10)]),
        "many.zip": zip_of([(f"{number}.png", b"") for number in range(5_000)]),
        "nested.zip": zip_of([("inner.zip", zip_of([("0.bmp", blank)]))]),
        "liar.zip": _with_small_sizes(zip_of([("0.bmp", bytes(20 * MEBIBYTE))])),
        "same.zip": _overlapping(100),
        "cut.zip": zip_of([("0.png", blank)])[:-40],
        "empty.zip": zip_of([]),
        "paths.zip": zip_of([("../../evil.png", b"x"), ("/etc/passwd", b"x"), ("<b>.png", b"x"), ("C:\\a.png", b"x")]),
    }


def png(columns: int, rows: int, chunks: list[tuple[bytes, bytes]] = (), data: bytes | None = None) -> bytes:
    """Return a PNG that says it has these sides, with these chunks before its data."""
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    if data is None:
        data = zlib.compress(bytes(1000))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def tiff(columns: int, rows: int, strips: int = 1, next_directory: int = 0) -> bytes:
    """Return a TIFF that says it has these sides and so many strips."""
    entries = [(256, 4, 1, columns), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, strips, 8), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, strips, 100)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", next_directory) + bytes(200)


def zip_of(files: list[tuple[str, bytes]]) -> bytes:
    """Return a ZIP of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return packed.getvalue()


def _gif_frame(side: int) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00;"


def _many_frames(count: int) -> bytes:
    image = _gif_frame(10)[:-1]
    return b"GIF89a" + struct.pack("<HHBBB", 10, 10, 0x80, 0, 0) + bytes(6) + image * count + b";"


def _bmp_head(columns: int, rows: int) -> bytes:
    return struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(16)


def _jpeg_of(columns: int, rows: int) -> bytes:
    data = bytearray(dict(valid_files())["baseline.jpg"])
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", rows, columns)
    return bytes(data)


def _heif_of(name: str, columns: int, rows: int) -> bytes:
    """Return a HEIF or AVIF that says, wherever it says it, that it has these sides (ISO/IEC 23008-12, ispe)."""
    data = bytearray(dict(valid_files())[name])
    place = data.find(b"ispe")
    while place >= 0:
        data[place + 8 : place + 16] = struct.pack(">II", columns, rows)
        place = data.find(b"ispe", place + 4)
    return bytes(data)


def _heif_with_items(count: int) -> bytes:
    """Return a HEIF that says that it has so many images (ISO/IEC 14496-12, iinf)."""
    data = bytearray(dict(valid_files())["rgb.heic"])
    place = data.index(b"iinf")
    data[place + 8 : place + 10] = struct.pack(">H", count)
    return bytes(data)


def many_scans(side: int, count: int) -> bytes:
    """Return a progressive JPEG, (side, side), whose last scan is there so many times more."""
    file = io.BytesIO()
    Image.new("L", (side, side), 200).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * count + data[-2:]


def _with_small_sizes(data: bytes) -> bytes:
    """Let every entry of a ZIP say that it unpacks to 1,000 bytes."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + offset : place + offset + 4] = struct.pack("<I", 1000)
            place = changed.find(signature, place + 4)
    return bytes(changed)


def _overlapping(count: int) -> bytes:
    """Return a ZIP whose entries all share the same packed data, as in D. Fifield, "A better zip bomb", 2019."""
    packed = zip_of([("0.bmp", bytes(8 * MEBIBYTE))])
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = packed[start:end]
    ending = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, count * len(entry), start, 0)
    return packed[:start] + entry * count + ending
