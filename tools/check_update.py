#!/usr/bin/env python3
"""Recompute recorded updates from the post's formulas, in numpy and float64.

`pongpg train --record DIR` writes an .npz for each update (docs/record.md). This
script knows nothing of the program: from the weights before, the observations, the
actions and the rewards it computes probabilities, returns, advantages, the gradient and
RMSProp's step by the formulas of Karpathy's "Deep Reinforcement Learning: Pong from
Pixels" (2016), or Adam's by Kingma & Ba's (2015), and compares them with what the program
recorded.

A difference is allowed only as far as rounding to float32 explains it: each bound
below is a multiple of the unit roundoff u = 2^-24 times the sum of the absolute
values that were added. The exit status is 1 if any value is beyond its bound.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

U = 2.0**-24  # unit roundoff of float32
K = 16.0  # roundings that a bound allows for, per unit of what is summed
PIXELS = 6400
SIDE = 80
SHAPES = 70  # pixels that two images have at most: 2 * (2 paddles * 16 + 3 of the ball)
CHUNK = 2048  # decisions that are made dense at a time


class Checker:
    """Compares arrays with bounds, and keeps the closest margins."""

    def __init__(self):
        self.failures = []
        self.margins = {}

    def close(self, what, got, want, bound):
        got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
        bound = np.broadcast_to(bound, want.shape)
        if got.shape != want.shape:
            self.failures.append(f"{what}: shape {got.shape}, want {want.shape}")
            return
        error = np.abs(got - want)
        ratio = np.where(error == 0, 0.0, error / np.maximum(bound, 1e-300))
        ratio = np.where(np.isfinite(got), ratio, np.inf)
        worst = int(np.argmax(ratio)) if ratio.size else 0
        margin = float(ratio.flat[worst]) if ratio.size else 0.0
        self.margins[what] = max(margin, self.margins.get(what, 0.0))
        if margin > 1:
            where = np.unravel_index(worst, want.shape)
            self.failures.append(
                f"{what}{[int(i) for i in where]}: recorded {got.flat[worst]:.9g}, "
                f"recomputed {want.flat[worst]:.9g}, {margin:.3g} times the bound"
            )

    def equal(self, what, got, want):
        self.close(what, got, want, 0.0)


def dense_rows(z, lo, hi):
    """Rows lo to hi of the observations, [hi-lo][6400], the pixels in W1's order."""
    indptr = z["obs_indptr"]
    x = np.zeros((hi - lo, PIXELS))
    first, last = indptr[lo], indptr[hi]
    row = np.repeat(np.arange(hi - lo), np.diff(indptr[lo : hi + 1]))
    x[row, z["permutation"][z["obs_indices"][first:last]]] = z["obs_data"][first:last]
    return x


def check_observations(z, check):
    """The observations are sparse rows of values -1 and +1."""
    indptr, indices = z["obs_indptr"], z["obs_indices"]
    rows = len(indptr) - 1
    ok = (
        indptr[0] == 0
        and indptr[-1] == len(indices) == len(z["obs_data"])
        and np.all(np.diff(indptr) >= 0)
        and np.all((indices >= 0) & (indices < PIXELS))
        and np.all(np.abs(z["obs_data"]) == 1)
    )
    if not ok:
        check.failures.append("observations: not sparse rows of -1 and +1")
    if not np.array_equal(np.sort(z["permutation"]), np.arange(PIXELS)):
        check.failures.append("permutation: not one of the pixels")
    for name in ("game", "step", "reward", "episode_end", "action", "advantage", "weight"):
        if len(z[name]) != rows:
            check.failures.append(f"{name}: {len(z[name])} rows, want {rows}")
    # No observation at the first decision of an episode.
    order = np.lexsort((z["step"], z["game"]))
    game, end = z["game"][order], z["episode_end"][order]
    follows = np.zeros(rows, bool)
    follows[1:] = (game[1:] == game[:-1]) & end[:-1].astype(bool)
    if z["whole_episodes"]:
        follows[0] = True
        follows[1:] |= game[1:] != game[:-1]
    if np.any(np.diff(indptr)[order][follows]):
        check.failures.append("observations: the first of an episode is not empty")


