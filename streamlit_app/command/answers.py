"""The answers of the command as they are written: a line for people, JSON, or CSV; each row whole or not at all."""

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from inference.schema import columns, name_in_a_table, on_one_line, printable
from inference.verdict import BLANK, DIGIT

PEOPLE, JSON, CSV = "people", "json", "csv"
ENDINGS = {".csv": CSV, ".json": JSON, ".jsonl": JSON, ".ndjson": JSON}
MOST_SHOWN = 0.999  # a confidence is never rounded up to certainty


class AnswersError(ValueError):
    """The answers cannot be written where they are wanted; the message is one sentence that says what to do."""


class AnswerFile:
    """Where answers go: ``kind`` is PEOPLE, JSON (an object a line) or CSV (with a line of names before the first)."""

    def __init__(self, file: TextIO, kind: str, as_line: Callable[[dict], str], has_rows: bool = False):
        self._file = file
        self._kind = kind
        self._as_line = as_line
        self._has_rows = has_rows

    def write(self, fields: dict) -> None:
        """Write one answer, as a whole and at once."""
        self._file.write(self._text(fields))
        self._file.flush()
        self._has_rows = True

    def _text(self, fields: dict) -> str:
        if self._kind == JSON:
            return json.dumps(fields) + "\n"
        if self._kind == PEOPLE:
            return self._as_line(fields) + "\n"
        row = columns(fields)
        return (_csv(row) if not self._has_rows else "") + _csv(row.values())


def _csv(values) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def opened_for_answers(path: Path, kind: str, resume: bool, example: dict, settings: dict) -> tuple[TextIO, set[str]]:
    """Open the file for answers; return it with the names of the photos that it already answers.

    With ``resume`` it goes on after its last whole row; without, a file that is there is left as it is.
    ``example``: any answer of those to write; a file of another kind of answers is refused. ``settings``: how photos
    are read, as JSON values by name; a file beside the answers keeps them, and answers that were made with others, or
    nobody knows how, are not gone on with. Raises AnswersError.
    """
    settings = json.loads(json.dumps(settings))
    beside = path.with_name(f"{path.name}.settings")
    try:
        kept = _kept_settings(beside)
        answered, end = _whole_rows(path, kind, example) if resume and path.is_file() else (set(), None)
        if answered:
            _check_settings(path, beside, kept, settings)
        if end is not None:
            os.truncate(path, end)
        file = path.open("a" if resume else "x", encoding="utf-8", errors="backslashreplace", newline="")
        if not answered and path.is_file():  # a device keeps nothing
            beside.write_text(json.dumps(settings) + "\n", encoding="utf-8")
        return file, answered
    except FileExistsError as error:
        raise AnswersError(f"{path} is there already: --resume goes on with it, or choose another name.") from error
    except OSError as error:
        raise AnswersError(f"{error.filename or path} cannot be written: {error.strerror}.") from error


def _kept_settings(beside: Path) -> dict:
    """Return the settings in the file beside answers, without one none; what is not ours there is left as it is."""
    try:
        kept = json.loads(beside.read_text(encoding="utf-8") or "{}")  # a full disk leaves nothing
    except FileNotFoundError:
        return {}
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise AnswersError(f"{beside} holds other things than settings: choose another name for the answers.")
    return kept


def _check_settings(path: Path, beside: Path, kept: dict, settings: dict) -> None:
    if not kept:
        raise AnswersError(f"How {path} was made is not known, as {beside} is missing or empty: choose another name.")
    for name in kept | settings:
        if kept.get(name) != settings.get(name):
            before, now = (json.dumps(values.get(name)) for values in (kept, settings))
            raise AnswersError(
                f"{path} was made with {name}: {before}, and now {now} is asked for: use the same, or another name."
            )


def _whole_rows(path: Path, kind: str, example: dict) -> tuple[set[str], int]:
    """Return which photos a file of answers answers, and where its last whole row ends, in bytes."""
    answered, end = set(), 0
    names = list(example if kind == JSON else columns(example))
    with path.open("rb") as file:
        # A row of CSV is one line: no value has a line break in it (schema.columns).
        for number, line in enumerate(file):
            if not line.endswith(b"\n"):
                # Of a first line only what may be the beginning of ours is cut off.
                if number == 0 and not _begins(line, b'{"file"' if kind == JSON else ",".join(names).encode()):
                    raise AnswersError(f"{path} holds other things than answers: choose another name.")
                break
            try:
                text = line.decode("utf-8")
                row = json.loads(text) if kind == JSON else next(csv.reader([text]))
                name = row["file"] if kind == JSON else row[0]
            except (ValueError, KeyError, TypeError, StopIteration, IndexError) as error:
                raise AnswersError(f"{path} holds other things than answers: choose another name.") from error
            is_header = kind == CSV and number == 0
            if is_header and name != "file":
                raise AnswersError(f"{path} holds other things than answers: choose another name.")
            if (kind == JSON or is_header) and list(row) != names:
                raise AnswersError(f"{path} holds answers of another command or version: choose another name.")
            if not is_header:
                answered.add(name_in_a_table(name))
            end += len(line)
    return answered, end


def _begins(line: bytes, ours: bytes) -> bool:
    """Tell whether one of them is the beginning of the other."""
    return line.startswith(ours) or ours.startswith(line)


def digit_line(fields: dict) -> str:
    """Return the answer for a photo of one digit as a sentence."""
    file = printable(fields["file"])
    if fields["error"]:
        return f"{file}: {fields['error']['message']}"
    advice = f" {fields['quality']['advice']}" if fields["quality"]["advice"] else ""
    if fields["status"] == BLANK:
        return f"{file}: no digit found.{advice}"
    doubt = "" if fields["status"] == DIGIT else f", {fields['status'].replace('_', ' ')}"
    confidence = min(fields["confidence"], MOST_SHOWN)
    return f"{file}: {fields['digit']} ({100 * confidence:.1f} %{doubt}){advice}"


def number_line(fields: dict) -> str:
    """Return the answer for a photo of many digits as a sentence."""
    file = printable(fields["file"])
    if fields["error"]:
        return f"{file}: {fields['error']['message']}"
    if not fields["digits"]:
        return f"{file}: no digit found."
    least = min(min(found["confidence"] for found in fields["digits"]), MOST_SHOWN)
    return f"{file}: {on_one_line(fields['text'])} (least sure digit {least:.1%})"
