"""What the policy saw: sparse rows of pixels, and what can be seen in two images."""

import numpy as np

PIXELS = 6400  # of an image
SIDE = 80
CHUNK = 1024  # decisions that are looked at together


def images(z):
    """The images of an observation: the difference, or the image and the difference."""
    return int(z.get("images", 1))


def shapes(z):
    """Pixels that an observation has at most: an image has two paddles of 16 and a ball of 3."""
    return {1: 70, 2: 105}[images(z)]


class Rows:
    """Rows lo to hi of the observations as sparse rows [hi-lo][images * 6400], the pixels in W1's
    order."""

    def __init__(self, z, lo, hi, name="obs"):
        indptr = z[f"{name}_indptr"]
        first, last = indptr[lo], indptr[hi]
        self.shape = (hi - lo, images(z) * PIXELS)
        self.row = np.repeat(np.arange(hi - lo), np.diff(indptr[lo : hi + 1]))
        pixel = z[f"{name}_indices"][first:last]
        self.column = pixel // PIXELS * PIXELS + z["permutation"][pixel % PIXELS].astype(np.int64)
        self.value = z[f"{name}_data"][first:last]

    def dense(self, kind=np.float64):
        x = np.zeros(self.shape, kind)
        x[self.row, self.column] = self.value
        return x

    def times(self, w):
        """x w, for w [columns][n]."""
        return summed(w[self.column] * self.value[:, None], self.row, self.shape[0])

    def transposed_times(self, d):
        """x' d, for d [rows][n]."""
        order = np.argsort(self.column, kind="stable")
        return summed(d[self.row[order]] * self.value[order, None], self.column[order], self.shape[1])

    def empty(self):
        """Which rows have no pixel, [rows][1]."""
        return np.bincount(self.row, minlength=self.shape[0])[:, None] == 0


def summed(terms, to, n):
    """Sums [n][...] of the terms that go to each, in ascending order."""
    out = np.zeros((n, terms.shape[1]))
    if len(to):
        starts = np.flatnonzero(np.diff(to, prepend=-1))
        out[to[starts]] = np.add.reduceat(terms, starts, axis=0)
    return out


def dense_rows(z, lo, hi, name="obs"):
    """Rows lo to hi of the observations, [hi-lo][images * 6400], the pixels in W1's order."""
    return Rows(z, lo, hi, name).dense()


def in_chunks(rows):
    """Ranges of rows that are looked at together."""
    return [(lo, min(lo + CHUNK, rows)) for lo in range(0, rows, CHUNK)]


def check_observations(z, check):
    """The observations are sparse rows of values -1 and +1."""
    indptr, indices, data = z["obs_indptr"], z["obs_indices"], z["obs_data"]
    rows = len(indptr) - 1
    ok = (
        indptr[0] == 0
        and indptr[-1] == len(indices) == len(data)
        and np.all(np.diff(indptr) >= 0)
        and np.all((indices >= 0) & (indices < images(z) * PIXELS))
        and np.all(np.abs(data) == 1)
    )
    if not ok:
        check.failures.append("observations: not sparse rows of -1 and +1")
        return
    if not np.array_equal(np.sort(z["permutation"]), np.arange(PIXELS)):
        check.failures.append("permutation: not one of the pixels")
    for name in ("game", "step", "reward", "episode_end", "action", "advantage", "weight"):
        if len(z[name]) != rows:
            check.failures.append(f"{name}: {len(z[name])} rows, want {rows}")
            return
    # No difference at the first decision of an episode.
    order = np.lexsort((z["step"], z["game"]))
    game, end = z["game"][order], z["episode_end"][order]
    follows = np.zeros(rows, bool)
    follows[1:] = (game[1:] == game[:-1]) & end[:-1].astype(bool)
    if z["whole_episodes"]:
        follows[0] = True
        follows[1:] |= game[1:] != game[:-1]
    of_difference = indices >= (images(z) - 1) * PIXELS
    row = np.repeat(np.arange(rows), np.diff(indptr))
    differs = np.bincount(row[of_difference], minlength=rows)
    if np.any(differs[order][follows]):
        check.failures.append("observations: the first of an episode has a difference")
    if images(z) == 2 and np.any(data[~of_difference] < 0):
        check.failures.append("observations: an image has a pixel of -1")


def first_pixels(image):
    """Row and column of the ball and row of the agent's paddle in images [n][80][80]; -1: not there.

    Paddles are two columns wide, 8 and 9 or 70 and 71; the ball is what is on the image besides.
    """
    image = image.copy()
    for left in (8, 70):
        paddle = image[:, :, left] & image[:, :, left + 1]
        image[:, :, left] &= ~paddle
        image[:, :, left + 1] &= ~paddle
    agent = np.where(paddle.any(axis=1), paddle.argmax(axis=1), -1)
    flat = image.reshape(len(image), PIXELS)
    ball, there = flat.argmax(axis=1), flat.any(axis=1)
    return np.where(there, ball // SIDE, -1), np.where(there, ball % SIDE, -1), agent


OFFSETS = 81  # of the ball above or below the paddle, by two rows
SITUATIONS = 1 + 16 * 3 * 3 * OFFSETS


def seen(z):
    """What both images of each observation show: its situation's number, and whether the ball
    comes closer to the agent."""
    situation, approaching = [], []
    for lo, hi in in_chunks(len(z["obs_indptr"]) - 1):
        x = Rows({**z, "permutation": np.arange(PIXELS)}, lo, hi).dense(np.int8)
        now, before = x[:, :PIXELS], x[:, :PIXELS] - x[:, PIXELS:]
        row, column, agent = first_pixels(now.reshape(-1, SIDE, SIDE) != 0)
        row_before, column_before, _ = first_pixels(before.reshape(-1, SIDE, SIDE) != 0)
        moved = (row >= 0) & (row_before >= 0)
        along, down = (
            np.where(moved, np.select([a > b, a < b], [0, 1], 2), 2)
            for a, b in ((column, column_before), (row, row_before))
        )
        number = 1 + ((column // 5 * 3 + along) * 3 + down) * OFFSETS + (row - agent + SIDE) // 2
        situation.append(np.where((row >= 0) & (agent >= 0), number, 0))
        approaching.append(moved & (column > column_before))
    return np.concatenate(situation), np.concatenate(approaching)
