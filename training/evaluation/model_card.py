"""The model card, models/README.md: what the networks are for, how they were made and what they scored.

Every figure in it is read from a file beside it, every description from the code that does what is described.
"""

import inspect
import json
from pathlib import Path

from inference.augmentation import OPERATIONS
from inference.classifier import DEFAULT_NETWORK
from training.evaluation.figures import CREDIT
from training.evaluation.measures import percent
from training.evaluation.mnist_c import CORRUPTIONS, VARIABLE
from training.evaluation.tables import read_table
from training.evaluation.verdicts import verdicts
from training.evaluation.wrong_labels import PATH as WRONG_LABELS
from training.networks import NETWORKS

HEAD = f"""# Model card

`{DEFAULT_NETWORK}` reads one handwritten digit. This page is made by `make evaluate` from the files beside it, and by
`make documents`: change `training/evaluation/model_card.py`.
"""

PURPOSE = """## What it is for

Given one image of 28×28 pixels, a white digit on black, 0 to 255, it answers with ten probabilities. DigitLens makes
such an image from a photo, a drawing or a camera's picture in eleven steps (PREPROCESSING.md), applies the temperature
below to the answer, and calls it `unsure` where the confidence is under the threshold below, `not_a_digit` where the
likeness is.

It was made to be shown and learnt from, and to read what people hand to it one digit at a time, looking at the answer.
Where a wrong digit costs something (cheques, doses, votes), it must not decide alone.
"""

REMAKE = """## How to make all of this again

`make train NETWORK=resnet10` and `NETWORK=cnn3` train two of the teachers. `python -m training.seeds` then trains both
stages with each seed, `first_stage` and `mnist_cnn`, and ships the network that is best on the validation images.
`python -m training.development` trains the steps of the development, `make train NETWORK=mlp` any other network, and
`make evaluate` makes every figure on this page from the committed networks. The same seed gives the same batches on
every machine; sums in another order on another processor still make another network, by chance about as good.
"""

DISCIPLINE = """Settings, temperature, threshold, TTA and seed are chosen on the validation images. The test images and
MNIST-C are looked at by `make evaluate` only, for networks that are finished.
"""


def model_card(folder: Path) -> str:
    """Return the text, made from the files in ``folder``: the default network's card, evaluations and tables."""
    card, evaluation = (
        json.loads((folder / f"{DEFAULT_NETWORK}{ending}").read_text(encoding="utf-8"))
        for ending in (".json", "_evaluation.json")
    )
    sections = [
        HEAD,
        PURPOSE,
        _data(card, folder),
        _training(card, folder),
        _results(evaluation),
        _calibration(card, evaluation),
        _tta(evaluation),
        verdicts(folder),
        _own_corruptions(card, evaluation, read_table(folder / "own_corruptions.csv")),
        _mnist_c(card, evaluation, read_table(folder / "mnist_c.csv")),
        _seeds(folder / "seeds.csv"),
        _development(folder / "development.csv"),
        _networks(folder),
        _other_data(folder / "other_data.csv"),
        _limits(evaluation),
        REMAKE,
    ]
    return "\n".join(section for section in sections if section)


def _data(card: dict, folder: Path) -> str:
    settings, data = card["made"]["settings"], card["made"]["data"]
    held_out = card["validation"]["images"]
    return f"""## Data

{data["name"]}: {data["training_images"]:,} training images, of which {held_out:,} are held out for validation
(drawn with seed {settings["validation_seed"]}, the same for every network), and {data["test_images"]:,} test images.
SHA-256 of its arrays: `{data["sha256_of_arrays"]}`. {CREDIT}.

{_picture(folder, "data_samples.png", "Some training images of each digit")}
{DISCIPLINE}"""


