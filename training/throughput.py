"""Measure the command on thousands of files: ``python -m training.throughput``. Writes models/throughput.json.

``digitlens predict`` beside a plain loop over read_digit and beside the reference's way (training/reference.py), on the
same files, made by inference/samples.py: photos of two sizes and drawings. Then the command alone on more and more
files: the time should grow with their number, and the peak of memory should not.

The ways take turns in ROUNDS parts of the files, so that a busy spell of the machine meets each of them. Every part is
a process of its own and its start counts, as it does for a person. Not so the reference's: it starts for most of a
minute, and as it is slow it reads only a few of the files of each part.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from inference.classifier import DEFAULT_NETWORK, models_folder
from inference.cutout import is_available
from inference.samples import drawing, encoded, photo
from training.machine import machine

FILES = 5_000
GROWTH = (100, 500, 1_000, 2_500, 5_000)
ROUNDS = 5
REFERENCE_FILES = 20  # in each round
COMMAND, LOOP, REFERENCE = "digitlens predict", "a loop over read_digit", "the reference's way"

# Each program reads the files of a folder, one after the other, and prints the seconds that do not count and, last, its
# own peak of memory in KiB; what its parent took before it began is not in it, as it would be in ru_maxrss.
PEAK = 'print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))'
PROGRAMS = {
    COMMAND: f"""
import os, sys
from command.cli import main
status = main(["predict", "--rembg", "never", sys.argv[1], "--out", sys.argv[2]])
print(0)
{PEAK}
sys.exit(status)
""",
    LOOP: f"""
import sys
from pathlib import Path
from inference import Classifier, Config, read_digit
classifier, config = Classifier(), Config(rembg="never")
for path in sorted(Path(sys.argv[1]).iterdir()):
    read_digit(path, classifier, config)
print(0)
{PEAK}
""",
    REFERENCE: f"""
