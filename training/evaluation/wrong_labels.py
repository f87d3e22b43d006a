"""The labels of MNIST's test images that are known to be wrong, with their source, from wrong_labels.json."""

import json
from pathlib import Path

PATH = Path(__file__).with_suffix(".json")


def wrong_labels() -> list[dict]:
    """Return a row a label: index (from 0), label, likely (the digit that most people saw, or None), votes."""
    return json.loads(PATH.read_text(encoding="utf-8"))["labels"]
