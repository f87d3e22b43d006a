"""Photos in a ZIP, taken out without trust: in memory, one at a time, and a bomb is refused before it unpacks."""

import io
import zipfile
from collections.abc import Iterator

from inference.beside import is_passed_over
from inference.limits import MEBIBYTE, Limits
from inference.photo import HEAD_BYTES, PhotoError, no_image

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
DIRECTORY_ENTRY = b"PK\x01\x02"
# What file managers put into a ZIP beside the photos.
NOT_GIVEN = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LONGEST_NAME = 200


def is_zip(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a ZIP."""
    return data[:4] in SIGNATURES


def photos_in(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | PhotoError]]:
    """Yield each photo of a ZIP: its name, fit to be shown, and its bytes, or why it cannot be taken out. What is no
    image is passed over, as in a folder.

    Raises PhotoError before the first one where the ZIP as a whole is refused, with ``code`` damaged_zip,
    too_many_files or zip_too_large; and at the end, with no_photo, where there was none. What a ZIP says
    of itself is not believed: sizes are counted while unpacking too.
    """
    # The directory is parsed whole: a million entries would take the memory that the limits protect.
    if data.count(DIRECTORY_ENTRY) > 2 * limits.batch_files + len(NOT_GIVEN):
        raise _too_many(limits)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and _is_given(entry.filename)]
    except Exception as error:  # a damaged directory raises many kinds
        raise PhotoError("damaged_zip", "The ZIP is damaged or incomplete: make or send it again.") from error
    if len(entries) > limits.batch_files:
        raise _too_many(limits)
    most = min(limits.zip_mb * MEBIBYTE, max(limits.upload_mb * MEBIBYTE, limits.zip_ratio * len(data)))
    if sum(entry.file_size for entry in entries) > most:
        raise _too_large(limits)
    return _unpacked(archive, entries, limits, most)


def shown_name(name: str) -> str:
    """Return a file's name as it may be shown: printable, and not endless. It is never used as a path."""
    return "".join(character for character in name if character.isprintable())[-LONGEST_NAME:]


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits, most: int
) -> Iterator[tuple[str, bytes | PhotoError]]:
    unpacked, has_photos = 0, False
    for entry in entries:
        photo = _read(archive, entry, limits)
        if isinstance(photo, bytes):
            unpacked += len(photo)
            if unpacked > most:
                photo = _too_large(limits)
        problem = no_image(photo[:HEAD_BYTES]) if isinstance(photo, bytes) else photo
        if problem and is_passed_over(entry.filename, problem):
            continue
        has_photos = True
        yield shown_name(entry.filename), photo
    if not has_photos:
        raise PhotoError("no_photo", "There is no photo in the ZIP: put photos into it, or send them as they are.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> bytes | PhotoError:
    if entry.flag_bits & 0x1:
        return PhotoError("encrypted", "This file is locked with a password: make the ZIP without one.")
    if entry.compress_type not in METHODS:
        return PhotoError("damaged", "This file is packed in an unusual way: make the ZIP with the usual settings.")
    try:
        with archive.open(entry) as file:
            data = file.read(limits.upload_mb * MEBIBYTE + 1)
    except Exception:  # as above
        return PhotoError("damaged", "This file in the ZIP is damaged: make or send the ZIP again.")
    if len(data) > limits.upload_mb * MEBIBYTE:
        return no_image(data[:HEAD_BYTES]) or PhotoError(
            "too_large", f"This file is larger than {limits.upload_mb} MB: send a smaller one."
        )
    return data


def _is_given(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not any(part in NOT_GIVEN or part.startswith("._") for part in parts)


def _too_many(limits: Limits) -> PhotoError:
    return PhotoError("too_many_files", f"There are more than {limits.batch_files} files: send them in several parts.")


def _too_large(limits: Limits) -> PhotoError:
    return PhotoError("zip_too_large", f"The ZIP unpacks to too much (at most {limits.zip_mb} MB): send a smaller one.")
