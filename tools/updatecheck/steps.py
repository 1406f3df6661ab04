"""From a gradient to a step of the weights."""

import numpy as np

from .checker import K, U


def clipped(z, gradients, check):
    """Gradients, each an array and how far rounding may take it, scaled down to the norm --clip."""
    norm = np.sqrt(sum(np.sum(g * g) for g, _ in gradients))
    off = np.sqrt(sum(np.sum(np.broadcast_to(r, g.shape) ** 2) for g, r in gradients)) + K * U * norm
    # The bounds allow the worst everywhere; as a whole the gradient is much closer.
    off = min(off, 2e-3 * norm)
    if "gradient_norm" in z:
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
    before, after = (weights(z, f"cache_{name}", k) for k in ("before", "after"))
    c = decay * before + (1 - decay) * g * g
    least = decay * before + (1 - decay) * np.maximum(np.abs(g) - rounding, 0) ** 2
    bound = (1 - decay) * (2 * np.abs(g) + rounding) * rounding + K * U * c
    check.close(f"RMSProp cache of {name} after", after, c, bound)
    return lr * g / (np.sqrt(c) + eps), lr * rounding / (np.sqrt(least) + eps)


def adam(z, name, w, g, rounding, check):
    """Kingma & Ba (2015), algorithm 1, uphill. Returns the step and its bound."""
    lr, beta1, beta2, eps = (float(z[k]) for k in ("learning_rate", "beta1", "beta2", "epsilon"))
    m, m_after = (weights(z, f"adam_m_{name}", k) for k in ("before", "after"))
    v, v_after = (weights(z, f"adam_v_{name}", k) for k in ("before", "after"))
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


def weights(z, name, when):
    """A tensor as it was recorded, in float64."""
    shape = z["w1_before"].shape if name.endswith("w1") else (-1, len(z["w1_before"]))
    return z[f"{name}_{when}"].reshape(shape).astype(np.float64)


def check_step(z, w1, w2, gradient, check, fraction=1.0):
    """A fraction of the optimizer's step of both weights with a gradient, known up to rounding,
    as gradients gives it. Returns the whole steps."""
    g1, rounding1, g2, rounding2 = gradient
    parts = []
    for w, g, rounding in ((w1, g1, rounding1), (w2, g2, rounding2)):
        decayed = float(z["l2"]) * w
        parts.append((g - decayed, rounding + 4 * U * (np.abs(g) + np.abs(decayed))))
    steps = []
    for name, w, (g, rounding) in zip(("w1", "w2"), (w1, w2), clipped(z, parts, check)):
        optimizer = adam if z["adam"] else rmsprop
        step, bound = optimizer(z, name, w, g, rounding, check)
        want, got = w + fraction * step, weights(z, name, "after")
        rounded = 4 * U * (np.abs(want) + np.abs(w)) + K * U * np.abs(step)
        check.close(f"{name} after", got, want, fraction * bound + rounded)
        steps.append(step)
        # The bounds allow the worst everywhere; as a whole the step is much closer.
        norm = fraction * np.linalg.norm(step)
        if norm > 0:
            off = np.linalg.norm(got - want, axis=1 if name == "w1" else 0)
            # But for a unit, now and then, that some decision has within rounding of 0.
            off = np.linalg.norm(np.sort(off)[: -max(1, len(off) // 50)])
            check.close(f"step of {name}, as a whole", off, 0.0, 2e-3 * norm + 4 * U * np.linalg.norm(want))
    return steps
