"""The parts of the Performance page. Each takes what its file holds, or None where there is no such file."""

import streamlit as st

from inference import NetworkUnavailable
from ui import charts, results
from ui.figures import show_figures, show_table
from ui.words import KINDS, duration, interval, kind, percent

EVALUATION = "models/mnist_cnn_evaluation.json"
HISTORY = "models/mnist_cnn_history.csv"
PHOTOS = "models/photos.json"
BENCHMARK = "models/benchmark.json"
# The parts of the real digits: the title, and what it means.
PARTS = {
    "report": (
        "Kept apart",
        "No setting was tuned on these images, but their errors were looked at: the figures flatter a little.",
    ),
    "tune": (
        "Used in development",
        "Choices were made on these images: they say less about other people's digits.",
    ),
}


def _missing(what: str, file: str, command: str) -> None:
    st.info(f"{what}: `{file}` is not there. `{command}` makes it.")


def show_headline(evaluation: dict | None) -> None:
    """Show the accuracy on MNIST's test images with its interval, on validation, and the errors as a count."""
    if evaluation is None:
        _missing("The test accuracy is not measured yet", EVALUATION, "make evaluate")
    elif results.evaluated_another_network():
        st.warning("These figures belong to an earlier network. Run `make evaluate` again.")
    figures = []
    if evaluation is not None:
        test = evaluation["test"]
        wrong = round(test["images"] * (1 - test["accuracy"]))
        figures.append(("MNIST test accuracy", percent(test["accuracy"], 2), interval(test["interval"], 2)))
        figures.append(("Errors", f"{wrong:,}", f"among {test['images']:,} test images"))
    try:
        validation = results.card().get("validation") or {}
    except NetworkUnavailable as error:
        st.error(str(error))
        validation = {}
    if "accuracy" in validation:
        figures.append(
            ("Validation accuracy", percent(validation["accuracy"], 2), f"on {validation['images']:,} images held back")
        )
    show_figures(figures)
    if evaluation is not None:
        st.caption(" ".join(_how_it_was_measured(evaluation)))


def _how_it_was_measured(evaluation: dict) -> list[str]:
    words = [f"From `{EVALUATION}`, computed through the .onnx file."]
    if "keras_onnx_difference" in evaluation:
        words.append(f"The .keras file differs by {evaluation['keras_onnx_difference']:.1e} at most.")
    measured = evaluation.get("calibration")
    if measured:
        before, after = measured["before"]["ece"], measured["after"]["ece"]
        words.append(
            f"The confidence is off by {percent(after, 2)} on average (ECE; {percent(before, 2)} before calibration)."
        )
    return words


def show_photos(photos: dict | None) -> None:
    """Show how many real digits are read right, by kind: those kept apart, then those used in development."""
    st.subheader("Real photos and drawings", anchor=False)
    if not (photos or {}).get("categories"):
        _missing("Not measured yet", PHOTOS, f"digitlens benchmark FOLDER --json {PHOTOS}")
        return
    parts = photos.get("parts")
    if not parts:
        _show_categories(photos["categories"])
    for name, (title, meaning) in PARTS.items():
        if parts and name in parts:
            st.markdown(f"**{title}.** {meaning}")
            _show_categories(parts[name])
    st.caption(" ".join(_how_photos_were_read(photos)))


def _show_categories(categories: dict[str, dict]) -> None:
    order = [*KINDS, *categories]
    show_table(
        [
            {
                "Kind": kind(name),
                "Right": f"{row['right']:,} of {row['total']:,}",
                "Accuracy": f"**{percent(row['accuracy'])}** ({interval(row['interval'])})",
                "People": str(row["writers"]),
            }
            for name, row in sorted(categories.items(), key=lambda item: order.index(item[0]))
        ]
    )


