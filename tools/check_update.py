#!/usr/bin/env python3
"""Recompute recorded updates from their formulas, in numpy and float64.

`pongpg train --record DIR` writes an .npz for each update (docs/record.md). This
script knows nothing of the program: from the weights before, the observations, the
actions and the rewards it computes probabilities, returns, advantages, the gradient and
RMSProp's step by the formulas of Karpathy's "Deep Reinforcement Learning: Pong from
Pixels" (2016), or Adam's by Kingma & Ba's (2015), and compares them with what the program
recorded; likewise what else an algorithm is made of: a baseline and credit from the two
images, values and the steps of PPO, the search of a trust region, guesses.

A difference is allowed only as far as rounding to float32 explains it: each bound
is a multiple of the unit roundoff u = 2^-24 times the sum of the absolute
values that were added. The exit status is 1 if any value is beyond its bound.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there is a process for each processor
import numpy as np

from updatecheck.algorithms import check_gradient_update
from updatecheck.checker import Checker
from updatecheck.faults import planted_faults
from updatecheck.guesses import check_guesses


def check_arrays(z):
    """Returns a Checker that has looked at the arrays z of one update."""
    check = Checker()
    if "guesses" in z:
        check_guesses(z, check)
    elif z["convolutional"]:
        check.failures.append("of a convolutional network: this check knows only the post's; record one without --network conv")
    else:
        check_gradient_update(z, check)
    return check


def record(program, folder):
    """Lets the program record updates of each recipe, and of what departs from them; returns their folders."""
    fast = ["--recipe", "fast", "--envs", "64", "--batch-decisions", "10240"]
    few = ["--recipe", "fast", "--envs", "32", "--batch-decisions", "8192", "--hidden", "64"]

    def small(recipe, batch=("--batch-decisions", "3000")):
        return ["--recipe", recipe, "--envs", "24", "--hidden", "40", *batch]

    schedule = ("--schedule", "0:3000:1e-2:.01 9000:2400:4e-3:.005")
    runs = {
        "karpathy": ["--recipe", "karpathy"],
        "fast": fast,
        "adam": few + ["--optimizer", "adam", "--lr", "1e-3"],
        "l2": few + ["--l2", "1e-3"],
        "clip": few + ["--clip", "1e-3"],
        "permuted": few + ["--permute-pixels", "3"],
        "all of it": few + ["--optimizer", "adam", "--l2", "1e-4", "--clip", "1e-3", "--permute-pixels", "4", "--actions", "3"],
        "win": small("win", schedule),
        # Many decisions of few games, so that some points are won and the next ones over.
        "credit": ["--recipe", "win", "--envs", "8", "--hidden", "40", "--schedule=", "--batch-decisions", "24000"],
        "credit by hits": ["--recipe", "win", "--envs", "8", "--hidden", "40", "--schedule=", "--batch-decisions", "24000",
                           "--credit", "hit", "--standardize", "batch"],
        "imitate": small("imitate", schedule) + ["--imitate", "6000"],
        "a2c": small("a2c") + ["--actions", "2"],
        "ppo": small("ppo") + ["--ppo-clip", "0.02", "--minibatches", "3"],
        "ppo, adam": small("ppo") + ["--optimizer", "adam", "--ppo-clip", "0.02", "--minibatches", "2", "--reduce", "sum", "--permute-pixels", "5", "--standardize", "none"],
        "trpo": small("trpo") + ["--kl-limit", "1e-2"],
        "cem": ["--recipe", "cem", "--population", "30", "--elite", "5", "--batch-episodes", "2"],
    }
    folders = []
    for name, flags in runs.items():
        to = f"{folder}/{name}"
        command = [program, "train", "--updates", "3", "--run", f"{to}-run", "--record", to]
        subprocess.run(command + flags, check=True, stdout=subprocess.DEVNULL)
        folders.append(to)
    return folders


def check_path(path, plant):
    """Checks the recorded updates of a path; returns whether all are as they should be, and what
    to print."""
    ok, lines = True, []
    for file in sorted(path.glob("update-*.npz")) if path.is_dir() else [path]:
        with np.load(file) as npz:
            z = dict(npz)
        check = check_arrays(z)
        closest = max(check.margins, key=check.margins.get) if check.margins else "nothing"
        made = f"{len(z['theta'])} guesses" if "theta" in z else f"{len(z['action'])} decisions"
        lines.append(f"{'FAIL' if check.failures else 'ok':4} {file.parent.name}/{file.name}: {made}; "
                     f"closest to its bound: {closest} ({check.margins.get(closest, 0):.2g})")
        lines.extend("     " + failure for failure in check.failures)
        ok &= not check.failures
    if not lines:
        return False, [f"no update-*.npz in {path}: record some with `pongpg train --record DIR`"]
    for name, planted in planted_faults(z) if plant else ():
        check = check_arrays(planted)
        found = check.failures
        lines.append(f"{'ok' if found else 'MISS':4} planted: {name}: "
                     + (f"{len(found)} found, as {found[0]}; at most {max(check.margins.values(), default=0):.3g} times a bound" if found else "not found"))
        ok &= bool(found)
    return ok, lines


def check_paths(paths, plant):
    """Checks recorded updates, some paths at a time; returns whether all are as they should be."""
    all_ok = True
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for ok, lines in pool.map(check_path, map(pathlib.Path, paths), [plant] * len(paths)):
            print("\n".join(lines), flush=True)
            all_ok &= ok
    return all_ok


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", help=".npz files, or folders of them")
    parser.add_argument("--pongpg", help="first record three updates of each recipe, and of others, with this program")
    parser.add_argument("--plant", action="store_true", help="also check that planted faults are found in the last file of each path")
    args = parser.parse_args()
    if not args.paths and not args.pongpg:
        parser.error("nothing to check: name recorded updates, or a program with --pongpg")
    with tempfile.TemporaryDirectory() as folder:
        paths = args.paths + (record(args.pongpg, folder) if args.pongpg else [])
        ok = check_paths(paths, args.plant)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
