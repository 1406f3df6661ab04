"""Random numbers by name: Philox 4x32-10 (Salmon et al. 2011), and what is drawn with it."""

import numpy as np

from .checker import K, U

MINIBATCH, GUESS = 5, 6  # purposes
MASK = 2**32 - 1


def philox(key, counter):
    """The four words of a counter (of four) under a key of 64 bits."""
    a, b, c, d = counter
    k0, k1 = key & MASK, key >> 32
    for _ in range(10):
        p, q = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = q >> 32 ^ b ^ k0, q & MASK, p >> 32 ^ d ^ k1, p & MASK
        k0, k1 = k0 + 0x9E3779B9 & MASK, k1 + 0xBB67AE85 & MASK
    return a, b, c, d


def shuffled(seed, number, n):
    """The numbers below n in random order: Fisher and Yates' shuffle, from the last place down."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = philox(seed, (i, number & MASK, MINIBATCH, 0))[0] * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def normals(seed, number, n):
    """n standard normal numbers by Marsaglia's polar method, and how far rounding may take them."""
    one, found, drawn = np.float32(1), [], 0
    while len(found) < n:
        a, b, _, _ = philox(seed, (drawn, number & MASK, GUESS, 0))
        drawn += 1
        x, y = (np.float32(2) * np.float32((word >> 8) / 2**24) - one for word in (a, b))
        r = x * x + y * y  # in float32: where it is close to 1 its rounding would matter
        if 0 < r < 1:
            f = np.sqrt(-2 * np.log(float(r)) / float(r))
            found += [float(x) * f, float(y) * f]
    values = np.array(found[:n])
    return values, K * U * np.abs(values)