def _how_photos_were_read(photos: dict) -> list[str]:
    facts = [str(photos["date"])] if "date" in photos else []
    if "rembg" in photos:
        facts.append(
            f"rembg {photos['rembg']}" + ("" if photos.get("rembg_weights", True) else ", without its weights")
        )
    if photos.get("tta"):
        facts.append("with TTA")
    if photos.get("part", "all") != "all":
        facts.append(f"part {photos['part']}")
    words = [f"From `{PHOTOS}`" + (f" ({', '.join(facts)})." if facts else ".")]
    words.append(
        "The 95 % interval takes one person's digits together: they are alike. Without an error there is none."
    )
    return words


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
    st.subheader("Which digits are taken for which", anchor=False)
    charts.show_chart(
        charts.confusion_chart(evaluation["confusion"]), alt="Confusion matrix: rows the true digit, columns the answer"
    )
    st.caption(f"MNIST's test images. Grey: right. The stronger the colour, the more errors. From `{EVALUATION}`.")


def _show_per_class(evaluation: dict) -> None:
    st.subheader("Digit by digit", anchor=False)
    show_table(
        [
            {
                "Digit": str(row["digit"]),
                "Recall": _share(row["recall"]),
                "Precision": _share(row["precision"]),
            }
            for row in evaluation["per_class"]
        ]
    )
    st.caption(
        "Recall: how many of this digit are read as it. Precision: how many of the answers with it are right."
        f" From `{EVALUATION}`."
    )


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value, 2)


def show_tta(evaluation: dict | None) -> None:
    """Show what several looks instead of one gain and cost."""
    tta = (evaluation or {}).get("tta")
    if not tta or "views" not in tta:  # figures of an earlier version, which show_headline() has said
        return
    st.subheader("Several looks instead of one (TTA)", anchor=False)
    show_figures(
        [
            ("One look", percent(tta["validation_accuracy_one_pass"], 2), ""),
            ("Mean of the looks", percent(tta["validation_accuracy"], 2), ""),
            ("Gain in points", f"{tta['gain_points']:+.2f}", ""),
            ("Cost in time", f"{tta['cost_ratio']:.1f} ×", ""),
        ]
    )
    st.caption(f"Measured on the validation images, each seen {'; '.join(tta['views'])}. From `{EVALUATION}`.")


def show_training_curves(history: list[dict[str, float]] | None) -> None:
    """Show accuracy and loss over the epochs."""
    st.subheader("Training", anchor=False)
    if history is None:
        _missing("There are no training curves", HISTORY, "python -m training.train mnist_cnn")
        return
    left, right = st.columns(2, gap="large")
    with left:
        charts.show_chart(
            charts.error_chart(history, {"accuracy": "Training", "val_accuracy": "Validation"}),
            alt="Line chart: the share of errors over the epochs",
        )
    with right:
        charts.show_chart(
            charts.loss_chart(history, {"loss": "Training", "val_loss": "Validation"}),
            alt="Line chart: loss over the epochs",
        )
    words = [f"{len(history)} epochs"]
    if all("seconds" in row for row in history):
        words.append(duration(sum(row["seconds"] for row in history)))
    st.caption(
        f"{', '.join(words)}. Training images are augmented anew each epoch and harder than those for validation: the"
        f" training line may lie below. From `{HISTORY}`."
    )


def show_speed(benchmark: dict | None) -> None:
    """Show how long an answer takes, beside the way of the project that this one learnt from."""
    st.subheader("Speed", anchor=False)
    speed = (benchmark or {}).get("speed")
    if not speed:
        _missing("Not measured yet", BENCHMARK, "make benchmark")
        return
    show_table(
        [
            {
                "What": row["what"],
                "Way": row["way"],
                "Median": duration(row["median_ms"] / 1000),
                "Times faster": f"{row['times_faster']:g}" if row.get("times_faster") else "",
            }
            for row in speed
        ]
    )
    machine = benchmark.get("machine") or {}
    facts = [str(benchmark["date"])] if "date" in benchmark else []
    facts += [machine["processor"]] if "processor" in machine else []
    facts += [f"{machine['cores']} cores"] if "cores" in machine else []
    st.caption(f"From `{BENCHMARK}`" + (f" ({', '.join(facts)})." if facts else "."))
