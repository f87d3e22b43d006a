"""Put the server under stress, and say whether it held: ``make stress``."""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from inference.limits import Limits
from training.machine import machine
from training.serving import Server, running_server
from training.stress import bad_input, load

CLIENTS, CROWD = 8, 64
# What must hold.
ANSWERED, RATE_SHARE, GROWTH, DRAWN_WITHIN = 0.999, 0.5, 0.05, 10.0
SHOWN = 10  # troubles of a kind; their number is always said


@dataclass(frozen=True)
class Figure:
    """One measured value in words, and whether it is what it must be."""

    what: str
    measured: str
    goal: str
    holds: bool
    values: dict
    troubles: list[str] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen parts; return 0 where everything held."""
    parser = argparse.ArgumentParser(prog="python -m training.stress", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--seconds", type=float, default=60, help="for each number of clients (%(default)s)")
    parser.add_argument("--predictions", type=int, default=10_000, help="while memory is watched (%(default)s)")
    parser.add_argument("--files", type=int, default=20_000, help="damaged files to open (%(default)s)")
    parser.add_argument("--requests", type=int, default=2_000, help="damaged files to send to the API (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each part's figures into FILE, the rest stays")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")
    if options.json and not options.json.parent.is_dir():  # said before minutes of work
        parser.error(f"there is no folder {options.json.parent} for the figures")

    holds = True
    for name, measure in PARTS.items():
        if options.parts and name not in options.parts:
            continue
        conditions = {"date": date.today().isoformat(), "machine": machine()}
        figures = []
        started = time.monotonic()
        with running_server() as server:
            for figure in measure(server, options):
                figures.append(figure)
                print(
                    f"{'ok  ' if figure.holds else 'FAIL'} {figure.what}: {figure.measured} ({figure.goal})",
                    *figure.troubles[:SHOWN],
                    sep="\n     ",
                    flush=True,
                )
        holds &= all(figure.holds for figure in figures)
        if options.json:
            conditions["seconds"] = round(time.monotonic() - started)
            _keep(options.json, name, {**conditions, "figures": [asdict(figure) for figure in figures]})
    return int(not holds)


def _keep(path: Path, part: str, measured: dict) -> None:
    """Write what a part measured into a file of figures, beside those of the other parts."""
    result = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    parts = {**result.get("parts", {}), part: measured}
    result = {
        "made_by": "python -m training.stress",
        "limits": asdict(Limits.from_environment()),
        "parts": {name: parts[name] for name in PARTS if name in parts},
    }
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _load(server: Server, options: argparse.Namespace) -> Iterator[Figure]:
    """Many clients at once, beside a person on a page; then the library alone, on as many threads."""
    photos = load.mixed_photos()
    cores = Limits().predictions
    load.load(server, photos, CLIENTS, 2)
    for clients in CLIENTS, CROWD:
        many, drawn = load.session_beside(server, partial(load.load, server, photos, clients, options.seconds))
        yield _answered(many)
        yield _page(clients, drawn)
    # The library alone before and after the server, so that a busy spell of the machine meets both.
    bare = [load.bare_rate(photos, cores, options.seconds / 2)]
    alone = load.load(server, photos, CLIENTS, options.seconds)
    bare.append(load.bare_rate(photos, cores, options.seconds / 2))
    mean = sum(bare) / len(bare)
    share = alone.rate / mean
    yield Figure(
        f"{CLIENTS} clients, predictions a second",
        f"{alone.rate:.1f}, the library alone {mean:.1f} on {cores} threads: {share:.0%}",
        f"at least {RATE_SHARE:.0%}",
        share >= RATE_SHARE,
        {"rate": round(alone.rate, 2), "bare_rates": [round(rate, 2) for rate in bare], "share": round(share, 3)},
    )


def _page(clients: int, drawn: list[float]) -> Figure:
    slowest = max(drawn, default=math.inf)
    was_drawn = math.isfinite(slowest)
    return Figure(
        f"a page beside {clients} clients",
        f"drawn {len(drawn)} times, slowest {slowest:.1f} s" if was_drawn else "not drawn",
        f"under {DRAWN_WITHIN:.0f} s",
        slowest < DRAWN_WITHIN,
        {"clients": clients, "drawn": len(drawn), "slowest_seconds": round(slowest, 2) if was_drawn else None},
    )


def _answered(many: load.Load) -> Figure:
    is_crowd = many.clients == CROWD
    half, most = (1000 * many.percentile(percent) for percent in (50, 99))
    return Figure(
        f"{many.clients} clients for {many.seconds:.0f} s",
        f"{many.share(200):.2%} of {many.total:,} answered 200, {many.share(503):.2%} an orderly 503,"
        f" {len(many.disorderly)} others; half within {half:.0f} ms, 99 % within {most:.0f} ms",
        "only 200 and orderly 503" if is_crowd else f"at least {ANSWERED:.1%} answered 200",
        not many.disorderly and (is_crowd or many.share(200) >= ANSWERED),
        {
            "clients": many.clients,
            "seconds": round(many.seconds, 1),
            "requests": many.total,
            "share_200": round(many.share(200), 5),
            "share_503": round(many.share(503), 5),
            "disorderly": len(many.disorderly),
            "p50_ms": round(half, 1),
            "p99_ms": round(most, 1),
        },
        many.disorderly[: 2 * SHOWN],
    )


def _memory(server: Server, options: argparse.Namespace) -> Iterator[Figure]:
    """Many predictions one after the other: what memory stays."""
    warm_up = max(200, options.predictions // 10)
    before, after, troubles = load.memory(server, load.mixed_photos(), options.predictions, warm_up)
    growth = after / before - 1
    yield Figure(
        f"memory over {options.predictions:,} predictions",
        f"{before:.0f} to {after:.0f} MiB, {growth:+.1%}; {len(troubles)} not answered 200",
        f"grows by less than {GROWTH:.0%}",
        growth < GROWTH and not troubles,
        {
            "predictions": options.predictions,
            "warm_up": warm_up,
            "before_mib": round(before, 1),
            "after_mib": round(after, 1),
            "growth": round(growth, 4),
            "not_answered": len(troubles),
        },
        troubles[: 2 * SHOWN],
    )


def _bad_input(server: Server, options: argparse.Namespace) -> Iterator[Figure]:
    """Damaged files and bombs, opened by the library and sent to the API."""
    for what, test in (
        ("opened", partial(bad_input.opened, options.files, Limits().predictions)),
        ("sent to the API", partial(bad_input.sent, server, options.requests)),
    ):
        outcome = test()
        counts = ", ".join(f"{count:,} {answer}" for answer, count in outcome.answers.most_common())
        yield Figure(
            f"{outcome.answers.total():,} bad files {what}",
            f"{counts}; slowest {outcome.slowest:.2f} s of the cores' time, {outcome.longest:.2f} s by the clock;"
            f" {len(outcome.troubles)} troubles",
            f"no crash, none over {bad_input.HANG:.0f} s, every fault named",
            not outcome.troubles,
            {
                "files": outcome.answers.total(),
                "answers": dict(outcome.answers.most_common()),
                "slowest_seconds": round(outcome.slowest, 3),
                "slowest_by_the_clock": round(outcome.longest, 3),
                "over_two_seconds": outcome.hangs,
                "troubles": len(outcome.troubles),
            },
            outcome.troubles[: 2 * SHOWN],
        )


PARTS = {"load": _load, "memory": _memory, "bad_input": _bad_input}


if __name__ == "__main__":
    sys.exit(main())
