"""The files that a person names on a command line: photos, folders of them, and patterns."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.beside import is_passed_over
from inference.photo import PhotoError


@dataclass(frozen=True)
class GivenFile:
    """One file; ``is_listed``: it was found in a folder, not named; ``error``: why a folder could not be listed."""

    path: Path
    is_listed: bool = False
    error: PhotoError | None = None

    def is_passed_over(self, error: PhotoError) -> bool:
        """Tell whether an error is no word worth: in a folder there are other things than images."""
        return self.is_listed and is_passed_over(self.path.name, error)


def given_files(names: Iterable[str]) -> Iterator[GivenFile]:
    """Yield each file in its order: of a folder all that is in it and below, sorted by name, and of a pattern too.

    A pattern (``*.jpg``, ``**/*.jpg``) is for a shell that does not expand it, as on Windows; a file of that very name
    comes first. The names of one folder are held at once, not those of all.
    """
    for name in names:
        if glob.has_magic(name) and not os.path.lexists(name):
            # A pattern that fits nothing is answered as a file that is not there.
            paths = sorted(glob.iglob(name, recursive=True)) or [name]
        else:
            paths = [name]
        for path in paths:
            if os.path.isdir(path):
                yield from _in_folder(path)
            else:
                yield GivenFile(Path(path))


def _in_folder(folder: str) -> Iterator[GivenFile]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False), entry.is_file()) for entry in listed)
    except OSError as error:
        problem = PhotoError("not_found", f"This folder cannot be opened: {error.strerror}.")
        yield GivenFile(Path(folder), error=problem)
        return
    for name, is_folder, is_file in entries:
        path = os.path.join(folder, name)
        if is_folder:
            yield from _in_folder(path)
        elif is_file:
            yield GivenFile(Path(path), is_listed=True)
