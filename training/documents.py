"""Writes what is documented from its source: ``python -m training.documents``.

PREPROCESSING.md comes from the steps' docstrings, the results in README.md and the model card, models/README.md, from
the files of figures in models/.
"""

import argparse
import inspect
import json
from pathlib import Path

from inference.classifier import models_folder
from inference.steps import STEPS
from training.evaluation.measures import percent
from training.evaluation.model_card import model_card
from training.evaluation.tables import read_table

ROOT = Path(__file__).resolve().parent.parent
PREPROCESSING = ROOT / "PREPROCESSING.md"
README = ROOT / "README.md"
CAUSES = Path(__file__).parent / "evaluation" / "wrong_photos.json"  # written by hand: why a photo is read wrong
START, END = "<!-- results: made by `make documents` -->\n", "<!-- end of results -->"

HEAD = """# The eleven steps

From a photo to the 28×28 picture that the network reads. The dashboard shows each of them for every photo, with what
it did this time. The code is `steps.py` in `streamlit_app/inference/`; beside it, `ground.py` measures the ground,
`sheet.py` finds the sheet in a photo of more than that, `ink.py` finds what is ink, `rules.py` takes printed lines and
boxes away, and `evidence.py` weighs how sure that is. `candidates.py` takes the steps under one assumption after the
other, until the network sees a clear digit. This page is made from the code by `make documents`: change it there.
"""


def preprocessing() -> str:
    """Return the text of PREPROCESSING.md: a section a step, with its number, title and docstring."""
    sections = [
        f"## {number}. {step.title}\n\n{inspect.getdoc(step.apply)}\n" for number, step in enumerate(STEPS, start=1)
    ]
    return "\n".join([HEAD, *sections, *_ablation()])


def _ablation() -> list[str]:
    """Return the section on what each step is worth, if that has been measured."""
    if not (models_folder() / "ablation.json").exists():
        return []
    measured = _figures("ablation.json")
    sources = {"scenes": "scenes", "tune": "photos used in development", "report": "photos kept apart"}
    sources = {key: name for key, name in sources.items() if key in measured["rows"][0]}
    lines = [
        "## What each step is worth",
        "",
        "Read right with all steps, and with each in turn replaced by the plainest thing that lets the photo go on.",
        "",
        f"| without step | instead | {' | '.join(sources.values())} | a photo |",
        f"| --- | --- | {'--- | ' * len(sources)}--- |",
    ]
    for row in measured["rows"]:
        shares = " | ".join(percent(row[key]["accuracy"], 1) for key in sources)
        lines.append(f"| {row['number'] or 'none'} | {row['how']} | {shares} | {row['milliseconds']:.0f} ms |")
    counts = ", ".join(f"{measured['rows'][0][key]['total']} {name}" for key, name in sources.items())
    return [
        *lines,
        "",
        f"Of {counts}, on {measured['date']}. Step 11 is the network's own and cannot be left out. From"
        " `models/ablation.json`, made by `make ablation`.",
        "",
    ]


def results() -> str:
    """Return the results for README.md, with their conditions: what is read right, the networks, speed and memory."""
    return "\n".join([*_read_right(), "", *_wrong_photos(), *_networks(), "", *_speed(), "", *_under_load()])


def _figures(name: str) -> dict:
    return json.loads((models_folder() / name).read_text(encoding="utf-8"))


