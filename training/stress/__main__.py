"""Put the server under stress, and say whether it held: ``make stress``."""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from inference.limits import Limits
from training.machine import machine
from training.serving import Server, running_server
from training.stress import bad_input, load

PARTS = ("load", "memory", "bad_input")
CLIENTS, CROWD = 8, 64
# What must hold.
ANSWERED, RATE_SHARE, GROWTH, DRAWN_WITHIN = 0.999, 0.5, 0.05, 10.0


@dataclass(frozen=True)
class Figure:
    """One measured value in words, and whether it is what it must be."""

    what: str
    measured: str
    goal: str
    holds: bool
    values: dict


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen parts; return 0 where everything held."""
    parser = argparse.ArgumentParser(prog="python -m training.stress", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART", help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--seconds", type=float, default=60, help="for each number of clients (%(default)s)")
    parser.add_argument("--predictions", type=int, default=10_000, help="while memory is watched (%(default)s)")
    parser.add_argument("--files", type=int, default=20_000, help="damaged files to open (%(default)s)")
    parser.add_argument("--requests", type=int, default=2_000, help="damaged files to send to the API (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")

    figures = []
    with running_server() as server:
        for part in PARTS:
            if part in options.parts:
                for figure in globals()[f"_{part}"](server, options):
                    figures.append(figure)
                    print(
                        f"{'ok  ' if figure.holds else 'FAIL'} {figure.what}: {figure.measured} ({figure.goal})",
                        flush=True,
                    )
    if options.json:
        result = {
            "date": date.today().isoformat(),
            "made_by": "python -m training.stress",
            "machine": machine(),
            "limits": vars(Limits.from_environment()),
            "figures": [vars(figure) for figure in figures],
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(not all(figure.holds for figure in figures))


def _load(server: Server, options: argparse.Namespace):
    photos = load.mixed_photos()
    cores = Limits().predictions
    load.load(server, photos, CLIENTS, 2)
    few, drawn = load.session_beside(server, lambda: load.load(server, photos, CLIENTS, options.seconds))
    crowd = load.load(server, photos, CROWD, options.seconds)
    # The library alone before and after the server, so that a busy spell of the machine meets both.
    bare = [load.bare_rate(photos, cores, options.seconds / 2)]
    alone = load.load(server, photos, CLIENTS, options.seconds)
    bare.append(load.bare_rate(photos, cores, options.seconds / 2))
    share = alone.rate / (sum(bare) / 2)
    yield _answered(few, f"{few.answered:.2%} of {few.total:,} answered 200", few.answered >= ANSWERED)
    yield Figure(
        f"{CLIENTS} clients, predictions a second",
        f"{alone.rate:.1f}, the library alone {sum(bare) / 2:.1f} on {cores} threads: {share:.0%}",
        f"at least {RATE_SHARE:.0%}",
        share >= RATE_SHARE,
        {"rate": round(alone.rate, 2), "bare_rates": [round(rate, 2) for rate in bare], "share": round(share, 3)},
    )
    yield _answered(crowd, f"{crowd.statuses} and {len(crowd.disorderly)} others", not crowd.disorderly)
    yield Figure(
        f"a page beside {CLIENTS} clients",
        f"drawn {len(drawn)} times, slowest {max(drawn):.1f} s",
        f"under {DRAWN_WITHIN:.0f} s",
        max(drawn) < DRAWN_WITHIN,
        {"drawn": len(drawn), "slowest_seconds": round(max(drawn), 2)},
    )
    for one in few, crowd:
        for fault in one.disorderly[:5]:
            print(f"     {fault}")


def _answered(one: load.Load, measured: str, holds: bool) -> Figure:
    half, most = one.percentile(50) * 1000, one.percentile(99) * 1000
    values = {
        "clients": one.clients,
        "seconds": round(one.seconds, 1),
        "statuses": one.statuses,
        "disorderly": len(one.disorderly),
        "p50_ms": round(half, 1),
        "p99_ms": round(most, 1),
    }
    measured += f", half within {half:.0f} ms, 99 % within {most:.0f} ms"
    goal = f"at least {ANSWERED:.1%}" if one.clients == CLIENTS else "only 200 and orderly 503"
    return Figure(f"{one.clients} clients for {one.seconds:.0f} s", measured, goal, holds, values)


def _memory(server: Server, options: argparse.Namespace):
    before, after = load.memory(server, load.mixed_photos(), options.predictions, max(200, options.predictions // 10))
    growth = after / before - 1
    yield Figure(
        f"memory over {options.predictions:,} predictions",
        f"{before:.0f} to {after:.0f} MiB, {growth:+.1%}",
        f"grows by less than {GROWTH:.0%}",
        growth < GROWTH,
        {"before_mib": round(before, 1), "after_mib": round(after, 1), "growth": round(growth, 4)},
    )


def _bad_input(server: Server, options: argparse.Namespace):
    cores = Limits().predictions
    for what, outcome in (
        ("opened", bad_input.opened(options.files, cores)),
        ("sent to the API", bad_input.sent(server, options.requests)),
    ):
        counts = ", ".join(f"{count:,} {answer}" for answer, count in outcome.answers.most_common())
        yield Figure(
            f"{outcome.answers.total():,} bad files {what}",
            f"{counts}; slowest {outcome.slowest:.2f} s; {len(outcome.troubles)} troubles",
            f"no crash, none over {bad_input.HANG:.0f} s of the cores' time, every fault named",
            not outcome.troubles,
            {
                "answers": dict(outcome.answers),
                "slowest_seconds": round(outcome.slowest, 3),
                "troubles": outcome.troubles[:20],
            },
        )
        for trouble in outcome.troubles[:10]:
            print(f"     {trouble}")


if __name__ == "__main__":
    sys.exit(main())
