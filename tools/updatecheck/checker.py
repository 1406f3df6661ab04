"""Comparisons with bounds."""

import numpy as np

U = 2.0**-24  # unit roundoff of float32
K = 16.0  # roundings that a bound allows for, per unit of what is summed


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