def discounted(z):
    """Returns, and which of them are known, by row."""
    gamma, whole = float(z["gamma"]), bool(z["whole_episodes"])
    reward, end = z["reward"].astype(np.float64), z["episode_end"].astype(bool)
    order = np.lexsort((z["step"], z["game"]))
    returns, known = np.zeros(len(order)), np.zeros(len(order), bool)
    game = z["game"]
    running, sure, last = 0.0, False, None
    for i in order[::-1]:
        if game[i] != last:
            running, sure, last = 0.0, whole, game[i]
        elif end[i]:  # an episode of the same game ends here
            running, sure = 0.0, whole
        if reward[i] != 0:
            running, sure = 0.0, True  # the sum starts anew at each point
        running = reward[i] + gamma * running
        returns[i], known[i] = (running, True) if sure else (0.0, False)
    return returns, known


def standardized(z, returns, known):
    """Advantages: returns minus mean over population standard deviation."""
    groups = []
    if z["standardize_episode"]:
        groups = [z["game"] == g for g in np.unique(z["game"])]
    elif z["standardize_batch"]:
        groups = [known]
    advantages = returns.copy()
    for rows in groups:
        some = returns[rows]
        if len(some) == 0:
            continue
        std = some.std()
        advantages[rows] = (some - some.mean()) / std if std > 1e-6 else 0.0
    return advantages


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def forward(h, w2):
    """Logits, probabilities and log-probabilities of every action, [rows][actions]."""
    logits = h @ w2.T
    if len(w2) == 1:  # one output: the probability of action 1
        logp = log_softmax(np.concatenate([np.zeros_like(logits), logits], axis=1))
    else:
        logp = log_softmax(logits)
    return logits, np.exp(logp), logp


def logit_gradient(beta, logits, p, logp, action, advantage, weight):
    """d objective / d logits, [rows][outputs]; beta is the weight of the entropy."""
    entropy = -(p * logp).sum(axis=1, keepdims=True)
    one_hot = np.eye(p.shape[1])[action]
    d = (one_hot - p) * advantage[:, None] - beta * p * (logp + entropy)
    d *= weight[:, None]
    return d[:, 1:] if logits.shape[1] == 1 else d


def box(image, radius):
    """A box blur of 2*radius+1 along the first axis, zeros outside."""
    sums = np.cumsum(image, axis=0)
    hi = np.minimum(np.arange(SIDE) + radius, SIDE - 1)
    lo = np.arange(SIDE) - radius - 1
    total = sums[hi]
    total[lo >= 0] -= sums[lo[lo >= 0]]
    return total / (2 * radius + 1)


def blurred(g, radius):
    """Each row of g [hidden][6400], as an image, box-blurred twice along both axes."""
    if radius == 0:
        return g
    image = g.T.reshape(SIDE, SIDE, -1)
    for _ in range(2):
        image = box(image, radius)
    image = image.transpose(1, 0, 2)
    for _ in range(2):
        image = box(image, radius)
    return image.transpose(1, 0, 2).reshape(PIXELS, -1).T


