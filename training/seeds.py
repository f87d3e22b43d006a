"""Train the recipe once a seed and ship the best: ``python -m training.seeds``.

One run of a recipe says little: at 99.7 % a difference of ten test images is chance. So it is run three times, each
network is kept in models/seeds/SEED/ and evaluated, and the one that is best on the validation images becomes
models/mnist_cnn. A seed that is there already, with the settings of today, is not trained again.
"""

import argparse
import json
import shutil
from pathlib import Path

from inference.classifier import DEFAULT_NETWORK
from training.export import MODELS
from training.train import read_settings, same_recipe, train_and_write

SEEDS = (1, 2, 3)
ENDINGS = (".keras", ".onnx", ".json", "_history.csv")


def rank(card: dict) -> tuple[float, float]:
    """Return what the networks are chosen by, the greatest first: validation accuracy, then the lower NLL."""
    return card["validation"]["accuracy"], -card["validation"]["nll_after_temperature"]


def trained_before(stem: Path, settings: dict) -> dict | None:
    """Return the card of ``stem`` if that network was trained with these settings."""
    path = stem.with_suffix(".json")
    if not path.exists():
        return None
    card = json.loads(path.read_text(encoding="utf-8"))
    return card if same_recipe(card["made"]["settings"], settings) else None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train mnist_cnn with three seeds and ship the best on validation.")
    parser.parse_args(arguments)
    cards = {}
    for seed in SEEDS:
        settings = {**read_settings(DEFAULT_NETWORK), "seed": seed}
        stem = MODELS / "seeds" / str(seed) / DEFAULT_NETWORK
        cards[seed] = trained_before(stem, settings) or train_and_write(settings, stem)

    best = max(SEEDS, key=lambda seed: rank(cards[seed]))
    for ending in ENDINGS:
        shutil.copy(MODELS / "seeds" / str(best) / f"{DEFAULT_NETWORK}{ending}", MODELS)
    for seed, card in cards.items():
        chosen = ", shipped" if seed == best else ""
        print(f"seed {seed}: validation accuracy {card['validation']['accuracy']:.4f}{chosen}")


if __name__ == "__main__":
    main()
