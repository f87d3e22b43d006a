"""Photos by the million: the command's work handed to Ray Data, on this machine or on a cluster.

Ray reads the photos, keeps the workers busy, does again what was lost with a worker, and writes; what it reads and
writes (local folders, object stores) this does too. Ours is the one function that a worker runs. Ray is imported here
alone, and only when it is asked for: pip install -e '.[ray]'.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from command.answers import CSV, JSON
from command.given import GivenFile, given_files
from command.signals import kept
from inference.classifier import Classifier
from inference.photo import PhotoError
from inference.reading import prepare, recognise
from inference.schema import as_json, columns, digit_error, digit_record
from inference.steps import Config

TERMINAL_COLOURS = re.compile(r"\x1b\[[\d;]*m")
BATCH = 32  # photos that a worker's network reads in one call
TEXTS = ("file", "status", "quality_level", "quality_advice", "error_code", "error_message")
PARQUET = "parquet"


class EngineError(ValueError):
    """The work cannot be handed to Ray; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class How:
    """How every photo is read, as of read_digit, with the network's name; ``named``: files not found in a folder."""

    model: str
    config: Config
    tta: bool = False
    box: tuple[int, int, int, int] | None = None
    rotation: float = 0.0
    named: frozenset[str] = frozenset()


def predict_with_ray(names: list[str], out: str, kind: str, how: How) -> None:
    """Read the digit in each photo and write a row for each into the folder ``out``; ``kind``: JSON, CSV or PARQUET.

    ``names``: files, folders, patterns, or addresses that Ray reads (s3://…, gs://…). The rows are in no order; each is
    there once, whatever worker or machine ends meanwhile, as long as one is left. Raises EngineError, and
    NetworkUnavailable before anything is started.
    """
    if os.path.exists(out):
        raise EngineError(f"{out} is there already: choose another name for the folder of answers.")
    paths, named = _sources(names)
    Classifier(how.model)
    data = _ray_data()
    from ray.data import SaveMode
    from ray.exceptions import RayError

    try:
        photos = data.read_binary_files(paths, include_paths=True)
        # Tasks, not actors: an actor keeps its core while it waits, and where a machine is lost, those that are left
        # may have none for the photos to be read again. Ray joins these tasks with the reading before them.
        answers = photos.map_batches(
            _answered,
            fn_kwargs={"how": replace(how, named=named), "as_rows": _lines if kind == JSON else _table},
            batch_format="pyarrow",
            batch_size=BATCH,
        )
        _writers(answers, out, SaveMode.ERROR)[kind]()
    except (RayError, OSError, ValueError) as error:
        raise EngineError(f"Ray could not do the work: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return the line that says what it was: of a traceback from a worker the last one, else the first."""
    from ray.exceptions import RayTaskError

    lines = TERMINAL_COLOURS.sub("", str(error)).strip().splitlines() or [type(error).__name__]
    return lines[-1 if isinstance(error, RayTaskError) else 0]


def _answered(batch, how: How, as_rows: Callable[[list[dict]], object]):
    """Return a table of answers for a table of files, ``path`` and ``bytes``: what a worker does."""
    answers, prepared = [], []
    for path, data in zip(batch["path"].to_pylist(), batch["bytes"].to_pylist(), strict=True):
        try:
            prepared.append((path, prepare(data, how.config, box=how.box, rotation=how.rotation)))
        except PhotoError as error:
            if not GivenFile(Path(path), is_listed=path not in how.named).is_passed_over(error):
                answers.append(digit_error(path, error))
    readings = recognise([photo for _, photo in prepared], _network(how.model), tta=how.tta)
    answers += [digit_record(path, reading) for (path, _), reading in zip(prepared, readings, strict=True)]
    return as_rows([as_json(answer) for answer in answers])


@lru_cache(maxsize=1)
def _network(name: str) -> Classifier:
    """Return the network: a worker is one process and loads it once."""
    return Classifier(name)


def _sources(names: list[str]) -> tuple[list[str], frozenset[str]]:
    """Return what Ray is to read, and which of these are single files: they are answered whatever they are."""
    paths, named = [], set()
    for name in names:
        if "://" in name:
            paths.append(name)
        elif os.path.isdir(name):
            paths.append(os.path.abspath(name))
        else:
            files = [os.path.abspath(file.path) for file in given_files([name])]
            missing = [file for file in files if not os.path.exists(file)]
            if missing:
                raise EngineError(f"There is no file {missing[0]}: correct its name.")
            paths += files
            named.update(files)
    return paths, frozenset(named)


def _ray_data():
    """Return ray.data, connected to the cluster that RAY_ADDRESS names, or to one that is started here."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise EngineError("Ray is not installed here: pip install -e '.[ray]' adds it.") from error
    if not ray.is_initialized():
        with kept():  # Ray would answer SIGTERM with lines of its own
            ray.init(logging_level="ERROR", log_to_driver=False)
    # Its plan, its progress and its advice are not the answer, and its errors are raised as well.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = sys.stderr.isatty()
    return ray.data


def _writers(answers, out: str, mode) -> dict[str, Callable[[], None]]:
    """Return how each kind is written; a folder that is there already is left as it is."""
    from ray.data.block import BlockAccessor
    from ray.data.datasource import BlockBasedFileDatasink

    class JsonLines(BlockBasedFileDatasink):
        """Ray's own would write a digit as 7.0 where another is null."""

        def write_block_to_file(self, block: BlockAccessor, file) -> None:
            for line in block.to_arrow()["json"].to_pylist():
                file.write(line.encode("ascii"))

    return {
        JSON: lambda: answers.write_datasink(JsonLines(out, file_format="json", mode=mode)),
        CSV: lambda: answers.write_csv(out, mode=mode),
        PARQUET: lambda: answers.write_parquet(out, mode=mode),
    }


def _lines(records: list[dict]):
    import pyarrow

    return pyarrow.table({"json": pyarrow.array([json.dumps(one) + "\n" for one in records], pyarrow.string())})


def _table(records: list[dict]):
    """Return answers as columns whose types do not hang on what is in them: in some batches all is null."""
    import pyarrow

    names = columns(as_json(digit_error("", PhotoError("", ""))))
    types = {name: pyarrow.string() if name in TEXTS else pyarrow.float64() for name in names}
    schema = pyarrow.schema([*{**types, "digit": pyarrow.int64()}.items()])
    return pyarrow.Table.from_pylist([columns(one) for one in records], schema=schema)
