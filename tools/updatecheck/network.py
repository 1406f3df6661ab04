"""The network, and the gradient of an objective at its weights."""

import numpy as np

from .checker import K, U
from .observations import PIXELS, SIDE, Rows, in_chunks, shapes


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def log_policy(logits):
    """ln of the probability of every action, [rows][actions]."""
    if logits.shape[1] == 1:  # one output: the probability of action 1
        return log_softmax(np.concatenate([np.zeros_like(logits), logits], axis=1))
    return log_softmax(logits)


class Pass:
    """Observations, hidden units and outputs of some rows, and how far rounding may take these."""

    def __init__(self, z, w1, w2, lo, hi, name="obs"):
        self.lo, self.hi = lo, hi
        self.x = Rows(z, lo, hi, name)
        # Rounding of a pre-activation: a sum over the pixels of two or three images.
        self.h_bound = K * U * shapes(z) * np.abs(w1).max(axis=1)
        self.pre = self.x.times(np.ascontiguousarray(w1.T))
        self.h = np.maximum(self.pre, 0)
        self.out = self.h @ w2.T
        self.bound = (K * U * np.abs(self.h) + self.h_bound) @ np.abs(w2).T


def outputs(z, w1, w2, rows, name="obs"):
    """The outputs of the first rows, and how far rounding may take them."""
    parts = [Pass(z, w1, w2, lo, hi, name) for lo, hi in in_chunks(rows)]
    return np.concatenate([p.out for p in parts]), np.concatenate([p.bound for p in parts])


def policy_gradient(z, p, advantage, weight, check):
    """w ((1[a=k] - p) A + beta dH) at the logits, and its bound; checks the probabilities."""
    beta, rows = float(z["entropy"]), slice(p.lo, p.hi)
    logp = log_policy(p.out)
    prob = np.exp(logp)
    prob_got = z["prob"].reshape(len(z["action"]), -1)[rows]
    one = p.out.shape[1] == 1
    check.close("probability", prob_got, prob[:, 1:] if one else prob, K * U + p.bound.max(axis=1, keepdims=True))
    a, w = advantage[rows, None], weight[rows, None]
    entropy = -(prob * logp).sum(axis=1, keepdims=True)
    one_hot = np.eye(prob.shape[1])[z["action"][rows]]
    d = w * ((one_hot - prob) * a - beta * prob * (logp + entropy))
    d = d[:, 1:] if one else d
    return d, w * (np.abs(a) + 1) * (K * U + p.bound) + K * U * np.abs(d)


def clipped_gradient(z, p, weight):
    """The gradient of PPO's objective (Schulman et al. 2017, eq. 9) at the outputs, and its bound."""
    rows, beta, c = slice(p.lo, p.hi), float(z["entropy"]), float(z["value_weight"])
    clip, action = float(z["ppo_clip"]), z["action"][rows]
    a, w = z["advantage"][rows, None].astype(np.float64), weight[rows, None]
    target = z["target"][rows, None].astype(np.float64)
    logits, value = p.out[:, :-1], p.out[:, -1:]
    off, value_off = p.bound[:, :-1].max(axis=1, keepdims=True), p.bound[:, -1:]
    logp = log_policy(logits)
    prob = np.exp(logp)
    taken = np.take_along_axis(logp, action[:, None].astype(int), axis=1)
    behaviour = z["behaviour"][rows, None].astype(np.float64)
    ratio = np.exp(taken - behaviour)
    ratio_off = ratio * (2 * off + K * U * (1 + np.abs(taken)))
    gone = np.where(a > 0, ratio > 1 + clip, ratio < 1 - clip)
    doubtful = np.abs(ratio - np.where(a > 0, 1 + clip, 1 - clip)) <= ratio_off
    gain = np.where(gone, 0, ratio * a)
    gain_off = np.abs(a) * (ratio_off + ratio * doubtful)
    entropy = -(prob * logp).sum(axis=1, keepdims=True)
    one_hot = np.eye(prob.shape[1])[action]
    d = w * ((one_hot - prob) * gain - beta * prob * (logp + entropy))
    d = d[:, 1:] if logits.shape[1] == 1 else d
    d_off = w * ((np.abs(gain) + 1) * (K * U + 2 * off) + gain_off) + K * U * np.abs(d)
    dv = w * c * (target - value)
    dv_off = w * c * (value_off + K * U * (np.abs(target) + np.abs(value)))
    return np.concatenate([d, dv], axis=1), np.concatenate([d_off, dv_off], axis=1)


def gradients(z, w1, w2, ranges, at_outputs):
    """The gradients at W1 and W2 over ranges of rows, and how far rounding may take each of
    their rows. at_outputs gives the gradient at a Pass's first outputs, with its bound; that
    at the others is 0."""
    g1, g2 = np.zeros_like(w1), np.zeros_like(w2)
    rounding1, rounding2 = np.zeros(len(w1)), np.zeros_like(w2)
    for lo, hi in ranges:
        p = Pass(z, w1, w2, lo, hi)
        d, d_bound = at_outputs(p)
        back = (d @ w2) * (p.pre > 0)
        g1 += p.x.transposed_times(back).T
        g2 += d.T @ p.h
        # A unit within rounding of 0 may be on one side here and on the other there.
        # (Not for an empty observation: its sums are 0 exactly.)
        doubtful = (np.abs(p.pre) <= p.h_bound) & ~p.x.empty()
        terms = np.abs(d) @ np.abs(w2)
        rounding1 += ((K * U * terms + d_bound @ np.abs(w2)) * (p.pre > 0)).sum(axis=0) * 2
        rounding1 += (terms * doubtful).sum(axis=0) * 2
        rounding2 += np.abs(d).T @ (K * U * p.h + 2 * p.h_bound) + d_bound.T @ p.h
    return blurred(z, g1, rounding1[:, None]) + (g2, rounding2)


def box(image, radius):
    """A box blur of 2*radius+1 along the first axis, zeros outside."""
    sums = np.cumsum(image, axis=0)
    hi = np.minimum(np.arange(SIDE) + radius, SIDE - 1)
    lo = np.arange(SIDE) - radius - 1
    total = sums[hi]
    total[lo >= 0] -= sums[lo[lo >= 0]]
    return total / (2 * radius + 1)


def blurred(z, g, rounding):
    """Each image of each row of g [hidden][images * 6400], box-blurred twice along both axes."""
    radius = int(z["blur"])
    if radius == 0:
        return g, rounding
    parts = []
    for first in range(0, g.shape[1], PIXELS):
        image = g[:, first : first + PIXELS].T.reshape(SIDE, SIDE, -1)
        for _ in range(2):
            image = box(image, radius)
        image = image.transpose(1, 0, 2)
        for _ in range(2):
            image = box(image, radius)
        parts.append(image.transpose(1, 0, 2).reshape(PIXELS, -1).T)
    g = np.concatenate(parts, axis=1)
    # The running sums of the blur round, too.
    return g, rounding + 4 * SIDE * U * np.abs(g).max(axis=1, keepdims=True)
