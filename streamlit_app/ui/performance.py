"""The parts of the Performance page. Each takes what its file holds, or None where there is no such file."""

import streamlit as st

from inference import NetworkUnavailable
from ui import charts, results
from ui.figures import show_figures, show_table
from ui.texts import said, text
from ui.words import KINDS, duration, interval, kind, number, percent, significant, view

EVALUATION = "models/mnist_cnn_evaluation.json"
HISTORY = "models/mnist_cnn_history.csv"
PHOTOS = "models/photos.json"
BENCHMARK = "models/benchmark.json"
PARTS = ("report", "tune")  # of the real digits, in the order in which they are shown


def _missing(what: str, file: str, command: str) -> None:
    st.info(text("performance.missing", what=what, file=file, command=command))


def show_headline(evaluation: dict | None) -> None:
    """Show the accuracy on MNIST's test images with its interval, on validation, and the errors as a count."""
    if evaluation is None:
        _missing(text("performance.test_missing"), EVALUATION, "make evaluate")
    elif results.evaluated_another_network():
        st.warning(text("performance.earlier_network"))
    figures = []
    if evaluation is not None:
        test = evaluation["test"]
        wrong = round(test["images"] * (1 - test["accuracy"]))
        figures.append((text("performance.test"), percent(test["accuracy"], 2), interval(test["interval"], 2)))
        among = text("performance.among", count=number(test["images"]))
        figures.append((text("performance.errors"), number(wrong), among))
    try:
        validation = results.card().get("validation") or {}
    except NetworkUnavailable as error:
        st.error(said(str(error)))
        validation = {}
    if "accuracy" in validation:
        held_back = text("performance.held_back", count=number(validation["images"]))
        figures.append((text("performance.validation"), percent(validation["accuracy"], 2), held_back))
    show_figures(figures)
    if evaluation is not None:
        st.caption(" ".join(_how_it_was_measured(evaluation)))


def _how_it_was_measured(evaluation: dict) -> list[str]:
    words = [text("performance.through_onnx", file=EVALUATION)]
    if "keras_onnx_difference" in evaluation:
        difference = significant(evaluation["keras_onnx_difference"])
        words.append(text("performance.keras_differs", difference=difference))
    measured = evaluation.get("calibration")
    if measured:
        before, after = (percent(measured[when]["ece"], 2) for when in ("before", "after"))
        words.append(text("performance.calibration", before=before, after=after))
    return words


def show_photos(photos: dict | None) -> None:
    """Show how many real digits are read right, by kind: those kept apart, then those used in development."""
    st.subheader(text("performance.real"), anchor=False)
    if not (photos or {}).get("categories"):
        _missing(text("performance.not_measured"), PHOTOS, f"digitlens benchmark FOLDER --json {PHOTOS}")
        return
    parts = photos.get("parts")
    if not parts:
        _show_categories(photos["categories"])
    for name in PARTS:
        if parts and name in parts:
            st.markdown(f"**{text(f'performance.{name}_title')}.** {text(f'performance.{name}_meaning')}")
            _show_categories(parts[name])
    st.caption(" ".join(_how_photos_were_read(photos)))


def _show_categories(categories: dict[str, dict]) -> None:
    order = [*KINDS, *categories]
    show_table(
        [
            {
                text("performance.kind"): kind(name),
                text("performance.right"): _right_of(row),
                text("performance.accuracy"): f"**{percent(row['accuracy'])}** ({interval(row['interval'])})",
                text("performance.people"): str(row["writers"]),
            }
            for name, row in sorted(categories.items(), key=lambda item: order.index(item[0]))
        ]
    )


def _right_of(row: dict) -> str:
    return text("performance.right_of", right=number(row["right"]), total=number(row["total"]))


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
    return [_source(PHOTOS, facts), text("performance.writers")]