def _training(card: dict, folder: Path) -> str:
    made = card["made"]
    settings = made["settings"]
    reasons = settings["reasons"]
    shown = {key: value for key, value in settings.items() if key not in ("network", "reasons", "augmentation")}
    rows = [(f"`{key}`", f"`{json.dumps(value)}`", reasons.get(key, "")) for key, value in shown.items()]
    rows += [(f"`{key}`", "", reason) for key, reason in reasons.items() if key not in shown]
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
    parts = [
        "## How it was trained\n",
        f"{_docstring(NETWORKS[settings['network']])}\n",
        f"{card['parameters']:,} parameters, {len(card['layers'])} layers. Trained on {made['date']} in"
        f" {round(made['training_seconds'] / 60)} minutes, with {versions}.\n",
    ]
    stages = [card]
    if "continues" in settings:
        name = settings["continues"].format(seed=settings["seed"])
        stages = [json.loads((folder / f"{name}.json").read_text(encoding="utf-8")), card]
        first = stages[0]["made"]
        parts.append(
            f"It continues `{name}`: {first['settings']['epochs']} epochs, {round(first['training_seconds'] / 60)}"
            f" minutes, with the settings of `training/settings/{Path(name).name}.json`. What follows is the second"
            " stage.\n"
        )
    parts += [
        f"![Errors and loss over the epochs](figures/{DEFAULT_NETWORK}_training.png)\n",
        _table(("setting", "value", "why"), rows),
    ]
    shares = [stage["made"]["settings"]["augmentation"] for stage in stages]
    if any(shares):
        titles = ("share",) if len(stages) == 1 else ("first stage", "second stage")
        parts += [
            "Each training image is changed anew in every epoch. The share is that of the images that the operation is"
            " applied to, independently of the others:\n",
            _table(
                ("operation", *titles, "what it does"),
                [
                    (
                        f"`{name}`",
                        *(percent(stage.get(name, 0), 1) for stage in shares),
                        _docstring(OPERATIONS[name].apply),
                    )
                    for name in OPERATIONS
                    if any(name in stage for stage in shares)
                ],
            ),
            _picture(folder, "data_augmentations.png", "Each operation, applied to an image three times"),
        ]
    return "\n".join(parts)


def _results(evaluation: dict) -> str:
    test, clean, validation = (evaluation[part] for part in ("test", "test_without_wrong_labels", "validation"))
    misread, set_aside = evaluation["misread"], test["images"] - clean["images"]
    known = sum(row["wrong_label"] for row in misread)
    rows = [
        (name, f"{row['images']:,}", row["errors"], f"**{percent(row['accuracy'])}**", _interval(row))
        for name, row in (
            ("test images, one pass", test),
            (f"test images without the {set_aside} with a wrong label", clean),
            ("validation images, one pass", validation),
        )
    ]
    classes = [(row["digit"], _share(row["recall"]), _share(row["precision"])) for row in evaluation["per_class"]]
    sources = json.loads(WRONG_LABELS.read_text(encoding="utf-8"))
    return "\n".join(
        [
            "## Results\n",
            _table(("images", "how many", "errors", "accuracy", "95 % interval (Wilson)"), rows),
            f"{set_aside} labels of the test images are known to be wrong: fewer than three of five people agreed with"
            f" them. {known} of the {len(misread)} errors are among them. The list:"
            " `training/evaluation/wrong_labels.json`, from"
            f" {sources['source'].rstrip('.')}, <{sources['urls'][0]}>.\n",
            f"![Confusion matrix](figures/{DEFAULT_NETWORK}_confusion.png)\n",
            f"{evaluation['comment']}\n",
            "Recall: how many of a digit are read as it. Precision: how many of the answers with it are right.\n",
            _table(("digit", "recall", "precision"), classes),
            *([f"![Misread test images](figures/{DEFAULT_NETWORK}_misread.png)\n"] if misread else []),
            _speed(evaluation),
        ]
    )


def _speed(evaluation: dict) -> str:
    speed, files = evaluation["speed"], evaluation["files"]
    met = "met" if speed["times_faster"] >= speed["goal_times_faster"] else "missed"
    return (
        f"One digit takes {speed['onnx_ms']:.2f} ms through the .onnx ({_bytes(files['onnx_bytes'])}) and"
        f" {speed['keras_ms']:.0f} ms through Keras' `predict` with the .keras ({_bytes(files['keras_bytes'])}), in the"
        f" same process: {speed['times_faster']:.0f} times as long (goal: {speed['goal_times_faster']}, {met}). The two"
        f" files' probabilities differ by {evaluation['keras_onnx_difference']:.0e} at most.\n"
    )


def _calibration(card: dict, evaluation: dict) -> str:
    measured = evaluation["calibration"]
    names = {
        "nll": "negative log-likelihood",
        "brier": "Brier score",
        "ece": "expected calibration error",
    }
    rows = [(name, f"{measured['before'][key]:.4f}", f"{measured['after'][key]:.4f}") for key, name in names.items()]
    return "\n".join(
        [
            "## Calibration\n",
            f"The log-probabilities are divided by the temperature {measured['temperature']:.3f}, which was"
            f" {card.get('temperature_note', 'fitted on the validation images')}; the figures are those of the test"
            " images. Under a confidence of"
            f" {percent(card['thresholds']['unsure_below'], 1)} an answer is called `unsure`.\n",
            _table(("the lower the better", "before", "after the temperature"), rows),
            f"![Reliability before and after the temperature](figures/{DEFAULT_NETWORK}_reliability.png)\n",
        ]
    )


