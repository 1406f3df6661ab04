#!/usr/bin/env python3
"""Opens what pongpg exports with the programs it is meant for, and takes it back.

For policies of every kind (one image or two, 2, 3 and 6 actions, fully connected or
convolutional, with a value or without): each format must hold the same float32 bits, as NumPy,
safetensors, pickle and ONNX Runtime read them; ONNX Runtime must give the probabilities
that pongpg gave for the recorded observations of an update, as far as rounding explains;
and what Python writes of the weights, pickled in every protocol or saved in other
layouts, must come back by pongpg import as the same bits.

The exit status is 1 if anything is not so.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
from collections import namedtuple

import numpy as np
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from updatecheck.observations import dense_rows

U = 2.0**-24  # unit roundoff of float32
PIXELS, SIDE = 6400, 80
SMALL = ["--envs", "64", "--batch-decisions", "8192", "--hidden", "40"]
CONV = ["--network", "conv", "--filters", "16@8/4 32@4/2"]

# Each with the shapes that its arrays must have, and how many observations are compared. Of 80
# pixels a side, windows of 8, 4 apart, leave (80−8)/4+1 = 19, of which windows of 4, 2 apart, leave 8.
Policy = namedtuple("Policy", "flags updates shapes rows")
POLICIES = {
    "2 actions": Policy(["--recipe", "fast"], 40, {"W1": (40, 6400), "W2": (40,)}, 4000),
    "3 actions": Policy(["--recipe", "fast", "--actions", "3"], 40, {"W1": (40, 6400), "W2": (3, 40)}, 4000),
    "6 actions": Policy(["--recipe", "fast", "--actions", "6"], 40, {"W1": (40, 6400), "W2": (6, 40)}, 4000),
    "two images, 6 actions": Policy(["--recipe", "win", "--lr", "1e-3"], 40, {"W1": (40, 12800), "W2": (6, 40)}, 4000),
    "two images, 6 actions, a value": Policy(["--recipe", "ppo"], 20, {"W1": (40, 12800), "W2": (6, 40)}, 4000),
    "convolutions, two images, 6 actions": Policy(
        ["--recipe", "win", "--lr", "2e-4", *CONV], 6,
        {"conv1": (16, 2, 8, 8), "conv2": (32, 16, 4, 4), "hidden": (40, 2048), "head": (6, 40), "strides": (2,)}, 1000),
    "convolutions, one image, 2 actions, a value": Policy(
        ["--recipe", "a2c", "--input", "difference", "--actions", "2", *CONV], 6,
        {"conv1": (16, 1, 8, 8), "conv2": (32, 16, 4, 4), "hidden": (40, 2048), "head": (1, 40), "strides": (2,)}, 1000),
}  # fmt: skip


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


def export(program, checkpoint, path):
    run(program, "export", "--checkpoint", checkpoint, "-o", path)
    return path


def same(model, weights):
    """Whether a dictionary holds the weights and nothing else, to the bit."""
    return set(model) == set(weights) and all(
        np.shape(model[name]) == want.shape
        and np.array_equal(np.asarray(model[name], np.float32).view(np.uint32), np.asarray(want, np.float32).view(np.uint32))
        and np.array_equal(np.asarray(model[name], np.float64), want.astype(np.float64))
        for name, want in weights.items()
    )


def windows(x, size, stride):
    """The windows of images x [rows][channels][h][w], as [rows][h'][w'][channels·size·size]."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(len(x), view.shape[2], view.shape[3], -1)


def product(x, x_off, w, terms):
    """x·wᵀ in float64, and how far float32 may be off if x is by x_off.

    A sum of n terms in any order, in float32, is off by at most n·u·Σ|terms|.
    """
    w_abs = np.abs(w).T
    return x @ w.T, x_off @ w_abs + (terms + 2) * U * ((np.abs(x) + x_off) @ w_abs)


def logits(weights, x):
    """Logits in float64 for observations x [rows][pixels], and how far float32 may be off."""
    w = {name: a.astype(np.float64) for name, a in weights.items()}
    if "W1" in w:
        # Both programs sum the up to 70 pixels of an observation's images, or 140 of two, one of
        # them by way of sums for each rectangle: as many again.
        h, h_off = product(x, np.zeros_like(x), w["W1"], 4 * 70)
        h = np.maximum(h, 0)
        return product(h, h_off, np.atleast_2d(w["W2"]), len(w["W1"]))
    y = x.reshape(len(x), -1, SIDE, SIDE)
    off = np.zeros_like(y)
    for i, stride in enumerate(weights["strides"]):
        filters = w[f"conv{i + 1}"]
        flat = filters.reshape(len(filters), -1)
        y, off = product(windows(y, filters.shape[2], stride), windows(off, filters.shape[2], stride), flat, flat.shape[1])
        y, off = np.maximum(y, 0).transpose(0, 3, 1, 2), off.transpose(0, 3, 1, 2)
    y, off = product(y.reshape(len(x), -1), off.reshape(len(x), -1), w["hidden"], w["hidden"].shape[1])
    return product(np.maximum(y, 0), off, w["head"], w["head"].shape[1])


