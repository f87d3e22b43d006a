"""How the server keeps uploads off the disk, and gives memory back: a free cloud machine has little of it."""

import ctypes
import sys
from functools import lru_cache

from starlette.formparsers import MultiPartParser

M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
LARGE_BLOCK = 4_000_000  # bytes


@lru_cache(maxsize=1)
def return_large_blocks() -> bool:
    """Have glibc return every freed block of LARGE_BLOCK or more to the system at once; tell whether it will.

    Left alone, glibc raises its threshold with each large block that is freed, and then keeps the buffers of images
    and of rembg's network. `make benchmark` measures what that is worth. Elsewhere than on glibc nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK))


def keep_uploads_in_memory() -> None:
    """Have Starlette, which receives the uploads of Streamlit and of the API, never put one into a temporary file.

    Left alone, it writes what is larger than 1 MB to the disk. The limits of uploads bound the memory instead.
    """
    MultiPartParser.spool_max_size = 0