def _read_right() -> list[str]:
    evaluation, photos, scenes = (
        _figures(name) for name in ("mnist_cnn_evaluation.json", "photos.json", "scenes.json")
    )
    test, clean, mnist_c = (evaluation[part] for part in ("test", "test_without_wrong_labels", "mnist_c"))
    lines = [
        "| read right | of | accuracy | 95 % interval |",
        "| --- | --- | --- | --- |",
        f"| MNIST test images, one pass | {test['images']:,} | {percent(test['accuracy'])} | {_interval(test, 2)} |",
        f"| … without the labels known to be wrong | {clean['images']:,} | {percent(clean['accuracy'])}"
        f" | {_interval(clean, 2)} |",
    ]
    if mnist_c:
        count = len(mnist_c["errors"])
        images = f"{count} × {mnist_c['images']:,}"
        lines.append(f"| MNIST-C, mean of {count} corruptions | {images} | {percent(1 - mnist_c['mean'])} | |")
    for part, name in (("report", "kept apart"), ("tune", "used in development")):
        for category, row in photos["parts"][part].items():
            what = f"real digits, {name}: {category.replace('_', ' ')}"
            lines.append(f"| {what} | {row['total']} | {percent(row['accuracy'], 1)} | {_interval(row, 1)} |")
        row = photos["numbers"]["parts"][part]
        what = f"{row['digits']} digits in {row['photos']} photos"
        lines.append(
            f"| whole numbers, {name}: digits | {what} | {percent(row['accuracy'], 1)} | {_interval(row, 1)} |"
        )
    hardest = min(scenes["conditions"], key=lambda name: scenes["conditions"][name]["accuracy"])
    for what, row in (
        (f"synthetic photos, {len(scenes['conditions'])} conditions", scenes["overall"]),
        (f"… of these the hardest: {hardest.replace('_', ' ')}", scenes["conditions"][hardest]),
    ):
        lines.append(f"| {what} | {row['total']:,} | {percent(row['accuracy'], 1)} | {_interval(row, 1)} |")
    sure, quality = scenes["digit_verdicts"], scenes["auroc"]["quality"]
    everyone = photos["categories"]["all"]
    return [
        *lines,
        "",
        f"Real digits: {everyone['total']} images by {everyone['writers']} people, read with rembg {photos['rembg']},"
        f" TTA {'on' if photos['tta'] else 'off'}, on {photos['date']}; the intervals draw writers, not images."
        " Whole numbers: by edit distance. Each image with its writer, source and answer: `models/photos.json`."
        f" Synthetic photos: digits of MNIST's {scenes['digits']} images set into scenes, `models/scenes.json`. Of"
        f" these {percent(sure['total'] / scenes['overall']['total'], 1)} get the verdict `digit`, and"
        f" {percent(sure['accuracy'], 1)} of them are right; the confidence is off by {percent(scenes['ece'], 1)}"
        f" (ECE); the quality score tells right from wrong with an AUROC of {quality['value']:.3f}"
        f" ({quality['interval'][0]:.3f} to {quality['interval'][1]:.3f}).",
    ]


def _wrong_photos() -> list[str]:
    """Return the people's images that are read wrong, each with its cause as far as somebody has looked for it."""
    photos, causes = _figures("photos.json"), json.loads(CAUSES.read_text(encoding="utf-8"))
    wrong = [(row, row["digit"]) for row in photos["answers"] if row["digit"] != row["label"]]
    wrong += [(row, row["text"].replace("\n", " / ")) for row in photos["numbers"]["answers"] if row["edits"]]
    if not wrong:
        return []
    return [
        "| image read wrong | what it says | answer | cause |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row['file']} | {row['label']} | {answer} | {causes.get(row['file'], 'not known')} |"
            for row, answer in wrong
        ),
        "",
    ]


def _networks() -> list[str]:
    rows = read_table(models_folder() / "networks.csv")
    lines = [
        "| network | parameters | MNIST test | MNIST-C | one digit | `.onnx` |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| `{row['name']}` | {row['parameters']:,} | {percent(row['test_accuracy'])}"
            f" | {_share(row['mnist_c_error'])} wrong | {row['onnx_ms']:.2f} ms | {row['onnx_bytes'] / 1e6:.1f} MB |"
            for row in rows
        ),
        "",
    ]
    seeds = models_folder() / "seeds.csv"
    if seeds.exists():
        *runs, mean, deviation = read_table(seeds)
        lines.append(
            f"`mnist_cnn` is the one of {len(runs)} runs of the same recipe that is best on the validation images. The"
            f" runs read {percent(mean['test_accuracy'])} ± {100 * deviation['test_accuracy']:.2f} of the test images"
            f" right (mean, standard deviation) and {_share(mean['mnist_c_error'])} of MNIST-C wrong."
        )
    lines.append("Everything that was measured of the networks: [the model card](models/README.md).")
    return lines


