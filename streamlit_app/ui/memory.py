"""How the server gives memory back: a free cloud machine has little of it."""

import ctypes
import sys

import streamlit as st

M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
LARGE_BLOCK = 4_000_000  # bytes


@st.cache_resource(show_spinner=False)
def return_large_blocks() -> bool:
    """Have glibc return every freed block of LARGE_BLOCK or more to the system at once; tell whether it will.

    Left alone, glibc raises its threshold with each large block that is freed, and then keeps the buffers of images
    and of rembg's network. `make benchmark` measures what that is worth. Elsewhere than on glibc nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK))
