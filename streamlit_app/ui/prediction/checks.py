"""Right or wrong: the person says what it really was, looks back at the session, and takes it along."""

import streamlit as st

from inference.samples import DIGITS
from inference.verdict import BLANK, NOT_A_DIGIT
from ui.figures import show_table
from ui.pictures import data_url, thumbnail
from ui.prediction.export import digits_zip, history_csv, trainable
from ui.prediction.history import Entry, correct, forget_history, history
from ui.texts import text
from ui.words import escaped, outcome

THUMBNAIL = 56  # pixels
SHOWN = 50  # entries in the table; the files hold all


def ask_check(entry: Entry) -> None:
    """Ask whether an answer is right: one click, or the true digit.

    Not of an image of MNIST, whose label is known, nor where nothing was found: there is nothing to be right about.
    """
    if not entry.is_own or entry.verdict == BLANK:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if entry.truth is None:
            st.caption(text("check.ask"), width="content")
            st.button(text("check.right"), key=f"right_{entry.number}", on_click=_say, args=(entry, entry.answered))
            with st.popover(text("check.wrong")):
                _ask_truth(entry)
        else:
            word = text("check.noted_right")
            if not entry.is_right:
                word = text("check.noted_wrong", truth=_truth(entry.truth))
            st.markdown(word, width="content")
            st.button(text("check.undo"), key=f"undo_{entry.number}", on_click=_say, args=(entry, None))


def _ask_truth(entry: Entry) -> None:
    key = f"truth_{entry.number}"
    titles = {digit: str(digit) for digit in DIGITS} | {NOT_A_DIGIT: text("check.no_digit")}
    st.pills(
        text("check.truth"),
        [truth for truth in titles if truth != entry.answered],
        format_func=titles.get,
        key=key,
        on_change=lambda: _say(entry, st.session_state[key]),
    )


def _say(entry: Entry, truth: int | str | None) -> None:
    correct(entry.thing, truth)


def _truth(truth: int | str) -> str:
    return text("verdict.not_a_digit") if truth == NOT_A_DIGIT else str(truth)


def show_history() -> None:
    """Offer what was read in this session, as a table and as files."""
    entries = history()
    if not entries:
        return
    st.divider()
    checked = [entry.is_right for entry in entries if entry.is_own]
    right, wrong = checked.count(True), checked.count(False)
    title = text("history.title", count=len(entries), right=right, wrong=wrong)
    if not st.toggle(title, key="show_history", persist_state="session"):
        return
    _show_files(entries)
    show_table([_row(entry) for entry in reversed(entries[-SHOWN:])])
    if len(entries) > SHOWN:
        st.caption(text("history.more", shown=SHOWN))


def _show_files(entries: list[Entry]) -> None:
    digits = trainable(entries)
    with st.container(horizontal=True):
        st.download_button(
            text("history.csv"),
            lambda: history_csv(entries),
            "digitlens-history.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            text("history.zip", count=len(digits)),
            lambda: digits_zip(digits),
            "digitlens-digits.zip",
            "application/zip",
            on_click="ignore",
            disabled=not digits,
        )
        st.button(text("history.forget"), on_click=forget_history)
    st.caption(text("history.zip_hint"))


def _row(entry: Entry) -> dict[str, str]:
    image = ""
    if entry.digit is not None:
        image = f"![{text('answer.read_alt')}]({data_url(thumbnail(entry.digit, THUMBNAIL), exact=True)})"
    read = entry.prediction
    answer = outcome(entry.verdict, read and read.digit, read.confidence if read else 0.0)
    said = "–" if entry.truth is None else f"{'✓' if entry.is_right else '✗'} {_truth(entry.truth)}"
    if not entry.is_own:
        said = text("history.by_label", truth=said)
    return {
        text("history.digit"): image,
        text("history.name"): escaped(entry.name),
        text("history.answer"): answer,
        text("history.truth"): said,
    }