def probabilities(weights, x):
    """Logits and probabilities in float64, each with how far float32 may be off."""
    chunks = [logits(weights, x[lo : lo + 100]) for lo in range(0, len(x), 100)]
    z, z_off = (np.concatenate(part) for part in zip(*chunks))
    if z.shape[1] == 1:
        p = 1 / (1 + np.exp(-z))
    else:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
    # |dp| is at most max|dz|; 16u for exp, the sum and the division.
    return z, z_off, p, z_off.max(axis=1, keepdims=True) + 16 * U


def wrong_orders(weights):
    """The same weights in orders that would be found: name and weights."""
    last = "W1" if "W1" in weights else "hidden"
    yield "units in another order", {**weights, last: weights[last][::-1]}
    if "W1" in weights:
        w1 = weights["W1"].reshape(len(weights["W1"]), -1, SIDE, SIDE)
        yield "pixels by columns", {**weights, "W1": w1.transpose(0, 1, 3, 2).reshape(weights["W1"].shape)}
        if w1.shape[1] == 2:
            yield "images exchanged", {**weights, "W1": w1[:, ::-1].reshape(weights["W1"].shape)}
        return
    conv1, hidden = weights["conv1"], weights["hidden"]
    channels = len(weights["conv2"])
    yield "windows by columns", {**weights, "conv1": conv1.transpose(0, 1, 3, 2)}
    yield "channels last", {**weights, "hidden": hidden.reshape(len(hidden), -1, channels).transpose(0, 2, 1).reshape(hidden.shape)}
    if conv1.shape[1] == 2:
        yield "images exchanged", {**weights, "conv1": conv1[:, ::-1]}


def check_onnx(name, path, rows, z, weights, checks):
    """ONNX Runtime against float64 and against pongpg, on recorded observations."""
    images = weights["W1"].shape[1] // PIXELS if "W1" in weights else weights["conv1"].shape[1]
    rows = min(rows, len(z["action"]))
    x = dense_rows(z, 0, rows)
    want_z, z_off, p, p_off = probabilities(weights, x)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = x.astype(np.float32)
    if "conv1" in weights:
        given = given.reshape(rows, images, SIDE, SIDE)
    got_p, got_z = session.run(["prob", "logits"], {"observation": given})
    recorded = z["prob"].reshape(len(z["action"]), -1)[:rows]
    off = np.abs(got_p - recorded)
    checks.that(
        f"{name}: ONNX Runtime's probabilities are pongpg's",
        rows >= 1000
        and got_p.shape == recorded.shape == p.shape
        and np.all(np.abs(got_p - p) <= p_off)
        and np.all(np.abs(recorded - p) <= p_off)
        and np.all(np.abs(got_z - want_z) <= z_off)
        and p_off.max() < 0.01
        and p.std() > 1e-3,
        f"{rows} observations, at most {off.max():.2g} apart (rounding explains {2 * p_off.max():.2g}); the probabilities' deviation is {p.std():.2g}",
    )
    for what, other in wrong_orders(weights):
        wrong = np.abs(probabilities(other, x)[2] - got_p)
        checks.that(f"{name}: {what} would be found", np.any(wrong > p_off), f"{wrong.max():.2g} apart")
    return session.get_modelmeta().custom_metadata_map


def check_notes(name, notes, policy, weights, checks):
    """What the metadata must say."""
    both = (weights["W1"].shape[1] if "W1" in weights else PIXELS * weights["conv1"].shape[1]) == 2 * PIXELS
    head = weights["W2" if "W1" in weights else "head"]
    want = {
        "actions": str(max(2, len(np.atleast_2d(head)))), "input": "both" if both else "difference",
        "network": "mlp" if "W1" in weights else "conv", "preset": "Pong-v0",
        "recipe": policy.flags[1], "seed": "1", "update": str(policy.updates),
    }  # fmt: skip
    if "W1" not in weights:
        want["filters"] = CONV[3]
    checks.that(f"{name}: metadata", all(n == want for n in notes), f"{notes[0]}")