import sys, time
from pathlib import Path
started = time.perf_counter()
from inference.classifier import models_folder
from training.evaluation.probabilities import keras_model
from training.reference import Reference
reference = Reference(keras_model(models_folder() / "{DEFAULT_NETWORK}.keras"))
paths = sorted(Path(sys.argv[1]).iterdir())
reference.read(paths[0].read_bytes())
print(time.perf_counter() - started)
for path in paths:
    reference.read(path.read_bytes())
{PEAK}
""",
}


@dataclass(frozen=True)
class Run:
    """What one program did: how many files, in how many seconds, and its peak of resident memory in MiB."""

    way: str
    files: int
    seconds: float
    peak_mib: int

    @property
    def rate(self) -> float:
        """Files a second."""
        return self.files / self.seconds


def make_files(folder: Path, count: int) -> list[Path]:
    """Write photos 640×480 and 1600×1200 and drawings, in turn, and return them in order."""
    paths = []
    for number in range(count):
        digit = number % 10
        if number % 3 == 0:
            name, data = f"{number:06}.png", encoded(drawing(digit, seed=number))
        else:
            rows, columns = ((480, 640), (1200, 1600))[number % 3 - 1]
            name, data = f"{number:06}.jpg", encoded(photo(digit, rows, columns, seed=number), ".jpg")
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    return paths


def run(way: str, paths: list[Path]) -> Run:
    """Have a program read these files, linked into a folder of their own."""
    with tempfile.TemporaryDirectory(dir=paths[0].parent.parent) as folder:
        photos = Path(folder, "photos")
        photos.mkdir()
        for path in paths:
            os.link(path, photos / path.name)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", PROGRAMS[way], str(photos), str(Path(folder, "answers.csv"))]
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"{way} ended with {done.returncode}:\n{done.stderr}")
        if way == COMMAND:
            answers = Path(folder, "answers.csv").read_text(encoding="utf-8").count("\n") - 1
            if answers != len(paths):
                raise SystemExit(f"{way} wrote {answers} rows for {len(paths)} files.")
    *_, not_counted, peak = done.stdout.split()
    return Run(way, len(paths), round(seconds - float(not_counted), 2), int(peak) // 1024)


def compare(paths: list[Path], ways: dict[str, int]) -> list[Run]:
    """Let the ways take turns in ROUNDS parts of the files; ``ways``: each with how many files of a part it reads."""
    size = -(-len(paths) // ROUNDS)
    parts = [paths[start : start + size] for start in range(0, len(paths), size)]
    runs = []
    for part in parts:
        for way, count in ways.items():
            runs.append(run(way, part[:count]))
            print(f"{way:24} {runs[-1].files:6} files {runs[-1].rate:8.1f} a second", flush=True)
    return runs


def summed(runs: list[Run]) -> list[dict]:
    """Return a row a way: its files, seconds, rate, peak, and how many times the rate of the others it has."""
    ways = list(dict.fromkeys(one.way for one in runs))
    rows = []
    for way in ways:
        own = [one for one in runs if one.way == way]
        files, seconds = sum(one.files for one in own), sum(one.seconds for one in own)
        rate, peak = round(files / seconds, 2), max(one.peak_mib for one in own)
        rows.append({"way": way, "files": files, "seconds": round(seconds, 2), "rate": rate, "peak_mib": peak})
    return [{**row, "command_is_times_faster": round(rows[0]["rate"] / row["rate"], 2)} for row in rows]


def growth(runs: list[Run]) -> dict:
    """Return how time and memory grow with the number of files, from the fewest to the most.

    A straight line is laid through the seconds, by least squares on their relative errors; ``start_seconds`` is where
    it begins, ``largest_deviation`` how far a run is from it. ``peak_growth`` is the last peak beside the first.
    """
    files, seconds = (np.array([getattr(one, name) for one in runs], float) for name in ("files", "seconds"))
    line = np.polyfit(files, seconds, 1, w=1 / seconds) if len(runs) > 1 else (seconds[0] / files[0], 0.0)
    return {
        "runs": [asdict(one) for one in runs],
        "start_seconds": round(float(line[1]), 3),
        "ms_per_file": round(1000 * float(line[0]), 3),
        "largest_deviation": round(float(np.abs(np.polyval(line, files) / seconds - 1).max()), 4),
        "peak_growth": round(runs[-1].peak_mib / runs[0].peak_mib - 1, 4),
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.throughput", description=__doc__.split("\n\n")[0])
    parser.add_argument("--files", type=int, default=FILES, help="%(default)s")
    parser.add_argument("--no-reference", action="store_true", help="leave out the reference's way")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go (models/throughput.json)")
    options = parser.parse_args(arguments)
    path = options.json or models_folder() / "throughput.json"
    if options.files < 1:
        parser.error("--files must be 1 or more")
    if not path.parent.is_dir():  # said before minutes of work
        parser.error(f"there is no folder {path.parent} for the figures")
    ways = {COMMAND: options.files, LOOP: options.files}
    if is_available() and not options.no_reference:
        ways[REFERENCE] = REFERENCE_FILES
    result = {"date": date.today().isoformat(), "made_by": "python -m training.throughput", "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "all").mkdir()
        paths = make_files(Path(folder) / "all", options.files)
        result["ways"] = summed(compare(paths, ways))
        counts = (*(count for count in GROWTH if count < len(paths)), len(paths))
        result["growth"] = growth([run(COMMAND, paths[:count]) for count in counts])
    for row in result["ways"]:
        times = f"{row['command_is_times_faster']:.1f} times slower" if row["way"] != COMMAND else ""
        print(f"{row['way']:24} {row['rate']:8.1f} files a second, peak {row['peak_mib']} MiB  {times}".rstrip())
    grown = result["growth"]
    for one in grown["runs"]:
        print(f"{one['files']:6} files in {one['seconds']:7.1f} s, peak {one['peak_mib']} MiB")
    print(
        f"a start of {grown['start_seconds']:.2f} s and {grown['ms_per_file']:.1f} ms a file: no run is further than"
        f" {grown['largest_deviation']:.0%} from that; the peak of memory grows by {grown['peak_growth']:+.0%}"
    )
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
