"""How much DigitLens takes on at once: every limit in one place, each settable by an environment variable.

README.md lists them in the words of ``meaning``.
"""

import os
from dataclasses import dataclass, field, fields

MEBIBYTE = 1024 * 1024


class LimitError(ValueError):
    """A limit is set to something that is no limit; the message is one sentence that names the variable."""


def _cores() -> int:
    """Return how many cores this process may use: in a container, often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _limit(default: int, meaning: str):
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Limits:
    """Every limit. The variable ``DIGITLENS_`` + the name in capitals sets it: ``DIGITLENS_UPLOAD_MB=8``."""

    upload_mb: int = _limit(16, "the largest photo in MiB, also inside a ZIP")
    megapixels: int = _limit(60, "the largest photo once decoded, in millions of pixels")
    batch_mb: int = _limit(64, "the largest request to `/api/batch` in MiB")
    batch_files: int = _limit(200, "photos in a batch, those inside a ZIP counted")
    zip_mb: int = _limit(256, "what a ZIP may unpack to in MiB")
    zip_ratio: int = _limit(100, "how many times its own size a ZIP may unpack to, beyond one photo's limit")
    predictions: int = field(default_factory=_cores, metadata={"meaning": "predictions at the same time"})
    queue: int = _limit(16, "requests that wait for these; more are sent away with 503")
    memory_mb: int = _limit(256, "uploads held in memory in MiB, all requests together")
    seconds: int = _limit(30, "for an upload to arrive, and again for its answer")

    @classmethod
    def from_environment(cls) -> "Limits":
        """Return the limits with what the environment sets; raise LimitError where that is no whole number from 1."""
        chosen = {}
        for limit in fields(cls):
            variable = f"DIGITLENS_{limit.name.upper()}"
            text = os.environ.get(variable)
            if text:
                chosen[limit.name] = _whole_number(variable, text)
        return cls(**chosen)


def frame_ancestors() -> str:
    """Return who may show the pages inside theirs, as in CSP: ``DIGITLENS_FRAME_ANCESTORS``, or these pages alone.

    Raises LimitError where it could not stand in a header, or would end the rule that it stands in.
    """
    text = os.environ.get("DIGITLENS_FRAME_ANCESTORS") or "'self'"
    if not (text.isascii() and text.isprintable()) or set(text) & set(";,"):
        raise LimitError(
            f"DIGITLENS_FRAME_ANCESTORS must be addresses with spaces between them, as in 'self' https://example.org,"
            f" not {text!r}."
        )
    return text


def _whole_number(variable: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise LimitError(f"{variable} must be a whole number from 1 on, not {text!r}.")
    return int(text)
