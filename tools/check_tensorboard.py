#!/usr/bin/env python3
"""Reads what a run writes for other programs with the programs it is meant for.

A run is killed (SIGKILL) and resumed, again and again, and another is left in peace. Of both
TensorBoard must read the scalars of metrics.jsonl and nothing else, each step once; histograms
of all weights of the policy; and images that decode. metrics.csv must have the rows of
metrics.jsonl, and Pillow must read the animations of pongpg weights, frame by frame.

The exit status is 1 if anything is not so.
"""

import argparse
import csv
import glob
import io
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SMALL = ["--envs", "16", "--batch-decisions", "512", "--hidden", "24", "--workers", "1", "--checkpoint-interval", "20ms"]
WEIGHTS = ("w1", "w2", "conv1", "conv2", "conv3", "conv4", "hidden", "head")


class Checks:
    def __init__(self):
        self.failures = 0

    def that(self, name, ok, detail=""):
        print(f"{'ok' if ok else 'FAIL':4} {name}{': ' if detail else ''}{detail}", flush=True)
        self.failures += not ok


def run(program, *command):
    result = subprocess.run([program, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"pongpg {' '.join(command)}: exit status {result.returncode}: {result.stderr}")
    return result.stdout


def latest(folder):
    """The tensors of the newest checkpoint."""
    return load_file(sorted(glob.glob(f"{folder}/checkpoints/*.safetensors"))[-1])


def killed(program, folder, updates, draw, *flags):
    """Trains a run in pieces, each but the last killed; returns how many were."""
    kills, span = 0, 0.3
    while True:
        command = ["--resume", folder, "--checkpoint-interval", "20ms", "--workers", "1"] if os.path.exists(f"{folder}/config.json") else ["--run", folder, *SMALL, *flags]
        child = subprocess.Popen([program, "train", "--updates", str(updates), *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            _, errors = child.communicate(timeout=draw.uniform(0, span))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            _, errors = child.communicate()
        if child.returncode == 0:
            return kills
        if child.returncode != -signal.SIGKILL:
            sys.exit(f"a resumed run: exit status {child.returncode}: {errors}")
        kills, span = kills + 1, span * 1.25


def check_scalars(name, folder, events, rows, checks):
    wrong, values = [], 0
    tags = {f"metrics/{field}" for field in rows[0]}
    for tag in sorted(tags):
        want = [(r["global_step"], np.float32(r[tag[8:]])) for r in rows if r[tag[8:]] is not None]
        got = [(e.step, np.float32(e.value)) for e in events.Scalars(tag)] if tag in events.Tags()["scalars"] else []
        values += len(got)
        if got != want:
            wrong.append(tag)
    times = [e.wall_time for e in events.Scalars("metrics/update")]
    checks.that(f"{name}: TensorBoard's scalars are those of metrics.jsonl", not wrong and set(events.Tags()["scalars"]) <= tags, f"{values} values of {len(rows)} updates" + "; not " * bool(wrong) + ", ".join(wrong))
    checks.that(f"{name}: one file of events, in the order of time", len(glob.glob(f"{folder}/events*")) == 1 and times == sorted(times) and abs(times[-1] - time.time()) < 600)


def check_checkpoints(name, folder, events, rows, checks):
    """Histograms and images, of which a killed run may have others."""
    weights = {k: v for k, v in latest(folder).items() if k in WEIGHTS}
    tags, steps = events.Tags(), {0} | {r["global_step"] for r in rows}
    ok, count = set(tags["histograms"]) == {f"weights/{k}" for k in weights} and tags["images"] == ["filters"], 0
    for k, w in weights.items():
        for e in events.Histograms(f"weights/{k}"):
            h = e.histogram_value
            ok &= e.step in steps and h.num == w.size == sum(h.bucket) and h.min <= h.sum / h.num <= h.max and h.sum_squares > 0
            count += 1
        at = [e.step for e in events.Histograms(f"weights/{k}")]
        ok &= at == sorted(set(at)) and at[0] == 0
    checks.that(f"{name}: the histograms have all weights", ok and count > len(weights), f"{count} of {', '.join(sorted(weights))}")
    images, sizes = events.Images("filters"), set()
    for e in images:
        picture = Image.open(io.BytesIO(e.encoded_image_string))
        picture.load()
        ok &= picture.format == "PNG" and picture.size == (e.width, e.height) and len(np.unique(np.asarray(picture))) > 100
        sizes.add(picture.size)
    checks.that(f"{name}: the images of filters decode", ok and len(images) > 1 and len(sizes) == 1, f"{len(images)} of {sizes}")
    return weights


def check_last_histogram(name, events, weights, rows, checks):
    """The last histograms are NumPy's of the last checkpoint."""
    ok = True
    for k, w in weights.items():
        e = events.Histograms(f"weights/{k}")[-1]
        h = e.histogram_value
        x = w.astype(np.float64)
        want, _ = np.histogram(x, bins=[h.min, *h.bucket_limit])
        off = np.abs(want - np.array(h.bucket)).sum()
        ok &= e.step == rows[-1]["global_step"] and h.min == x.min() and h.max == x.max() and off <= 4 and math.isclose(h.sum, x.sum(), rel_tol=1e-9, abs_tol=1e-9) and math.isclose(h.sum_squares, (x * x).sum(), rel_tol=1e-9)
    checks.that(f"{name}: the last histograms are NumPy's", ok)


def check_table(name, folder, rows, checks):
    with open(f"{folder}/metrics.csv", newline="") as file:
        table = list(csv.DictReader(file))
    same = [{k: None if v == "" else float(v) for k, v in r.items()} for r in table] == rows
    checks.that(f"{name}: metrics.csv is metrics.jsonl", same and list(table[0]) == list(rows[0]), f"{len(table)} rows of {len(table[0])}")


def check_history(name, folder, updates, checks):
    """What metrics.jsonl says, whatever has become of the files beside it; returns its rows and the events."""
    rows = [json.loads(line) for line in open(f"{folder}/metrics.jsonl")]
    checks.that(f"{name}: every update once", [r["update"] for r in rows] == list(range(1, updates + 1)))
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0, "images": 0}).Reload()
    check_scalars(name, folder, events, rows, checks)
    check_table(name, folder, rows, checks)
    return rows, events


def check_run(name, folder, updates, checks):
    rows, events = check_history(name, folder, updates, checks)
    weights = check_checkpoints(name, folder, events, rows, checks)
    check_last_histogram(name, events, weights, rows, checks)


def check_pictures(program, folder, checks):
    run(program, "train", "--run", f"{folder}/kept", "--updates", "12", "--keep", "100", *SMALL[:-1], "1ns")
    for kind in "gif", "apng":
        run(program, "weights", f"{folder}/kept", "-o", f"{folder}/a.{kind}", "--units", "4")
        with Image.open(f"{folder}/a.{kind}") as picture:
            frames = []
            for i in range(picture.n_frames):
                picture.seek(i)
                frames.append(np.asarray(picture.convert("RGB")))
        different = sum(not np.array_equal(a, b) for a, b in zip(frames, frames[1:]))
        checks.that(f"Pillow reads the {kind}", len(frames) == 13 and different == 12, f"{len(frames)} frames of {picture.size}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pongpg", default="bin/pongpg", help="the program (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which runs are killed (default: %(default)s)")
    args = parser.parse_args()
    checks, draw = Checks(), random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        run(args.pongpg, "train", "--run", f"{folder}/one", "--updates", "60", *SMALL)
        check_run("a run", f"{folder}/one", 60, checks)
        run(args.pongpg, "train", "--resume", f"{folder}/one", "--updates", "100")
        check_run("resumed", f"{folder}/one", 100, checks)
        kills = killed(args.pongpg, f"{folder}/killed", 300, draw)
        checks.that("a run was killed", kills >= 2, f"{kills} times (seed {args.seed})")
        check_run("killed", f"{folder}/killed", 300, checks)
        run(args.pongpg, "train", "--run", f"{folder}/conv", "--recipe", "a2c", "--network", "conv", "--filters", "4@8/4 6@4/2", "--updates", "3", *SMALL)
        check_run("convolutions", f"{folder}/conv", 3, checks)
        run(args.pongpg, "train", "--run", f"{folder}/without", "--tensorboard=false", "--updates", "3", *SMALL)
        checks.that("--tensorboard=false", glob.glob(f"{folder}/without/events*") == [] and os.path.exists(f"{folder}/without/metrics.csv"))
        run(args.pongpg, "train", "--resume", f"{folder}/without", "--updates", "9")
        rows, events = check_history("not without", f"{folder}/without", 9, checks)
        weights = {k: v for k, v in latest(f"{folder}/without").items() if k in WEIGHTS}
        check_last_histogram("not without", events, weights, rows, checks)
        check_pictures(args.pongpg, folder, checks)
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