def check_exports(program, folder, name, policy, checks):
    """Trains a policy and checks its exports; returns the weights."""
    to = f"{folder}/{name.replace(' ', '-')}"
    run(program, "train", "--run", f"{to}-run", "--updates", str(policy.updates), *policy.flags, *SMALL)
    with np.load(export(program, f"{to}-run", f"{to}.npz")) as npz:
        weights = dict(npz)
    shapes = {key: a.shape for key, a in weights.items()}
    types = all(a.dtype == (np.int64 if key == "strides" else np.float32) for key, a in weights.items())
    checks.that(f"{name}: npz", types and shapes == policy.shapes, ", ".join(f"{key} {shape}" for key, shape in shapes.items()))
    path = export(program, f"{to}-run", f"{to}.safetensors")
    checks.that(f"{name}: safetensors", same(load_file(path), weights))
    with safe_open(path, "np") as file:
        notes = file.metadata()
    if name == "2 actions":
        with open(export(program, f"{to}-run", f"{to}.p"), "rb") as file:
            model = pickle.load(file)
        checks.that(f"{name}: pickle", same(model, weights) and all(w.dtype == np.float64 and w.flags.writeable for w in model.values()))
    run(program, "train", "--run", f"{to}-again", "--init", f"{to}.npz", "--updates", "1", "--record", f"{to}-record", *policy.flags, *SMALL)
    with np.load(export(program, f"{to}-again/checkpoints/checkpoint-000000000.safetensors", f"{to}-again.npz")) as npz:
        checks.that(f"{name}: train --init begins with them", same(dict(npz), weights))
    with np.load(f"{to}-record/update-000001.npz") as npz:
        z = dict(npz)
    onnx_notes = check_onnx(name, export(program, f"{to}-run", f"{to}.onnx"), policy.rows, z, weights, checks)
    check_notes(name, [notes, onnx_notes], policy, weights, checks)
    return weights


def writers(folder, weights):
    """Files of the weights as Python programs write them."""
    doubles = {name: a if name == "strides" else a.astype(np.float64) for name, a in weights.items()}
    if len(weights) == 2 and weights["W2"].ndim == 1:
        w1 = weights["W1"]
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for name, dump in ("pickle", pickle.dumps), ("pure pickle", pickle._dumps):
                for layout, a in ("", doubles["W1"]), (" by columns", np.asfortranarray(doubles["W1"])), (" of float32", w1):
                    path = f"{folder}/{len(name)}-{protocol}-{len(layout)}.p"
                    with open(path, "wb") as file:
                        file.write(dump({"W1": a, "W2": doubles["W2"]}, protocol))
                    yield f"{name}{layout}, protocol {protocol}", path
    np.savez(f"{folder}/a.npz", **doubles)
    yield "numpy.savez", f"{folder}/a.npz"
    reverse = {name: np.asfortranarray(a) if i % 2 else a.astype(a.dtype.newbyteorder(">")) for i, (name, a) in enumerate(weights.items())}
    np.savez_compressed(f"{folder}/b.npz", **reverse)
    yield "numpy.savez_compressed, by columns and big-endian", f"{folder}/b.npz"
    save_file(doubles, f"{folder}/c.safetensors")
    yield "safetensors", f"{folder}/c.safetensors"
    if "strides" in weights:
        save_file({**weights, "strides": weights["strides"].astype(np.int32)}, f"{folder}/d.safetensors")
        yield "safetensors with strides of int32", f"{folder}/d.safetensors"


def check_imports(program, folder, name, weights, checks):
    ok, failed = 0, []
    for what, path in writers(folder, weights):
        checkpoint, back = f"{folder}/imported.safetensors", f"{folder}/back.npz"
        run(program, "import", path, "-o", checkpoint, "--force", *SMALL[:4])
        run(program, "export", "--checkpoint", checkpoint, "-o", back, "--force")
        with np.load(back) as npz:
            good = same(dict(npz), weights)
        ok += good
        failed += [] if good else [what]
    checks.that(f"{name}: what Python writes comes back", not failed and ok > 2, f"{ok} files" + "; not " * bool(failed) + ", ".join(failed))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pongpg", default="bin/pongpg", help="the program (default: %(default)s)")
    args = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        for name, policy in POLICIES.items():
            weights = check_exports(args.pongpg, folder, name, policy, checks)
            check_imports(args.pongpg, folder, name, weights, checks)
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