def _share(value: float | None) -> str:
    return "not measured" if value is None else percent(value)


def _speed() -> list[str]:
    benchmark = _figures("benchmark.json")
    lines = [
        "| what | way | median | goal | times faster than the reference |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in benchmark["speed"]:
        goal = f"< {row['goal_ms']:g} ms" if row["goal_ms"] else ""
        faster = f"{row['times_faster']:g}" if row["times_faster"] else ""
        lines.append(f"| {row['what']} | {row['way']} | {row['median_ms']:.1f} ms | {goal} | {faster} |")
    for row in benchmark["server"] or []:
        value = f"{row['value']:g} {row['unit']}"
        lines.append(f"| server | {row['what']} | {value} | < {row['goal']:g} {row['unit']} | |")
    machine = benchmark["machine"]
    return [
        *lines,
        "",
        f"Measured on {benchmark['date']}: {machine['processor']}, {machine['cores']} cores, load"
        f" {machine['load_before']} before the run. From `models/benchmark.json`, made by `make benchmark`.",
    ]


def _under_load() -> list[str]:
    """Return what the server and the command do under load, as far as that has been measured."""
    lines = []
    if (models_folder() / "stress.json").exists():
        parts = _figures("stress.json")["parts"]
        lines += ["| under load | measured | goal |", "| --- | --- | --- |"]
        for figure in (figure for part in parts.values() for figure in part["figures"]):
            missed = "" if figure["holds"] else " (missed)"
            lines.append(f"| {figure['what']} | {figure['measured']}{missed} | {figure['goal']} |")
        dates = " and ".join(sorted({part["date"] for part in parts.values()}))
        lines += ["", f"Measured on {dates}{_on(parts)}. From `models/stress.json`, made by `make stress`.", ""]
    if (models_folder() / "throughput.json").exists():
        measured = _figures("throughput.json")
        grown = measured["growth"]
        lines += ["| many files | files | a second | the command is faster | peak of memory |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for row in measured["ways"]:
            times = row["command_is_times_faster"]
            faster = f"{times:.1f} times" if times != 1 else ""
            lines.append(
                f"| {row['way']} | {row['files']:,} | {row['rate']:.1f} | {faster} | {row['peak_mib']:,} MiB |"
            )
        counts = [one["files"] for one in grown["runs"]]
        lines += [
            "",
            f"From {counts[0]:,} to {counts[-1]:,} files the command takes {grown['start_seconds']:.1f} s to start and"
            f" {grown['ms_per_file']:.1f} ms for each (no run is further than"
            f" {percent(grown['largest_deviation'], 0)} from that line), and the peak of its memory grows by"
            f" {100 * grown['peak_growth']:.0f} %. Measured on {measured['date']}{_on({'': measured})}. From"
            " `models/throughput.json`, made by `make throughput`.",
            "",
        ]
    return lines


def _on(parts: dict[str, dict]) -> str:
    """Return the machine that parts were measured on, in words, and the highest load that one of them began at."""
    machines = [part["machine"] for part in parts.values()]
    load = max((one["load_before"] or 0 for one in machines), default=0)
    return f": {machines[0]['processor']}, {machines[0]['cores']} cores, load at most {load} before" if machines else ""


def _interval(row: dict, digits: int) -> str:
    low, high = row["interval"]
    if low == high:
        return "no error" if row["accuracy"] == 1 else "unknown"
    return f"{percent(low, digits)} to {percent(high, digits)}"


def readme() -> str:
    """Return README.md with its results made anew; the rest is left as it is."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{results()}\n{END}{after}"


def main(arguments: list[str] | None = None) -> None:
    argparse.ArgumentParser(
        description="Write what is made from code and figures anew: PREPROCESSING.md, the results in README.md, and the"
        " model card, models/README.md."
    ).parse_args(arguments)
    PREPROCESSING.write_text(preprocessing(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
    card = models_folder() / "README.md"
    card.write_text(model_card(models_folder()), encoding="utf-8")
    print(f"written: {PREPROCESSING.name}, {README.name}, {card}")


if __name__ == "__main__":
    main()
