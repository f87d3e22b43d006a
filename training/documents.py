"""Writes PREPROCESSING.md from the steps' own docstrings: ``python -m training.documents``."""

import inspect
from pathlib import Path

from inference.steps import STEPS

PREPROCESSING = Path(__file__).resolve().parent.parent / "PREPROCESSING.md"
HEAD = """# The eleven steps

From a photo to the 28×28 picture that the network reads. The dashboard shows each of them for every photo, with what
it did this time. The code is `streamlit_app/inference/steps.py`; what is ink is found in
`streamlit_app/inference/ink.py`. This page is made from the code by `make documents`: change it there.
"""


def preprocessing() -> str:
    """Return the text of PREPROCESSING.md: a section a step, with its number, title and docstring."""
    sections = [
        f"## {number}. {step.title}\n\n{inspect.getdoc(step.apply)}\n" for number, step in enumerate(STEPS, start=1)
    ]
    return "\n".join([HEAD, *sections])


if __name__ == "__main__":
    PREPROCESSING.write_text(preprocessing(), encoding="utf-8")
    print(f"written: {PREPROCESSING.name}")
