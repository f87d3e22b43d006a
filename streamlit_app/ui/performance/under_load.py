"""How the server and the command hold under load, as far as that has been measured."""

from collections.abc import Iterator

import streamlit as st

from ui import results
from ui.figures import show_table, source
from ui.texts import said, text
from ui.words import duration, number, percent

STRESS, THROUGHPUT = "stress.json", "throughput.json"


def show_under_load() -> None:
    """Show what ``make stress`` and ``make throughput`` measured; nothing of what was not."""
    found = {file: results.measured(file) or {} for file in (STRESS, THROUGHPUT)}
    rows = {STRESS: list(_stress(found[STRESS])), THROUGHPUT: list(_throughput(found[THROUGHPUT]))}
    if any(rows.values()):
        st.subheader(text("performance.under_load"), anchor=False)
    for file in filter(rows.get, rows):
        show_table([dict(zip(_head(), row, strict=True)) for row in rows[file]])
        st.caption(source(file, conditions(list(found[file].get("parts", {"": found[file]}).values()))))


def conditions(measured: list[dict]) -> list[str]:
    """Return when and on which machines something was measured, as far as its parts say it, each once."""
    machines = [part.get("machine") or {} for part in measured]
    facts = sorted(str(part["date"]) for part in measured if "date" in part)
    facts += [one["processor"] for one in machines if "processor" in one]
    facts += [text("performance.cores", count=one["cores"]) for one in machines if "cores" in one]
    return list(dict.fromkeys(facts))


def _head() -> tuple[str, str]:
    return text("performance.what"), text("performance.measured")


def _stress(measured: dict) -> Iterator[tuple[str, str]]:
    for part in measured.get("parts", {}).values():
        for figure in part["figures"]:
            yield from _stressed(figure["values"])


def _stressed(values: dict) -> Iterator[tuple[str, str]]:
    """Yield what one figure of ``make stress`` says; what it is shows in the names of its values."""
    clients = number(values.get("clients", 0))
    if "share_200" in values:
        yield text("performance.load_answered", clients=clients), percent(values["share_200"], 2)
        yield text("performance.load_refused", clients=clients), percent(values["share_503"], 2)
        times = (duration(values[name] / 1000) for name in ("p50_ms", "p99_ms"))
        yield text("performance.load_times", clients=clients), " · ".join(times)
    elif "drawn" in values:
        slowest = values["slowest_seconds"]
        yield (
            text("performance.load_page", clients=clients),
            duration(slowest) if slowest else text("performance.not_drawn"),
        )
    elif "rate" in values:
        rates = text("performance.a_second", rate=number(values["rate"], 1), share=percent(values["share"], 0))
        yield text("performance.load_rate"), rates
    elif "growth" in values:
        what = text("performance.load_memory", count=number(values["predictions"]))
        yield what, text("number.percent", number=number(100 * values["growth"], 1, signed=True))
    elif "files" in values:
        yield text("performance.load_bad", count=number(values["files"])), number(values["troubles"])


def _throughput(measured: dict) -> Iterator[tuple[str, str]]:
    for row in measured.get("ways", []):
        yield (
            said(row["way"]),
            text("performance.files_a_second", rate=number(row["rate"], 1), peak=number(row["peak_mib"])),
        )
