"""Every text of the pages, in the language of the person who looks.

Each language is one file, languages/CODE.toml, grouped by page. ``text`` finds a text by its key. ``said`` is for what
the library says: it speaks English, and each file but the English one holds its sentences under ``library``.
"""

import re
import tomllib
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from inference.steps import Step

# Code -> how its speakers call it; the first is the one for everybody else.
LANGUAGES = {"en": "English", "fr": "Français"}
DEFAULT = next(iter(LANGUAGES))
PARAMETER = "lang"  # in the address of a page
CHOSEN = "language_chosen"  # in the session's state: the one that the person chose, if any
SWITCH = "language_switch"
FOLDER = Path(__file__).with_name("languages")
# Of this run, on whose thread everything is drawn; the session's state would take 30 µs for each text.
_language = ContextVar("language", default=DEFAULT)
# What French sets between a word and these signs, and what no line may end at.
THIN_SPACE = "\u202f"


def text(key: str, **values) -> str:
    """Return the text of this key, with its placeholders filled."""
    return catalogue(language()).texts[key].format(**values)


def is_known(key: str) -> bool:
    """Tell whether there is a text of this key: what a file names may be newer than the catalogue."""
    return key in catalogue(language()).texts


def said(words: str) -> str:
    """Return what the library, or a file that it wrote, says in English; a sentence that is not known stays English."""
    return " ".join(_said(sentence) for sentence in re.split(r"(?<=\.) ", words))


def step_words(step: Step) -> tuple[str, str]:
    """Return the title and the caption of a step: in English they stand beside its code."""
    texts, key = catalogue(language()).texts, f"steps.{step.apply.__name__}"
    return texts.get(f"{key}.title", step.title), texts.get(f"{key}.caption", step.caption)


# --- Which language --------------------------------------------------------------------------------------------


def language() -> str:
    """Return the code of the language of this run."""
    return _language.get()


def settle_language() -> None:
    """Decide the language of this run: the one in the address, else the one chosen before, else the browser's."""
    asked = st.query_params.get(PARAMETER)
    if asked in LANGUAGES:
        st.session_state[CHOSEN] = asked
    browsers = (st.context.locale or "").split("-")[0]
    default = browsers if browsers in LANGUAGES else DEFAULT
    _language.set(st.session_state.get(CHOSEN, default))


def ask_language() -> None:
    """Show the switch. What is chosen goes into the address, so that a link keeps it."""
    st.session_state[SWITCH] = language()
    st.segmented_control(
        text("language.label"),
        LANGUAGES,
        format_func=LANGUAGES.get,
        required=True,
        key=SWITCH,
        on_change=_choose,
        label_visibility="collapsed",
    )


def address_of_language() -> dict[str, str]:
    """Return the query parameters of a link to another page: the language, where one was chosen."""
    return {PARAMETER: language()} if CHOSEN in st.session_state else {}


def _choose() -> None:
    st.query_params[PARAMETER] = st.session_state[CHOSEN] = st.session_state[SWITCH]


# --- The files -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Catalogue:
    """One language: key -> text, and (what the library says in English, as a pattern; the same in this language)."""

    texts: dict[str, str]
    library: tuple[tuple[re.Pattern, str], ...]


@cache
def catalogue(code: str) -> Catalogue:
    """Return the texts of a language, one of LANGUAGES."""
    groups = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    library = groups.pop("library", {})
    set_type = _french if code == "fr" else str
    return Catalogue(
        {key: set_type(value) for key, value in _flat(groups)},
        tuple((_pattern(english), set_type(translation)) for english, translation in library.items()),
    )


def _flat(group: dict, prefix: str = "") -> list[tuple[str, str]]:
    """Return a table of tables as pairs: {"a": {"b": "text"}} is [("a.b", "text")]."""
    pairs = []
    for name, value in group.items():
        pairs += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return pairs


def _french(words: str) -> str:
    """Return French as it is printed: in the file, its apostrophes, and its spaces before : ; ? ! %, are plain ones."""
    return re.sub(" (?=[:;?!%»])|(?<=«) ", THIN_SPACE, words.replace("'", "’"))


def _pattern(template: str) -> re.Pattern:
    """Return what matches a sentence made from a template, and finds its values: "Kernel {side}." fits "Kernel 5."."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template)))


def _said(sentence: str) -> str:
    for pattern, translation in catalogue(language()).library:
        if found := pattern.fullmatch(sentence):
            return translation.format(**found.groupdict())
    return sentence
