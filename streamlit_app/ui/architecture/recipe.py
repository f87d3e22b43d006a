"""How the network was trained: every setting with its reason, from its card."""

import streamlit as st

from ui.texts import text
from ui.words import duration, number, percent, significant


def show_training(card: dict) -> None:
    """Show how the network was trained: each setting with its reason, the data, the versions."""
    st.subheader(text("network.training"), anchor=False)
    made = card.get("made")
    if not made:
        st.info(text("network.not_said"))
        return
    st.caption(text("network.settings"))
    st.markdown("\n".join(f"- {line}" for line in setting_lines(made["settings"])))
    facts = []
    if "training_seconds" in made:
        facts.append(text("network.made_in", duration=duration(made["training_seconds"])))
    if "date" in made:
        facts.append(text("network.made_when", date=made["date"]))
    if "data" in made:
        data, checksum = made["data"]["name"], made["data"]["sha256_of_arrays"][:16]
        facts.append(text("network.made_on", data=data, checksum=checksum))
    if facts:
        st.markdown(text("network.made", facts=", ".join(facts)))
    validation = card.get("validation") or {}
    if "accuracy" in validation:
        right = percent(validation["accuracy"], 2)
        st.markdown(text("network.validation", count=number(validation["images"]), right=right))
    if "versions" in made:
        versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
        st.caption(text("network.versions", versions=versions))


def setting_lines(settings: dict) -> list[str]:
    """Return each setting with its value and the reason for it, as Markdown.

    A reason given for "validation" belongs to the first setting whose name begins with that word.
    """
    reasons = dict(settings.get("reasons", {}))
    lines = []
    for name, value in settings.items():
        if name in ("reasons", "network"):
            continue
        reason = reasons.pop(name, None) or reasons.pop(name.split("_")[0], "")
        title = name.replace("_", " ").capitalize()
        lines.append(f"**{title}: {_value(value)}.** {reason[:1].upper()}{reason[1:]}{'.' if reason else ''}")
    return lines


def _value(value) -> str:
    if isinstance(value, bool):
        return text("network.yes") if value else text("network.no")
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, dict):
        # Shares of the images, as the augmentation has them, or settings of their own.
        shares = all(isinstance(item, float) and item <= 1 for item in value.values())
        shown = {name.replace("_", " "): percent(item, 1) if shares else _value(item) for name, item in value.items()}
        return ", ".join(f"{name} {item}" for name, item in shown.items()) or text("network.none")
    if isinstance(value, list):
        return ("; " if any(isinstance(item, list) for item in value) else ", ").join(map(_value, value))
    return str(value)
