"""Train the recipe once a seed and ship the best: ``python -m training.seeds``.

One run of a recipe says little: at 99.7 % a difference of ten test images is chance. So it is run three times, each
network is kept in models/seeds/SEED/ and evaluated, and the one that is best on the validation images becomes
models/mnist_cnn. It starts from models/first_stage/SEED/, and learns from one of these: so all first stages come first.
A network that is there already, with the settings of today, is not trained again. Where one is damaged nothing is
trained or copied.
"""

import argparse
import json
import shutil
from pathlib import Path

from inference.classifier import DEFAULT_NETWORK, NetworkUnavailable
from training.export import MODELS
from training.train import learnt_from, read_settings, same_recipe, train_and_write

SEEDS = (1, 2, 3)
FIRST_STAGE = "first_stage"
ENDINGS = (".keras", ".onnx", ".json", "_history.csv")


def rank(card: dict) -> tuple[float, float]:
    """Return what the networks are chosen by, the greatest first: validation accuracy, then the lower NLL."""
    return card["validation"]["accuracy"], -card["validation"]["nll_after_temperature"]


def trained_before(stem: Path, settings: dict) -> dict | None:
    """Return the card of ``stem`` if that network was trained with these settings, from the networks of today.

    Raises SystemExit with one sentence where its card is damaged or another of its files is missing: a person decides
    whether what is left is worth keeping.
    """
    path = stem.with_suffix(".json")
    if not path.exists():
        return None
    way_out = f"restore it, or delete {stem.parent} to train this seed again."
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        rank(card)
        made = card["made"]
        if not same_recipe(made["settings"], settings) or made.get("networks", {}) != learnt_from(settings):
            return None
    except NetworkUnavailable:  # what it learns from is still to be trained
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{path} is damaged: {way_out}") from error
    for ending in ENDINGS:
        if not (file := stem.with_name(f"{stem.name}{ending}")).exists():
            raise SystemExit(f"{file} is missing: {way_out}")
    return card


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=f"Train {DEFAULT_NETWORK} with the seeds {', '.join(map(str, SEEDS))}, keep each in"
        " models/seeds/SEED/, and copy the one that is best on the validation images to models/. A seed that is there"
        " already, with the settings of today, is not trained again; a run that was stopped goes on. Takes two"
        " hours on two cores."
    )
    parser.parse_args(arguments)
    runs = [
        (MODELS / folder / str(seed) / name, {**read_settings(name), "seed": seed})
        for name, folder in ((FIRST_STAGE, FIRST_STAGE), (DEFAULT_NETWORK, "seeds"))
        for seed in SEEDS
    ]
    for stem, settings in runs:
        trained_before(stem, settings)  # what is damaged stops here
    networks = {}
    for stem, settings in runs:
        # Asked again: a first stage that has just been trained makes the second one out of date.
        card = trained_before(stem, settings)
        if card:
            print(f"{stem.name}, seed {settings['seed']}: already trained, {settings['epochs']} epochs", flush=True)
        else:
            print(f"{stem.name}, seed {settings['seed']}: training", flush=True)
            card = train_and_write(settings, stem)
        if stem.name == DEFAULT_NETWORK:
            networks[settings["seed"]] = stem, card
    best = max(SEEDS, key=lambda seed: rank(networks[seed][1]))
    for ending in ENDINGS:
        shutil.copy(networks[best][0].with_name(f"{DEFAULT_NETWORK}{ending}"), MODELS)
    for seed, (_, card) in networks.items():
        chosen = ", shipped" if seed == best else ""
        print(f"seed {seed}: validation accuracy {card['validation']['accuracy']:.4f}{chosen}")


if __name__ == "__main__":
    main()