def _source(file: str, facts: list[str]) -> str:
    if not facts:
        return text("performance.source", file=file)
    return text("performance.source_and_facts", file=file, facts=", ".join(facts))


def show_digits(evaluation: dict | None) -> None:
    """Show which digits are taken for which, and how well each one is read."""
    if evaluation is None:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_confusion(evaluation)
    with right:
        _show_per_class(evaluation)


def _show_confusion(evaluation: dict) -> None:
    st.subheader(text("performance.confusion"), anchor=False)
    charts.show_chart(charts.confusion_chart(evaluation["confusion"]), alt=text("performance.confusion_alt"))
    st.caption(text("performance.confusion_hint", file=EVALUATION))


def _show_per_class(evaluation: dict) -> None:
    st.subheader(text("performance.per_class"), anchor=False)
    show_table(
        [
            {
                text("performance.digit"): str(row["digit"]),
                text("performance.recall"): _share(row["recall"]),
                text("performance.precision"): _share(row["precision"]),
            }
            for row in evaluation["per_class"]
        ]
    )
    st.caption(text("performance.per_class_hint", file=EVALUATION))


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value, 2)


def show_tta(evaluation: dict | None) -> None:
    """Show what several looks instead of one gain and cost."""
    tta = (evaluation or {}).get("tta")
    if not tta or "views" not in tta:  # figures of an earlier version, which show_headline() has said
        return
    st.subheader(text("performance.tta"), anchor=False)
    show_figures(
        [
            (text("performance.one_look"), percent(tta["validation_accuracy_one_pass"], 2), ""),
            (text("performance.mean_of_looks"), percent(tta["validation_accuracy"], 2), ""),
            (text("performance.gain"), number(tta["gain_points"], 2, signed=True), ""),
            (text("performance.cost"), f"{number(tta['cost_ratio'], 1)} ×", ""),
        ]
    )
    views = "; ".join(map(view, tta["views"]))
    st.caption(text("performance.tta_hint", views=views, file=EVALUATION))


def show_training_curves(history: list[dict[str, float]] | None) -> None:
    """Show accuracy and loss over the epochs."""
    st.subheader(text("performance.curves"), anchor=False)
    if history is None:
        _missing(text("performance.no_curves"), HISTORY, "python -m training.train mnist_cnn")
        return
    training, validation = text("performance.on_training"), text("performance.on_validation")
    left, right = st.columns(2, gap="large")
    with left:
        shares = charts.error_chart(history, {"accuracy": training, "val_accuracy": validation})
        charts.show_chart(shares, alt=text("performance.errors_alt"))
    with right:
        losses = charts.loss_chart(history, {"loss": training, "val_loss": validation})
        charts.show_chart(losses, alt=text("performance.loss_alt"))
    facts = [text("performance.epochs", count=len(history))]
    if all("seconds" in row for row in history):
        facts.append(duration(sum(row["seconds"] for row in history)))
    st.caption(text("performance.curves_hint", facts=", ".join(facts), file=HISTORY))


def show_speed(benchmark: dict | None) -> None:
    """Show how long an answer takes, beside the way of the project that this one learnt from."""
    st.subheader(text("performance.speed"), anchor=False)
    speed = (benchmark or {}).get("speed")
    if not speed:
        _missing(text("performance.not_measured"), BENCHMARK, "make benchmark")
        return
    show_table(
        [
            {
                text("performance.what"): said(row["what"]),
                text("performance.way"): said(row["way"]),
                text("performance.median"): duration(row["median_ms"] / 1000),
                text("performance.times_faster"): number(row["times_faster"], 1) if row.get("times_faster") else "",
            }
            for row in speed
        ]
    )
    machine = benchmark.get("machine") or {}
    facts = [str(benchmark["date"])] if "date" in benchmark else []
    facts += [machine["processor"]] if "processor" in machine else []
    facts += [text("performance.cores", count=machine["cores"])] if "cores" in machine else []
    st.caption(_source(BENCHMARK, facts))