def _tta(evaluation: dict) -> str:
    tta = evaluation["tta"]
    rows = [
        (
            row["name"],
            row["looks"],
            percent(row["accuracy"]),
            f"{row['nll']:.5f}",
            "" if row["looks"] == 1 else f"{row['nll_change']:+.5f} ± {row['nll_change_error']:.5f}",
            f"{row['cost_ratio']:.1f}",
        )
        for row in tta["candidates"]
    ]
    ships = "It ships." if tta["best"] == tta["shipped"] else f"{tta['shipped'].capitalize()} ships."
    return "\n".join(
        [
            "## Several looks (TTA)\n",
            "The mean of the probabilities over several views of the same image, on the validation images. A change of"
            " the NLL that is not twice as large as its standard error (±) may be chance:\n",
            _table(("views", "looks", "accuracy", "NLL", "change", "times the time of one look"), rows),
            f"The rule: {tta['rule']}. By it the choice is: {tta['best']}. {ships}\n",
        ]
    )


def _own_corruptions(card: dict, evaluation: dict, rows: list[dict]) -> str:
    own = evaluation["own_corruptions"]
    shares = card["made"]["settings"]["augmentation"]
    networks = [name for name in rows[0] if name != "corruption"]
    lines = [
        (
            f"`{row['corruption']}`" if row["corruption"] in OPERATIONS else "**mean**",
            *([percent(shares[row["corruption"]], 1) if row["corruption"] in shares else ""] if shares else []),
            *(_share(row[name]) for name in networks),
        )
        for row in rows
    ]
    return "\n".join(
        [
            "## Worse pictures: our own corruptions\n",
            f"Each operation of `inference/augmentation.py` alone, applied to {own['images']:,} validation images with"
            " a fixed seed (an operation for one digit: to the images of that digit); the share of wrong answers, one"
            " pass. Choices are made on these.\n",
            _table(("operation", *(["share in the last stage"] if shares else []), *_quoted(networks)), lines),
        ]
    )


def _mnist_c(card: dict, evaluation: dict, rows: list[dict]) -> str:
    measured = evaluation["mnist_c"]
    title = "## Worse pictures: MNIST-C\n"
    if measured is None:
        return f"{title}\nNot measured: set `{VARIABLE}` and run `make evaluate`.\n"
    shares = card["made"]["settings"]["augmentation"]
    networks = [name for name in rows[0] if name != "corruption"]
    lines = [
        (
            row["corruption"].replace("_", " ") if row["corruption"] in CORRUPTIONS else "**mean**",
            *(_share(row[name]) for name in networks),
            ", ".join(_with_share(name, shares) for name in CORRUPTIONS.get(row["corruption"], ())),
        )
        for row in rows
    ]
    return "\n".join(
        [
            title,
            f"{measured['images']:,} of MNIST's test images in each of {len(CORRUPTIONS)} corruptions; the share of"
            ' wrong answers, one pass (N. Mu, J. Gilmer, "MNIST-C: A robustness benchmark for computer vision", 2019).'
            " The augmentation was written knowing what kinds of corruption there are and which are hard for a network"
            " that has not met them: these errors are not those of a network that is surprised. The last column says"
            f" which operations come near each, and their share in the last stage of `{DEFAULT_NETWORK}`.\n",
            _table(("corruption", *_quoted(networks), "what comes near it in training"), lines),
            "![MNIST-C by corruption](figures/mnist_c.png)\n",
        ]
    )


