"""What changes in the course of a run: batch, learning rate, entropy's weight, decay."""

import numpy as np

from .checker import K, U
from .network import log_policy, outputs

SAMPLE = 1024  # decisions that the KL divergence is measured on


def stage(z):
    """Decisions of a batch, learning rate before it is scaled, and the entropy's weight."""
    if "schedule" in z:
        stages, now = z["schedule"], float(z["global_step"])
        for a, b in zip(stages, stages[1:]):
            if now < b[0]:
                done = (now - a[0]) / (b[0] - a[0])
                return a[1:] ** (1 - done) * b[1:] ** done  # geometric
        return stages[-1][1:]
    rate, updates = float(z["learning_rate_start"]), int(z["learning_rate_updates"])
    if updates > 0:
        rate *= (float(z["learning_rate_final"]) / rate) ** min(1, int(z["update"]) / updates)
    return float(z["batch_decisions"]), rate, float(z["entropy_weight"])


def check_course(z, check):
    """The hyperparameters that are not the same in every update."""
    batch, rate, entropy = stage(z)
    few = 16 * K * U  # of the exponential and the logarithm, for ratios up to e^16
    rate *= float(z["rate_scale_before"])
    check.close("learning rate", z["learning_rate"], rate, few * rate)
    check.close("entropy's weight", z["entropy"], entropy, few * entropy)
    decay, decisions = float(z["decay_once"]), int(z["decay_decisions"])
    if decisions > 0 and decay > 0:
        decay = decay ** (batch / decisions)
    check.close("decay", z["decay"], decay, few * decay)
    if not z["whole_episodes"]:
        live, games = int(z["live"]), len(np.unique(z["game"]))
        # What rounding may take across a whole number is one decision of each game.
        steps = {-(-int(b) // games) for b in (batch * (1 - few), batch, batch * (1 + few))}
        if live not in {s * games for s in steps}:
            check.failures.append(f"{live} decisions of {games} games, want {batch:.1f} rounded up")


def divergence(before, bound_before, after, bound_after):
    """KL of the second policy from the first in each row, and how far rounding may take it."""
    p, q = log_policy(before), log_policy(after)
    # The logits' derivatives are q - p and p (ln p - ln q - KL): small, as the policies are close.
    off = bound_before.max(axis=1) + bound_after.max(axis=1)
    slope = np.abs(np.exp(p) - np.exp(q)).sum(axis=1) + 2 * (np.exp(p) * np.abs(p - q)).sum(axis=1)
    rounding = K * U * (np.exp(p) * (np.abs(p) + np.abs(q))).sum(axis=1)
    return (np.exp(p) * (p - q)).sum(axis=1), off * slope + 4 * off**2 + rounding


def check_divergence(z, w1, w2, after1, after2, check):
    """The KL divergence of the update, and what it does to the learning rate."""
    live, k = int(z["live"]), int(z["outputs"])
    n = min(SAMPLE, live)
    first = (live - n) // 2
    indptr = z["obs_indptr"]
    rows = {**z, "obs_indptr": indptr[first : first + n + 1]}
    sides = []
    for a, b in ((w1, w2), (after1, after2)):
        sides.extend(outputs(rows, a, b[:k], n))
    kl, bound = divergence(*sides)
    check.close("KL", z["kl"], kl.mean(), bound.mean())
    scale, target, kl = float(z["rate_scale_before"]), float(z["kl_target"]), float(z["kl"])
    if z["imitated"]:  # an expert may be followed as far as it leads
        target = 0.0
    if target > 0 and kl > 2 * target:
        scale = max(scale / 1.2, 1e-3)
    elif target > 0 and kl < target / 2:
        scale = min(scale * 1.2, 1.0)
    check.close("scale of the learning rate", z["rate_scale_after"], scale, K * U * scale)
