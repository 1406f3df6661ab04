#!/usr/bin/env python3
"""Learning curves of runs: a table, and a picture with --output FILE (.svg or .png).

Each argument is LABEL=RUN,RUN,…: runs of the same configuration with different seeds.
The table has, for each label, the mean over its runs of the mean return of the last 100
episodes, and of the seconds and episodes it took, at round numbers of decisions; the
picture the same as lines, with a band from the lowest to the highest run.
"""

import argparse
import json
import pathlib

import numpy as np

FIELDS = ("global_step", "elapsed_seconds", "episodes", "episodic_return")


def load(run):
    """The metrics of a run: a dict of arrays, from the update with a hundredth episode on."""
    rows = [json.loads(line) for line in (pathlib.Path(run) / "metrics.jsonl").open()]
    rows = [r for r in rows if r["episodes"] >= 100]
    if not rows:
        raise SystemExit(f"{run}: no hundred episodes yet; train longer")
    return {f: np.array([r[f] for r in rows], float) for f in FIELDS}


def at(runs, field, steps):
    """The field of each run at the numbers of decisions, [runs][steps]; NaN beyond its ends."""
    return np.array(
        [np.interp(steps, r["global_step"], r[field], left=np.nan, right=np.nan) for r in runs]
    )


def table(labels, marks):
    print("| run | decisions | return (lowest … highest) | seconds | episodes |")
    print("|---|---|---|---|---|")
    for label, runs in labels.items():
        values = {f: at(runs, f, marks) for f in FIELDS[1:]}
        for i, mark in enumerate(marks):
            returns = values["episodic_return"][:, i]
            if np.isnan(returns).any():
                continue
            print(
                f"| {label} | {mark / 1e6:.0f} M | {returns.mean():+.1f} ({returns.min():+.1f} … {returns.max():+.1f}) "
                f"| {values['elapsed_seconds'][:, i].mean():.1f} | {values['episodes'][:, i].mean():,.0f} |"
            )


def picture(labels, output):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    last = max(r["global_step"][-1] for runs in labels.values() for r in runs)
    steps = np.linspace(0, last, 250)
    for (label, runs), style in zip(labels.items(), ("-", "--", ":", "-.")):
        returns, seconds = at(runs, "episodic_return", steps), at(runs, "elapsed_seconds", steps)
        keep = ~np.isnan(returns).any(axis=0)
        mean, low, high = (f(returns[:, keep], axis=0) for f in (np.mean, np.min, np.max))
        for axis, x in zip(axes, (steps[keep] / 1e6, seconds[:, keep].mean(axis=0))):
            (line,) = axis.plot(x, mean, style, label=label)
            axis.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    axes[0].set(xlabel="decisions (millions)", ylabel="mean return of the last 100 episodes")
    axes[1].set(xlabel="seconds of training")
    for axis in axes:
        axis.axhline(0, color="grey", linewidth=0.8)
        axis.set_ylim(-21, 21)
        axis.set_xlim(left=0)
        axis.grid(alpha=0.3)
    axes[0].legend(loc="upper left", frameon=False)
    matplotlib.rcParams["svg.hashsalt"] = "pongpg"
    figure.savefig(output, dpi=110, metadata={"Date": None} if output.endswith(".svg") else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", nargs="+", metavar="LABEL=RUN,RUN,…")
    parser.add_argument("--marks", default="10,20,30,50,100,200,300", help="rows of the table, in millions of decisions")
    parser.add_argument("--output", help="write the picture to this .svg or .png (needs matplotlib)")
    args = parser.parse_args()
    labels = {}
    for arg in args.runs:
        label, _, runs = arg.partition("=")
        if not runs:
            parser.error(f"{arg}: write LABEL=RUN,RUN,…")
        labels[label] = [load(run) for run in runs.split(",")]
    table(labels, [float(m) * 1e6 for m in args.marks.split(",")])
    if args.output:
        picture(labels, args.output)


if __name__ == "__main__":
    main()
