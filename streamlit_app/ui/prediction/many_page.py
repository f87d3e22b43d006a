"""Many at once: the upload field, the progress, the table, and the files to take along."""

from collections.abc import Hashable
from dataclasses import dataclass, field

import streamlit as st

from inference import Classifier, NetworkUnavailable
from inference.limits import Limits
from ui import results
from ui.charts import show_chart
from ui.charts.confusion import confusion_chart
from ui.figures import show_figures, show_table
from ui.prediction.export import records_csv
from ui.prediction.many import ERROR, Row, are_too_large, confusion, photos_of, read_row
from ui.prediction.paste import accept_pastes
from ui.prediction.upload import TYPES
from ui.settings import Settings
from ui.texts import said, text
from ui.words import escaped, number, outcome, percent

BATCH = "batch"  # in the session's state: the _Batch
PER_PAGE = 50
FILTERS = ("all", "doubtful", "wrong", "errors")


@dataclass
class _Batch:
    """What is being read, and the rows so far. A rerun goes on where the last one was interrupted."""

    key: Hashable
    rows: list[Row] = field(default_factory=list)
    is_whole: bool = False


def show_many(settings: Settings) -> None:
    """Ask for many photos, read them, and show what came of it."""
    limits = Limits.from_environment()
    left, right = st.columns(2, gap="medium")
    with left:
        files = _ask_files(limits)
    with right:
        batch = _read(files, settings, limits)
        if batch is None:
            st.caption(text("answer.here"))
            return
        _show_summary(batch.rows)
    _show_rows(batch.rows)
    _show_confusion(batch.rows)


def _ask_files(limits: Limits) -> list:
    accept_pastes()
    is_folder = st.toggle(text("many.folder"), key="many_folder")
    files = st.file_uploader(
        text("many.folder_files") if is_folder else text("many.files"),
        type=TYPES if is_folder else [*TYPES, "zip"],
        accept_multiple_files="directory" if is_folder else True,
        key=f"many_{is_folder}",
    )
    one = st.get_option("server.maxUploadSize")
    st.caption(
        text("many.hint", files=limits.batch_files, size=limits.batch_mb, one=one, unpacked=limits.zip_mb),
    )
    return files


def _read(files: list, settings: Settings, limits: Limits) -> _Batch | None:
    """Return what is read of the files; without files, what was read before the page was left."""
    if not files:
        return _kept()
    if are_too_large(files, limits):
        st.error(text("many.too_large", size=limits.batch_mb))
        return None
    try:
        network = results.classifier()
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        return None
    key = tuple(file.file_id for file in files), settings
    batch = st.session_state.get(BATCH)
    if batch is None or batch.key != key:
        batch = st.session_state[BATCH] = _Batch(key)
    if not batch.is_whole:
        _go_on(batch, files, network, settings, limits)
    if len(batch.rows) == limits.batch_files:
        st.caption(text("many.most", count=limits.batch_files))
    return batch


def _go_on(batch: _Batch, files: list, network: Classifier, settings: Settings, limits: Limits) -> None:
    bar = st.progress(0.0)
    for place, (name, photo) in enumerate(photos_of(files, limits)):
        if place < len(batch.rows):
            continue
        # Of a ZIP it is not known beforehand how many photos it holds.
        share = min(1.0, place / max(len(files), place + 1))
        bar.progress(share, text("many.reading", count=place + 1, name=escaped(name)))
        batch.rows.append(read_row(name, photo, network, settings))
    batch.is_whole = True
    bar.empty()


def _kept() -> _Batch | None:
    batch = st.session_state.get(BATCH)
    if batch is None or not batch.is_whole:
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text("many.still_here", count=len(batch.rows)))
        st.button(text("input.remove"), on_click=lambda: st.session_state.pop(BATCH, None))
    return batch


def _show_summary(rows: list[Row]) -> None:
    errors = sum(row.record.status == ERROR for row in rows)
    figures = [
        (text("many.count"), number(len(rows)), ""),
        (text("many.doubtful"), number(sum(row.is_doubtful for row in rows) - errors), ""),
        (text("many.errors"), number(errors), ""),
    ]
    judged = [row.is_right for row in rows if row.is_right is not None]
    if judged:
        note = text("many.right_of", right=number(sum(judged)), total=number(len(judged)))
        figures.append((text("many.accuracy"), percent(sum(judged) / len(judged)), note))
    show_figures(figures)


def _show_rows(rows: list[Row]) -> None:
    has_labels = any(row.label is not None for row in rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = _ask_which(rows)
        _offer_csv(rows)
    pages = -(-len(kept) // PER_PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(text("many.page", last=pages), 1, pages, key="many_page", width=160)
    shown = kept[(page - 1) * PER_PAGE : page * PER_PAGE]
    show_table([_cells(row, has_labels=has_labels) for row in shown])
    # The sentences would make the table's columns too narrow to read on a phone.
    errors = [row.record for row in shown if row.record.status == ERROR]
    if errors:
        st.markdown("\n".join(f"- ⚠ **{escaped(one.file)}**: {said(one.error.message)}" for one in errors))


def _ask_which(rows: list[Row]) -> list[Row]:
    """Ask which rows to show, where there is a choice."""
    kept = {
        "all": rows,
        "doubtful": [row for row in rows if row.is_doubtful and row.record.status != ERROR],
        "wrong": [row for row in rows if row.is_right is False],
        "errors": [row for row in rows if row.record.status == ERROR],
    }
    titles = {name: text(f"many.show_{name}", count=len(kept[name])) for name in FILTERS if kept[name] or name == "all"}
    if len(titles) == 1:
        return rows
    options = {"format_func": titles.get, "default": "all", "required": True, "wrap": True, "key": "many_show"}
    return kept[st.segmented_control(text("many.show"), titles, **options)]


def _offer_csv(rows: list[Row]) -> None:
    st.download_button(
        text("many.csv"),
        lambda: records_csv((row.record, row.label) for row in rows),
        "digitlens.csv",
        "text/csv",
        on_click="ignore",
    )


def _cells(row: Row, *, has_labels: bool) -> dict[str, str]:
    record = row.record
    pictures = ((row.photo, text("answer.given_alt")), (row.digit, text("answer.read_alt")))
    images = [f"![{alt}]({url})" for url, alt in pictures if url]
    if record.error is None:
        answer = outcome(record.status, record.digit, record.confidence)
    else:
        answer = f"⚠ {text('many.unreadable')}"
    cells = {text("many.photo"): "\u00a0".join(images), text("many.answer"): answer}
    if has_labels:
        mark = {True: "✓ ", False: "✗ ", None: ""}[row.is_right]
        cells[text("many.label")] = "–" if row.label is None else f"{mark}{row.label}"
    return {**cells, text("many.file"): escaped(record.file)}


def _show_confusion(rows: list[Row]) -> None:
    matrix = confusion(rows)
    if not matrix.any():
        return
    st.subheader(text("many.confusion"), anchor=False)
    show_chart(confusion_chart(matrix.tolist()), alt=text("many.confusion_alt"))
    st.caption(text("many.confusion_hint"))
