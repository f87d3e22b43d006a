"""Tables of figures as CSV files, for people, spreadsheets and the documents."""

import csv
from pathlib import Path


def write_table(path: Path, rows: list[dict]) -> None:
    """Write rows with the same keys, the keys as the head; numbers to six decimals, None as an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _rounded(value) for key, value in row.items()} for row in rows)


def read_table(path: Path) -> list[dict]:
    """Return the rows of a file of write_table(); numbers as int or float, an empty cell as None."""
    with path.open(newline="", encoding="utf-8") as file:
        return [{key: _parsed(value) for key, value in row.items()} for row in csv.DictReader(file)]


def _rounded(value):
    return round(value, 6) if isinstance(value, float) else value


def _parsed(text: str):
    if text == "":
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
