#!/usr/bin/env python3
"""Opens what pongpg exports with the programs it is meant for, and takes it back.

For policies of 2, 3 and 6 actions: each format must hold the same float32 bits, as NumPy,
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

import numpy as np
import onnxruntime
from safetensors.numpy import load_file, save_file

from updatecheck.observations import dense_rows

U = 2.0**-24  # unit roundoff of float32
SMALL = ["--envs", "64", "--batch-decisions", "8192", "--hidden", "40"]


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


def same(model, w1, w2):
    """Whether a dictionary holds the weights and nothing else, to the bit."""
    return set(model) == {"W1", "W2"} and all(
        np.shape(got) == want.shape and np.array_equal(np.asarray(got, np.float32).view(np.uint32), want.view(np.uint32))
        and np.array_equal(np.asarray(got, np.float64), want.astype(np.float64))
        for got, want in ((model["W1"], w1), (model["W2"], w2))
    )  # fmt: skip


def probabilities(w1, w2, x):
    """Probabilities in float64 for observations x [rows][6400], and how far float32 may be off.

    A sum of n terms in any order, in float32, is off by at most n·u·Σ|terms|. Both
    programs sum an observation's up to 70 pixels, one of them by way of sums for each
    rectangle, so that n = 140 covers both; then as many terms as there are units.
    """
    w2 = np.atleast_2d(w2)
    h = np.maximum(x @ w1.T, 0)
    h_off = 140 * U * (np.abs(x) @ np.abs(w1).T)
    z = h @ w2.T
    z_off = h_off @ np.abs(w2).T + (len(w1) + 2) * U * (h @ np.abs(w2).T)
    if z.shape[1] == 1:
        p = 1 / (1 + np.exp(-z))
    else:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
    # |dp| is at most max|dz|; 16u for exp, the sum and the division.
    return z, z_off, p, z_off.max(axis=1, keepdims=True) + 16 * U


def check_onnx(name, session, z, w1, w2, checks):
    """ONNX Runtime against float64 and against pongpg, on recorded observations."""
    rows = min(4000, len(z["action"]))
    x = dense_rows(z, 0, rows)
    logits, logits_off, p, p_off = probabilities(w1.astype(np.float64), w2.astype(np.float64), x)
    got_p, got_z = session.run(["prob", "logits"], {"observation": x.astype(np.float32)})
    recorded = z["prob"].reshape(len(z["action"]), -1)[:rows]
    off = np.abs(got_p - recorded)
    checks.that(
        f"{name}: ONNX Runtime's probabilities are pongpg's",
        rows >= 1000
        and np.all(np.abs(got_p - p) <= p_off)
        and np.all(np.abs(recorded - p) <= p_off)
        and np.all(np.abs(got_z - logits) <= logits_off)
        and p.std() > 1e-3,
        f"{rows} observations, at most {off.max():.2g} apart (rounding explains {2 * p_off.max():.2g}); the probabilities' deviation is {p.std():.2g}",
    )
    wrong = np.abs(probabilities(w1[::-1].astype(np.float64), w2.astype(np.float64), x)[2] - got_p)
    checks.that(f"{name}: units in another order would be found", np.any(wrong > p_off), f"{wrong.max():.2g} apart")


def check_exports(program, folder, actions, checks):
    """Trains a policy and checks its exports; returns W1 and W2."""
    name, to = f"{actions} actions", f"{folder}/{actions}"
    run(program, "train", "--run", f"{to}-run", "--updates", "40", "--actions", str(actions), *SMALL)
    with np.load(export(program, f"{to}-run", f"{to}.npz")) as npz:
        model = dict(npz)
    w1, w2 = model["W1"], model["W2"]
    checks.that(f"{name}: npz", w1.dtype == w2.dtype == np.float32 and w1.shape == (40, 6400) and same(model, w1, w2), f"W1 {w1.shape}, W2 {w2.shape}")
    checks.that(f"{name}: safetensors", same(load_file(export(program, f"{to}-run", f"{to}.safetensors")), w1, w2))
    if actions == 2:
        with open(export(program, f"{to}-run", f"{to}.p"), "rb") as file:
            model = pickle.load(file)
        checks.that(f"{name}: pickle", same(model, w1, w2) and all(w.dtype == np.float64 and w.flags.writeable for w in model.values()))
    run(program, "train", "--run", f"{to}-again", "--init", f"{to}.npz", "--updates", "1", "--record", f"{to}-record", *SMALL)
    with np.load(f"{to}-record/update-000001.npz") as npz:
        z = dict(npz)
    checks.that(f"{name}: train --init begins with them", same({"W1": z["w1_before"], "W2": z["w2_before"].reshape(w2.shape)}, w1, w2))
    session = onnxruntime.InferenceSession(export(program, f"{to}-run", f"{to}.onnx"), providers=["CPUExecutionProvider"])
    check_onnx(name, session, z, w1, w2, checks)
    return w1, w2


def writers(folder, w1, w2):
    """Files of the weights as Python programs write them."""
    if w2.ndim == 1:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for name, dump in ("pickle", pickle.dumps), ("pure pickle", pickle._dumps):
                for layout, a in ("", w1.astype(np.float64)), (" by columns", np.asfortranarray(w1, np.float64)), (" of float32", w1):
                    path = f"{folder}/{len(name)}-{protocol}-{len(layout)}.p"
                    with open(path, "wb") as file:
                        file.write(dump({"W1": a, "W2": w2.astype(np.float64)}, protocol))
                    yield f"{name}{layout}, protocol {protocol}", path
    np.savez(f"{folder}/a.npz", W1=w1.astype(np.float64), W2=w2)
    yield "numpy.savez", f"{folder}/a.npz"
    np.savez_compressed(f"{folder}/b.npz", W1=np.asfortranarray(w1), W2=w2.astype(">f8"))
    yield "numpy.savez_compressed, by columns and big-endian", f"{folder}/b.npz"
    save_file({"W1": np.ascontiguousarray(w1), "W2": w2.astype(np.float64)}, f"{folder}/c.safetensors")
    yield "safetensors", f"{folder}/c.safetensors"


def check_imports(program, folder, actions, w1, w2, checks):
    ok, failed = 0, []
    for name, path in writers(folder, w1, w2):
        checkpoint, back = f"{folder}/imported.safetensors", f"{folder}/back.npz"
        run(program, "import", path, "-o", checkpoint, "--force", *SMALL[:4])
        run(program, "export", "--checkpoint", checkpoint, "-o", back, "--force")
        with np.load(back) as npz:
            good = same(dict(npz), w1, w2)
        ok += good
        failed += [] if good else [name]
    checks.that(f"{actions} actions: what Python writes comes back", not failed and ok > 2, f"{ok} files" + "; not " * bool(failed) + ", ".join(failed))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pongpg", default="bin/pongpg", help="the program (default: %(default)s)")
    args = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        for actions in (2, 3, 6):
            w1, w2 = check_exports(args.pongpg, folder, actions, checks)
            check_imports(args.pongpg, folder, actions, w1, w2, checks)
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
