"""Real photos and drawings: how many are read right, by kind."""

import streamlit as st

from ui import results
from ui.figures import show_figures, show_missing, show_table, source
from ui.texts import text
from ui.words import KINDS, interval, kind, number, percent

PHOTOS = "photos.json"
PARTS = ("report", "tune")  # of the real digits, in the order in which they are shown
FIRST = ("photos", "all")  # the kinds that come first, as figures
WIDTH = 240  # pixels: room for what they were measured on


def show_photos() -> None:
    """Show how many real digits are read right, by kind: those kept apart, then those used in development."""
    photos = results.photos()
    st.subheader(text("performance.real"), anchor=False)
    if not (photos or {}).get("categories"):
        show_missing(text("performance.not_measured"), PHOTOS, f"digitlens benchmark FOLDER --json models/{PHOTOS}")
        return
    show_figures(real_figures(), WIDTH)
    parts = photos.get("parts")
    if not parts:
        _show_categories(photos["categories"])
    for name in PARTS:
        if parts and name in parts:
            st.markdown(f"**{text(f'performance.{name}_title')}.** {text(f'performance.{name}_meaning')}")
            _show_categories(parts[name])
    _show_numbers(photos)
    st.caption(" ".join(_how_photos_were_read(photos)))


def real_figures() -> list[tuple[str, str, str]]:
    """Return how many photos of paper, real digits of every kind, and digits of whole numbers are read right: of those
    kept apart.
    """
    photos = results.photos() or {}
    categories = photos.get("parts", {}).get(PARTS[0]) or photos.get("categories") or {}
    figures = []
    for name in FIRST:
        if name in categories:
            row = categories[name]
            counts = {"right": number(row["right"]), "total": number(row["total"]), "people": row["writers"]}
            words = text(f"summary.{name}_of", **counts)
            note = f"{words}  \n{interval(row['interval'])}"
            figures.append((text(f"summary.{name}"), percent(row["accuracy"]), note))
    if row := photos.get("numbers", {}).get("parts", {}).get(PARTS[0]):
        counts = {"right": row["digits"] - row["edits"], "total": row["digits"], "photos": row["photos"]}
        words = text("summary.numbers_of", **counts, people=row["writers"])
        figures.append((text("summary.numbers"), percent(row["accuracy"]), f"{words}  \n{interval(row['interval'])}"))
    return figures


def _show_numbers(photos: dict) -> None:
    measured = photos.get("numbers", {}).get("parts", {})
    rows = [
        {
            text("photos.numbers"): text(f"performance.{name}_title"),
            text("photos.digits"): f"**{percent(row['accuracy'])}** · "
            + text("performance.right_of", right=number(row["digits"] - row["edits"]), total=number(row["digits"]))
            + f" ({interval(row['interval'])})",
            text("photos.whole"): text("performance.right_of", right=row["whole_right"], total=row["photos"]),
        }
        for name in PARTS
        if (row := measured.get(name))
    ]
    if rows:
        st.markdown(text("photos.numbers_what"))
        show_table(rows)


def _show_categories(categories: dict[str, dict]) -> None:
    order = [*KINDS, *categories]
    show_table(
        [
            {
                text("performance.kind"): kind(name),
                text("performance.accuracy"): f"**{percent(row['accuracy'])}** · {_right_of(row)}",
                text("performance.people"): str(row["writers"]),
            }
            for name, row in sorted(categories.items(), key=lambda item: order.index(item[0]))
        ]
    )


def _right_of(row: dict) -> str:
    counts = text("performance.right_of", right=number(row["right"]), total=number(row["total"]))
    return f"{counts} ({interval(row['interval'])})"


def _how_photos_were_read(photos: dict) -> list[str]:
    facts = [str(photos["date"])] if "date" in photos else []
    if "rembg" in photos:
        mode, with_weights = photos["rembg"], photos.get("rembg_weights", True)
        without = text("performance.with_rembg_without_weights", mode=mode)
        facts.append(text("performance.with_rembg", mode=mode) if with_weights else without)
    if photos.get("tta"):
        facts.append(text("performance.with_tta"))
    if photos.get("part", "all") != "all":
        facts.append(text("performance.part", part=photos["part"]))
    return [source(PHOTOS, facts), text("performance.writers")]