def gradients(z, w1, w2, advantage, weight, check):
    """The gradients at W1 and W2, and how far rounding may take each of their rows."""
    g1, g2 = np.zeros_like(w1), np.zeros_like(w2)
    rounding1, rounding2 = np.zeros(len(w1)), np.zeros_like(w2)
    # Rounding of a pre-activation: a sum over the pixels of two images.
    h_bound = K * U * SHAPES * np.abs(w1).max(axis=1)
    rows = len(z["action"])
    prob = z["prob"].reshape(rows, -1)
    for lo in range(0, rows, CHUNK):
        hi = min(lo + CHUNK, rows)
        x = dense_rows(z, lo, hi)
        pre = x @ w1.T
        h = np.maximum(pre, 0)
        logits, p, logp = forward(h, w2)
        z_bound = (K * U * np.abs(h) + h_bound) @ np.abs(w2).T
        check.close(
            "probability",
            prob[lo:hi],
            p[:, 1:] if len(w2) == 1 else p,
            K * U + z_bound.max(axis=1, keepdims=True),
        )
        a = advantage[lo:hi]
        w = weight[lo:hi]
        d = logit_gradient(float(z["entropy"]), logits, p, logp, z["action"][lo:hi], a, w)
        d_bound = w[:, None] * (np.abs(a)[:, None] + 1) * (K * U + z_bound) + K * U * np.abs(d)
        back = (d @ w2) * (pre > 0)
        g1 += back.T @ x
        g2 += d.T @ h
        # A unit within rounding of 0 may be on one side here and on the other there.
        # (Not for an empty observation: its sums are 0 exactly.)
        doubtful = (np.abs(pre) <= h_bound) & np.any(x, axis=1, keepdims=True)
        terms = np.abs(d) @ np.abs(w2)
        rounding1 += ((K * U * terms + d_bound @ np.abs(w2)) * (pre > 0)).sum(axis=0) * 2
        rounding1 += (terms * doubtful).sum(axis=0) * 2
        rounding2 += np.abs(d).T @ (K * U * h + 2 * h_bound) + d_bound.T @ h
    return g1, g2, rounding1[:, None], rounding2


def clipped(z, gradients, check):
    """Gradients, each an array and how far rounding may take it, scaled down to the norm --clip."""
    norm = np.sqrt(sum(np.sum(g * g) for g, _ in gradients))
    off = np.sqrt(sum(np.sum(np.broadcast_to(r, g.shape) ** 2) for g, r in gradients)) + K * U * norm
    # The bounds allow the worst everywhere; as a whole the gradient is much closer.
    off = min(off, 2e-3 * norm)
    check.close("gradient norm", z["gradient_norm"], norm, off)
    limit = float(z["clip"])
    if limit == 0 or norm + off < limit:
        return gradients
    least, most = min(1, limit / (norm + off)), min(1, limit / max(norm - off, 1e-300))
    scale = min(1, limit / norm)
    return [(scale * g, most * r + (most - least + K * U) * np.abs(g)) for g, r in gradients]


def rmsprop(z, name, w, g, rounding, check):
    """Tieleman & Hinton (2012), uphill. Returns the step and its bound."""
    lr, decay, eps = (float(z[k]) for k in ("learning_rate", "decay", "epsilon"))
    before, after = (z[f"cache_{name}_{k}"].reshape(w.shape).astype(np.float64) for k in ("before", "after"))
    c = decay * before + (1 - decay) * g * g
    least = decay * before + (1 - decay) * np.maximum(np.abs(g) - rounding, 0) ** 2
    bound = (1 - decay) * (2 * np.abs(g) + rounding) * rounding + K * U * c
    check.close(f"RMSProp cache of {name} after", after, c, bound)
    return lr * g / (np.sqrt(c) + eps), lr * rounding / (np.sqrt(least) + eps)


def adam(z, name, w, g, rounding, check):
    """Kingma & Ba (2015), algorithm 1, uphill. Returns the step and its bound."""
    lr, beta1, beta2, eps = (float(z[k]) for k in ("learning_rate", "beta1", "beta2", "epsilon"))
    m, m_after = (z[f"adam_m_{name}_{k}"].reshape(w.shape).astype(np.float64) for k in ("before", "after"))
    v, v_after = (z[f"adam_v_{name}_{k}"].reshape(w.shape).astype(np.float64) for k in ("before", "after"))
    m_bound = (1 - beta1) * rounding + K * U * (beta1 * np.abs(m) + (1 - beta1) * np.abs(g))
    m = beta1 * m + (1 - beta1) * g
    least = beta2 * v + (1 - beta2) * np.maximum(np.abs(g) - rounding, 0) ** 2
    v = beta2 * v + (1 - beta2) * g * g
    check.close(f"Adam's m of {name} after", m_after, m, m_bound)
    v_bound = (1 - beta2) * (2 * np.abs(g) + rounding) * rounding + K * U * v
    check.close(f"Adam's v of {name} after", v_after, v, v_bound)
    t = int(z["adam_step"])
    scale = lr / (1 - beta1**t)
    root, least_root = (np.sqrt(x / (1 - beta2**t)) + eps for x in (v, least))
    step = scale * m / root
    return step, scale * m_bound / least_root + np.abs(step) * (root / least_root - 1)


