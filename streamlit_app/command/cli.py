"""What ``digitlens`` takes, and how it ends: its sub-commands, their options, and an exit status for every trouble."""

import argparse
import math
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from command import answering, measuring, serving
from command.answers import CSV, JSON, AnswersError
from command.ray_engine import EngineError
from inference import __version__
from inference.classifier import DEFAULT_NETWORK, NetworkUnavailable
from inference.limits import LimitError
from inference.photo_benchmark import PARTS, ManifestError
from inference.schema import printable
from inference.steps import REMBG_MODES

PORT = 8501
MOST_DEGREES = 360


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status.

    0: all read; 1: some file could not be read, or there was none; 2: the command cannot run; 130 and 143: ended by
    Ctrl-C or SIGTERM; 141: who read the output has gone.
    """
    options = _parser().parse_args(_with_boxes(sys.argv[1:] if arguments is None else arguments))
    # A file's name may hold what the terminal cannot show.
    if sys.stdout is not None:  # it may be closed (>&-)
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return options.run(options)
    except (NetworkUnavailable, ManifestError, LimitError, AnswersError, EngineError) as error:
        print(f"digitlens: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has gone (| head): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as a shell says it of a command that SIGPIPE ended; Windows has no such signal
    except OSError as error:
        print(f"digitlens: the answers cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print("digitlens: stopped.", file=sys.stderr)
        return 128 + (stopped.args[0] if stopped.args else signal.SIGINT)


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what it does not take: the usage would be lines of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {printable(message)}; {self.prog} --help says what it takes.\n")


def _with_boxes(arguments: list[str]) -> list[str]:
    """Return the arguments, --box and its value as one: alone, a value that begins with - is taken for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--box" and "--" not in joined:
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="digitlens", description="Read handwritten digits in photos.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    predict = commands.add_parser("predict", help="read the digit in each photo")
    predict.add_argument(
        "--box", type=_box, metavar="R,C,H,W", help="where the digit is: row, column, height and width in pixels"
    )
    predict.add_argument(
        "--rotation",
        type=_rotation,
        default=0.0,
        metavar="DEGREES",
        help="how far to turn the photo, counter-clockwise",
    )
    predict.add_argument(
        "--engine",
        choices=("threads", "ray"),
        default="threads",
        help="who does the work: this process, or Ray's workers on one machine or many (%(default)s)",
    )
    predict.set_defaults(run=answering.predict)

    read = commands.add_parser("read", help="read every digit in each photo: numbers, rows of them, equations")
    read.set_defaults(run=answering.read)

    for command in (predict, read):
        command.add_argument(
            "paths", type=_name, nargs="+", metavar="PATH", help="a photo, a folder of photos, or a pattern"
        )
        kinds = command.add_mutually_exclusive_group()
        kinds.add_argument("--json", action="store_const", const=JSON, dest="kind", help="one JSON object a line")
        kinds.add_argument("--csv", action="store_const", const=CSV, dest="kind", help="CSV, its first line the names")
        command.add_argument(
            "--out", type=_name, metavar="FILE", help="write the answers to FILE; its ending says which kind"
        )
        command.add_argument(
            "--resume", action="store_true", help="go on with the FILE of --out: leave out the photos that it answers"
        )

    benchmark = commands.add_parser("benchmark", help="measure the accuracy on a folder with a manifest.csv")
    benchmark.add_argument("folder", type=_path, metavar="FOLDER")
    benchmark.add_argument("--part", choices=PARTS, help="only this part of the manifest")
    benchmark.add_argument("--json", type=_path, metavar="FILE", help="write the figures and every answer to FILE")
    benchmark.set_defaults(run=measuring.benchmark)

    for command in (predict, read, benchmark):
        command.add_argument("--model", default=DEFAULT_NETWORK, metavar="NAME", help="the network (%(default)s)")
    for command in (predict, benchmark):
        command.add_argument("--tta", action="store_true", help="the mean over several looks at the digit")
        command.add_argument("--rembg", choices=REMBG_MODES, default="auto", help="background removal (%(default)s)")

    serve = commands.add_parser("serve", help="serve the dashboard and the API")
    serve.add_argument("--port", type=_port, default=PORT, help="%(default)s")
    serve.add_argument(
        "--host", default="localhost", help="where to listen; 0.0.0.0 is every network of this machine (%(default)s)"
    )
    serve.set_defaults(run=serving.serve)
    return parser


def _name(given: str) -> str:
    if not given:  # as of a variable that is not set
        raise argparse.ArgumentTypeError("An empty name is given: name a file or a folder")
    return given


def _path(given: str) -> Path:
    return Path(_name(given))


def _box(given: str) -> tuple[int, int, int, int]:
    try:
        row, column, height, width = (int(part) for part in given.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"four whole numbers are wanted, as in 40,60,200,150, not {given!r}"
        ) from error
    if min(row, column) < 0 or min(height, width) < 1:
        raise argparse.ArgumentTypeError(f"a box begins at 0 or later and has a size of 1 or more, unlike {given!r}")
    return row, column, height, width


def _rotation(given: str) -> float:
    try:
        degrees = float(given)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= MOST_DEGREES:  # nan compares as false
        raise argparse.ArgumentTypeError(f"degrees from -{MOST_DEGREES} to {MOST_DEGREES} are wanted, not {given!r}")
    return degrees


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 65535 is wanted, not {given!r}")
    return int(given)
