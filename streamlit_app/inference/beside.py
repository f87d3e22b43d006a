"""What lies beside photos in a folder or a ZIP and is passed over: one rule for both.

What a person names or sends itself is answered, whatever it is.
"""

from pathlib import PurePath

from inference.photo import PhotoError

NO_IMAGE = ("not_an_image", "empty")
# The endings of images: those that are read, others, and cameras' own. A list of ours: each system's is another.
IMAGE_ENDINGS = (
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".heic", ".heif", ".avif", ".webp", ".gif", ".bmp", ".dib", ".tif"}
    | {".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".ico", ".pcx", ".tga", ".svg", ".jp2", ".j2k", ".jxl", ".psd"}
    | {".xcf", ".exr", ".hdr", ".qoi", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"}
)
# A Mac keeps what it knows of a file in a second one beside it, on a stick and in a ZIP.
MACS_OWN = "._"


def is_passed_over(name: str, error: PhotoError) -> bool:
    """Tell whether why a file cannot be read is no word worth: it is no image, and its name does not say it is one."""
    path = PurePath(name)
    is_named_as_image = path.suffix.lower() in IMAGE_ENDINGS and not path.name.startswith(MACS_OWN)
    return error.code in NO_IMAGE and not is_named_as_image
