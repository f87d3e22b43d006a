"""All networks side by side: what they read right against what they cost."""

import streamlit as st

from ui import results
from ui.charts import show_chart
from ui.charts.shares import networks_chart
from ui.figures import show_missing, show_table, source
from ui.texts import text
from ui.words import number, percent

NETWORKS, SEEDS = "networks.csv", "seeds.csv"


def show_networks() -> None:
    """Show errors against parameters and against time, the table of both, and how much the recipe's runs differ."""
    st.subheader(text("networks.title"), anchor=False)
    rows = results.table(NETWORKS)
    if rows is None:
        show_missing(text("performance.not_measured"), NETWORKS, "make evaluate")
        return
    st.markdown(text("networks.what"))
    points = [_point(row) for row in rows]
    for column, field in zip(st.columns(2, gap="large"), ("parameters", "milliseconds"), strict=True):
        with column:
            chart = networks_chart(points, field, text(f"networks.{field}"))
            show_chart(chart, alt=text(f"networks.{field}_alt"))
    show_table([_line(row) for row in rows])
    st.caption(f"{text('networks.hint')} {source(NETWORKS)}")
    _show_seeds()


def _point(row: dict[str, str]) -> dict:
    return {
        "name": row["name"],
        "parameters": int(row["parameters"]),
        "milliseconds": float(row["onnx_ms"]),
        "share": 1 - float(row["test_accuracy"]),
        "low": 1 - float(row["high"]),
        "high": 1 - float(row["low"]),
        "errors": percent(1 - float(row["test_accuracy"]), 2),
    }


def _line(row: dict[str, str]) -> dict[str, str]:
    return {
        text("charts.network"): f"`{row['name']}`",
        text("networks.cost"): f"{number(int(row['parameters']))} · {number(float(row['onnx_ms']), 2)} ms",
        text("networks.test"): percent(float(row["test_accuracy"]), 2),
        text("networks.mnist_c"): percent(float(row["mnist_c_error"])) if row["mnist_c_error"] else "–",
    }


def _show_seeds() -> None:
    rows = {row["seed"]: row for row in results.table(SEEDS) or []}
    if {"mean", "deviation"} <= set(rows):
        mean, deviation = (float(rows[name]["test_accuracy"]) for name in ("mean", "deviation"))
        values = {"mean": percent(mean, 2), "deviation": number(100 * deviation, 2), "runs": len(rows) - 2}
        st.caption(f"{text('networks.seeds', **values)} {source(SEEDS)}")