def _quoted(names: list[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def _with_share(name: str, shares: dict[str, float]) -> str:
    if not shares:
        return f"`{name}`"
    return f"`{name}` {percent(shares[name], 1)}" if name in shares else f"`{name}` not used"


def _seeds(path: Path) -> str:
    if not path.exists():
        return ""
    *rows, mean, deviation = read_table(path)
    lines = [(row["seed"], *(_share(row[key]) for key in _MEASURES)) for row in rows]
    together = [
        _share(mean[key]) if deviation[key] is None else f"**{_share(mean[key])} ± {100 * deviation[key]:.2f}**"
        for key in _MEASURES
    ]
    return "\n".join(
        [
            "## Other seeds\n",
            f"The same recipe with {len(rows)} seeds, mean ± sample standard deviation in points: what chance alone"
            " changes. The network that ships is the one that is best on the validation images.\n",
            _table(("seed", *_MEASURES.values()), [*lines, ("all", *together)]),
        ]
    )


# The columns of the tables of runs, and what they are called.
_MEASURES = {
    "validation_accuracy": "validation accuracy",
    "own_corruptions_error": "errors, own corruptions",
    "test_accuracy": "test accuracy",
    "mnist_c_error": "errors, MNIST-C",
}


def _development(path: Path) -> str:
    if not path.exists():
        return ""
    rows = [
        (row["title"], f"{row['parameters']:,}", row["epochs"], *(_share(row[key]) for key in _MEASURES))
        for row in read_table(path)
    ]
    return "\n".join(
        [
            "## What each part brings\n",
            _table(("step", "parameters", "epochs", *_MEASURES.values()), rows),
            "![Errors of each step](figures/development.png)\n",
        ]
    )


def _networks(folder: Path) -> str:
    rows = read_table(folder / "networks.csv")
    if len(rows) < 2:
        return ""
    lines = [
        (
            f"`{row['name']}`",
            f"{row['parameters']:,}",
            _bytes(row["onnx_bytes"]),
            f"{row['onnx_ms']:.2f} ms",
            percent(row["test_accuracy"]),
            f"{percent(row['low'])} to {percent(row['high'])}",
            percent(row["own_corruptions_error"]),
            _share(row["mnist_c_error"]),
        )
        for row in rows
    ]
    described = []
    for row in rows:
        card = json.loads((folder / f"{row['name']}.json").read_text(encoding="utf-8"))
        described.append(f"- `{row['name']}`: {_docstring(NETWORKS[card['made']['settings']['network']])}")
    head = (
        "network",
        "parameters",
        ".onnx",
        "one digit",
        "test accuracy",
        "95 % interval",
        "errors, own corruptions",
        "errors, MNIST-C",
    )
    return "\n".join(
        [
            "## The networks side by side\n",
            *described,
            "",
            _table(head, lines),
            "![Error against parameters](figures/networks.png)\n",
        ]
    )


def _other_data(path: Path) -> str:
    if not path.exists():
        return ""
    lines = [
        (
            f"`{row['name']}`",
            row["data"],
            f"{row['images']:,} {row['split']} images",
            row["errors"],
            percent(row["accuracy"]),
            f"{percent(row['low'])} to {percent(row['high'])}",
        )
        for row in read_table(path)
    ]
    return "\n".join(
        [
            "## Networks that learnt from other images\n",
            "Each was asked about images of its own data set: the test images or, where there are none, the validation"
            " images, which flatter a little. These figures cannot be compared with those above.\n",
            _table(("network", "learnt from", "measured on", "errors", "accuracy", "95 % interval"), lines),
        ]
    )


def _limits(evaluation: dict) -> str:
    lines = [
        "- Letters, shapes and other things that are no digits are read as if they were; it answers with one digit.",
        "- MNIST was written by employees and students in the United States. A 1 with an upstroke and a 7 with a bar"
        " are known to the network from drawn strokes only, other habits of other hands not even so. README.md has the"
        " figures for photos and drawings by other people.",
    ]
    own = evaluation["own_corruptions"]["errors"]
    lines.append(f"- Of our own corruptions it suffers most from {_worst(own)}.")
    if evaluation["mnist_c"]:
        lines.append(f"- Of MNIST-C's corruptions it suffers most from {_worst(evaluation['mnist_c']['errors'])}.")
    return "\n".join(["## Limits\n", *lines, ""])


def _worst(errors: dict[str, float], count: int = 3) -> str:
    names = sorted(errors, key=errors.get, reverse=True)[:count]
    return ", ".join(f"{name.replace('_', ' ')} ({percent(errors[name], 1)} wrong)" for name in names)


def _docstring(function) -> str:
    """Return the first paragraph of a docstring on one line, without the "Return" that begins it."""
    first = " ".join(inspect.getdoc(function).split("\n\n")[0].split())
    return first.removeprefix("Return ")[:1].upper() + first.removeprefix("Return ")[1:]


def _picture(folder: Path, name: str, says: str) -> str:
    """Return a picture that another script draws (training/look.py), where it is there."""
    return f"![{says}](figures/{name})\n" if (folder / "figures" / name).exists() else ""


def _table(head: tuple, rows: list[tuple]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _interval(row: dict) -> str:
    low, high = row["interval"]
    return f"{percent(low)} to {percent(high)}"


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