def check_step(name, z, w, g, rounding, check):
    """The optimizer's step of w [a][b] with gradient g, known up to rounding."""
    optimizer = adam if z["adam"] else rmsprop
    step, step_bound = optimizer(z, name, w, g, rounding, check)
    want_w = w + step
    got_w = z[f"{name}_after"].reshape(w.shape)
    check.close(f"{name} after", got_w, want_w, step_bound + 4 * U * np.abs(want_w) + K * U * np.abs(step))
    # The bounds allow the worst everywhere; as a whole the step is much closer.
    norm = np.linalg.norm(step)
    if norm > 0:
        off = np.linalg.norm(got_w.astype(np.float64) - want_w, axis=1 if name == "w1" else 0)
        # But for a unit, now and then, that some decision has within rounding of 0.
        off = np.linalg.norm(np.sort(off)[: -max(1, len(off) // 50)])
        allowed = 2e-3 * norm + 4 * U * np.linalg.norm(want_w)
        check.close(f"step of {name}, as a whole", off, 0.0, allowed)


def check_arrays(z):
    """Returns a Checker that has looked at the arrays z of one update."""
    check = Checker()
    check_observations(z, check)
    if check.failures:
        return check
    w1 = z["w1_before"].astype(np.float64)
    w2 = z["w2_before"].reshape(int(z["outputs"]), -1).astype(np.float64)
    returns, known = discounted(z)
    advantage = standardized(z, returns, known)
    check.close("advantage", z["advantage"], advantage, 1e-6 * (1 + np.abs(advantage)))
    weight = known / max(1, known.sum()) if z["reduce_mean"] else known.astype(np.float64)
    check.close("weight", z["weight"], weight, U * weight)
    g1, g2, rounding1, rounding2 = gradients(z, w1, w2, advantage, weight, check)
    radius = int(z["blur"])
    g1 = blurred(g1, radius)
    if radius > 0:  # the running sums of the blur round, too
        rounding1 = rounding1 + 4 * SIDE * U * np.abs(g1).max(axis=1, keepdims=True)
    parts = []
    for w, g, rounding in ((w1, g1, rounding1), (w2, g2, rounding2)):
        decayed = float(z["l2"]) * w
        parts.append((g - decayed, rounding + 4 * U * (np.abs(g) + np.abs(decayed))))
    (g1, rounding1), (g2, rounding2) = clipped(z, parts, check)
    check_step("w1", z, w1, g1, rounding1, check)
    check_step("w2", z, w2, g2, rounding2, check)
    return check


def exchanged(z):
    """The permutation with two pixels exchanged: the one most often seen, and one never seen."""
    seen = np.bincount(z["obs_indices"], minlength=PIXELS)
    permutation, a, b = z["permutation"].copy(), np.argmax(seen), np.argmin(seen)
    permutation[[a, b]] = permutation[[b, a]]
    return permutation


def planted_faults(z):
    """Small wrongs that the check must find: name and arrays."""
    def changed(**new):
        return {**z, **new}

    yield "gamma a little off", changed(gamma=float(z["gamma"]) - 0.003)
    yield "learning rate 1 % off", changed(learning_rate=float(z["learning_rate"]) * 1.01)
    if z["adam"]:
        yield "beta1 off", changed(beta1=float(z["beta1"]) - 0.01)
        yield "beta2 off", changed(beta2=float(z["beta2"]) - 0.0001)
        yield "Adam's step off by one", changed(adam_step=int(z["adam_step"]) + 1)
    else:
        yield "decay off", changed(decay=float(z["decay"]) - 0.001)
    decay = 0.05 * float(z["gradient_norm"]) / np.linalg.norm(z["w1_before"])  # a twentieth of the gradient
    yield "weight decay off", changed(l2=float(z["l2"]) + decay)
    yield "clipped to less", changed(clip=0.99 * min(float(z["clip"]) or np.inf, float(z["gradient_norm"])))
    yield "two pixels exchanged", changed(permutation=exchanged(z))
    action = z["action"].copy()
    action[len(action) // 2 :: 1000] = (action[len(action) // 2 :: 1000] + 1) % max(2, int(z["outputs"]))
    yield "one action in a thousand the other one", changed(action=action)
    yield "advantages not standardized", changed(standardize_episode=False, standardize_batch=False)
    yield "blur off by one", changed(blur=int(z["blur"]) + 1)
    yield "entropy bonus off", changed(entropy=float(z["entropy"]) + 0.01)
    w1 = z["w1_after"].copy()
    key, decay = ("adam_v_w1", "beta2") if z["adam"] else ("cache_w1", "decay")
    gradient = np.abs(z[f"{key}_after"] - float(z[decay]) * z[f"{key}_before"])
    for unit in np.argsort(gradient.max(axis=1))[-5:]:
        pixel = np.argmax(gradient[unit])
        w1[unit, pixel] = 2 * w1[unit, pixel] - z["w1_before"][unit, pixel]
    yield "a weight of each of five units stepped twice", changed(w1_after=w1)
    data = z["obs_data"].copy()
    data[: len(data) // 100] *= -1
    yield "one pixel in a hundred negated", changed(obs_data=data)


def record(program, folder):
    """Lets the program record updates of each recipe, and of what departs from them; returns their folders."""
    fast = ["--recipe", "fast", "--envs", "64", "--batch-decisions", "16384"]
    few = ["--recipe", "fast", "--envs", "32", "--batch-decisions", "8192", "--hidden", "64"]
    runs = {
        "karpathy": ["--recipe", "karpathy"],
        "fast": fast,
        "adam": few + ["--optimizer", "adam", "--lr", "1e-3"],
        "l2": few + ["--l2", "1e-3"],
        "clip": few + ["--clip", "1e-3"],
        "permuted": few + ["--permute-pixels", "3"],
        "all of it": few + ["--optimizer", "adam", "--l2", "1e-4", "--clip", "1e-3", "--permute-pixels", "4", "--actions", "3"],
    }
    folders = []
    for name, flags in runs.items():
        to = f"{folder}/{name}"
        command = [program, "train", "--updates", "3", "--run", f"{to}-run", "--record", to]
        subprocess.run(command + flags, check=True, stdout=subprocess.DEVNULL)
        folders.append(to)
    return folders


def check_paths(paths, plant):
    """Checks recorded updates; returns whether all are as they should be."""
    all_ok = True
    for path in map(pathlib.Path, paths):
        files = sorted(path.glob("update-*.npz")) if path.is_dir() else [path]
        if not files:
            print(f"no update-*.npz in {path}: record some with `pongpg train --record DIR`", file=sys.stderr)
            return False
        for file in files:
            with np.load(file) as npz:
                z = dict(npz)
            check = check_arrays(z)
            closest = max(check.margins, key=check.margins.get) if check.margins else "nothing"
            print(f"{'FAIL' if check.failures else 'ok':4} {file.parent.name}/{file.name}: {len(z['action'])} decisions; "
                  f"closest to its bound: {closest} ({check.margins.get(closest, 0):.2g})")
            for failure in check.failures:
                print("     " + failure)
            all_ok &= not check.failures
        if plant:
            for name, planted in planted_faults(z):
                found = check_arrays(planted).failures
                print(f"{'ok' if found else 'MISS':4} planted: {name}: " + (found[0] if found else "not found"))
                all_ok &= bool(found)
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
