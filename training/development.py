"""Train the rows of the development table: ``python -m training.development [ROW ...]``.

What each part of the recipe brings, measured with one and the same script: training/settings/development.json lists
the rows. Each is written to models/development/; `make evaluate` makes the table.
"""

import argparse
import json

from training.export import MODELS
from training.train import SETTINGS, read_settings, train_and_write


def rows() -> list[dict]:
    """Return the rows in order, each with ``name``, ``title`` and whole ``settings``."""
    listed = json.loads((SETTINGS / "development.json").read_text(encoding="utf-8"))["rows"]
    settings, found = {}, []
    for row in listed:
        settings = (read_settings(row["from"]) if "from" in row else settings) | row["changes"]
        found.append({"name": row["name"], "title": row["title"], "settings": settings})
    return found


def main(arguments: list[str] | None = None) -> None:
    every = {row["name"]: row for row in rows()}
    parser = argparse.ArgumentParser(
        description="Train the rows of the development table, which shows what each part of the recipe brings, into"
        " models/development/; the rows are in training/settings/development.json, and make evaluate makes the table."
        " A run that was stopped goes on. Takes a quarter of an hour on two cores."
    )
    parser.add_argument("names", nargs="*", metavar="ROW", help=f"which (default: all): {', '.join(every)}")
    names = parser.parse_args(arguments).names or list(every)
    if unknown := sorted(set(names) - set(every)):
        raise SystemExit(f"There is no row {unknown[0]!r}: choose from {', '.join(every)}.")
    continued = {row["settings"].get("continues") for row in every.values()}
    for name in names:
        stem = MODELS / "development" / name
        train_and_write(every[name]["settings"], stem)
        # The .onnx is what is evaluated; the weights are kept where another row goes on with them.
        if f"development/{name}" not in continued:
            stem.with_suffix(".keras").unlink()


if __name__ == "__main__":
    main()
