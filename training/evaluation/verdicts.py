"""The model card's section on the verdicts: what is refused, and how that was chosen."""

import json
from pathlib import Path

from training.evaluation.measures import percent


def verdicts(folder: Path) -> str:
    """Return the section, made from verdicts.json in ``folder``; empty where that is missing or of another network."""
    path = folder / "verdicts.json"
    if not path.exists():
        return ""
    measured = json.loads(path.read_text(encoding="utf-8"))
    goals, cost, fitted = measured["goals"], measured["cost"], measured["fitted_on"]
    return "\n".join(
        [
            "## What is no digit\n",
            "The ten probabilities sum to 1 whatever is shown, so `unsure` alone would let most letters pass. A small"
            " network of its own, the judge (`likeness/likeness.onnx`), is asked beside the one that reads: for each"
            " digit, whether this is one at all. It learnt from"
            f" {fitted['digits']:,} digits and {fitted['rest']:,} drawn things that are none, of our own making"
            f" (`training/non_digits.py`), and from {fitted['photos_of_digits']:,} and {fitted['photos_of_rest']:,}"
            " finds in photos of both. Under a likeness of"
            f" {measured['not_a_digit_below']:.3g} the verdict is `not_a_digit`: chosen so that the whole way refuses"
            f" {percent(measured['chosen_so_that_digits_are_refused'], 1)} of the digits at most, of those that it is"
            f" chosen on. With the judge one digit takes {cost['with_ms']:.2f} ms, without it"
            f" {cost['without_ms']:.2f} ms;"
            f" asking all networks, as one of the ways below does, {cost['all_networks_ms']:.2f} ms.\n",
            "Chosen on one half, reported on the other: the two share no image, font, generator or picture, and"
            f" {' and '.join(measured['never_chosen_on'])} are not chosen on at all. Look-alikes (O, I, S, Z …) are"
            " counted apart, and so are digits that fonts draw. The ways side by side, on the likeliest find of each"
            " photo:\n",
            _table(
                ("way", "AUROC", "FPR at 95 % TPR", "non-digits refused", "digits refused"),
                [
                    (
                        f"**{row['about']}**" if row["name"] == measured["shipped"] else row["about"],
                        f"{row['auroc']:.3f}",
                        percent(row["fpr_at_95"], 1),
                        percent(row["refused"], 1),
                        percent(row["refused_digits"], 1),
                    )
                    for row in measured["ways"]
                ],
            ),
            "The whole way from photo to verdict, with every find that `read_digit` goes on to; refused is"
            " `not_a_digit` or `blank`. Some scenes are made so hard that the digit is not found: refusing them is"
            " right, and they count as refused digits here.\n",
            _table(
                ("what is shown", "photos", "refused", "95 % interval", *_names(measured), "right", "`digit` is right"),
                [_row(row) for row in measured["verdicts"] if row["half"] == "report" and row["of"] == row["kind"]],
            ),
            f"Goals: {percent(goals['refused_non_digits'], 0)} of what is none refused with"
            f" {percent(goals['refused_digits'], 0)} of the digits, AUROC {goals['auroc']}; `digit` said of"
            f" {percent(goals['called_digit'], 0)} of the single digits and right in"
            f" {percent(goals['right_when_called_digit'], 0)}; at most {percent(goals['singles_called_several'], 1)} of"
            " single digits called several. Families one by one, both halves: `verdicts.json`.\n",
        ]
    )


def _names(measured: dict) -> list[str]:
    return [f"`{name}`" for name in measured["verdicts"][0]["verdicts"]]


def _row(row: dict) -> tuple:
    low, high = row["refused_interval"]
    as_digit = row["right_as_digit"]
    is_of_digits = row["right"] > 0
    return (
        row["of"].replace("_", "-"),
        row["photos"],
        percent(row["refused"], 1),
        f"{percent(low, 1)} to {percent(high, 1)}",
        *row["verdicts"].values(),
        percent(row["right"], 1) if is_of_digits else "",
        percent(as_digit, 1) if is_of_digits and as_digit is not None else "",
    )


def _table(head: tuple, rows: list[tuple]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"
