"""The cross-entropy method (Rubinstein 1999)."""

import numpy as np

from .checker import K, U
from .observations import PIXELS, SIDE
from .draws import normals


def features():
    """The eight features' weights of each pixel of two images, [8][12800], from their description."""
    row, column = np.divmod(np.arange(PIXELS), SIDE)
    down, right = (row - 40) / 40, (column - 40) / 40
    ball, agent = (column >= 10) & (column < 70), (column == 70) | (column == 71)
    none = np.zeros(PIXELS)
    now = [ball / 2, ball * down / 2, ball * right / 2, none, none, agent / 16, agent * down / 16, none]
    change = [none, none, none, ball * down / 2, ball * right / 2, none, none, agent * down / 16]
    return np.concatenate([np.stack(now), np.stack(change)], axis=1)


def check_guesses(z, check):
    """The guesses, the mean and the deviation of the next ones, and the policy that is the mean."""
    mean, std = (z[f"guess_{k}_before"].astype(np.float64) for k in ("mean", "std"))
    theta = z["theta"].astype(np.float64)
    drawn, off = (v.reshape(theta.shape) for v in normals(int(z["seed"]), int(z["update"]), theta.size))
    check.close("guess", theta, mean + std * drawn, std * off + K * U * (np.abs(mean) + np.abs(std * drawn)))

    returns = z["returns"].reshape(len(theta), -1).mean(axis=1)
    best = np.argsort(-returns, kind="stable")[: int(z["elite"])]
    check.close("return of the elite", z["elite_return"], returns[best].mean(), 1e-9)
    elite = theta[best]
    check.close("mean of the next guesses", z["guess_mean_after"], elite.mean(axis=0), U * np.abs(elite.mean(axis=0)))
    left = max(0.0, 1 - (int(z["update"]) + 1) / max(1, int(z["noise_updates"])))
    spread = np.sqrt(elite.var(axis=0) + (float(z["noise"]) * left) ** 2)
    check.close("deviation of the next guesses", z["guess_std_after"], spread, 2 * U * spread)

    theta, pixels = z["guess_mean_after"].astype(np.float64), features()
    w, size = theta[:8] @ pixels, np.abs(theta[:8]) @ np.abs(pixels)
    got = z["w1_after"].astype(np.float64)
    check.close("w1 after", got, np.stack([w, -w, pixels[5]]), K * U * np.stack([size, size, pixels[5]]))
    head = np.zeros((3, 3))
    head[0, 2], head[1, 0], head[2, 1] = theta[8], 1, 1
    check.equal("w2 after", z["w2_after"].reshape(3, 3), head)
