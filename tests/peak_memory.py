"""How much memory one ``digitlens predict`` takes for a photo of 50 megapixels: ``python -m tests.peak_memory``.

Linux only. Each line is a fresh process: its own peak of resident memory.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image

from inference.samples import photo

LARGE = 8160, 6120  # columns and rows, as a phone of 50 megapixels has them
GOAL = 400  # MiB
FILES = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG, progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "PNG": ("PNG", {"compress_level": 1}),
    "HEIC": ("HEIF", {"quality": 60}),
    "AVIF": ("AVIF", {"speed": 10}),
    "WebP": ("WEBP", {"method": 0}),
    "TIFF": ("TIFF", {}),
    "TIFF, LZW": ("TIFF", {"compression": "tiff_lzw"}),
    "BMP": ("BMP", {}),
}
# The peak of this very program; what its parent took before it began is not in it, as it would be in ru_maxrss.
PROGRAM = """
import sys
from command.cli import main
main(["predict", sys.argv[1]])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@dataclass(frozen=True)
class Peak:
    """The peak of resident memory, and the line that the command answered."""

    mebibytes: int
    answer: str


def peak_of_predict(path: Path) -> Peak:
    """Run ``digitlens predict`` on a file."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROGRAM, str(path)]
    answer, peak = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )[:2]
    return Peak(int(peak) // 1024, answer)


def main() -> None:
    pillow_heif.register_heif_opener()
    columns, rows = LARGE
    image = Image.fromarray(photo(5, rows, columns))
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, options) in FILES.items():
            path = Path(folder, "photo")
            image.save(path, kind, **options)
            peak = peak_of_predict(path)
            over = "" if peak.mebibytes <= GOAL else f"  over {GOAL}"
            print(f"{name:18} {path.stat().st_size / 2**20:6.1f} MiB file {peak.mebibytes:5} MiB{over}", flush=True)


if __name__ == "__main__":
    main()
