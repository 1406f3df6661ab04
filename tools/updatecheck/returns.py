"""What decisions were worth."""

import numpy as np

from .checker import K, U
from .observations import SITUATIONS, seen


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


def credited(z, returns, known, approaching):
    """What decisions are worth where hits decide, which are after the last hit of a won point, and which
    have a part in anything. The agent's last hit comes after the ball was last seen to approach."""
    reward, end, game = z["reward"], z["episode_end"].astype(bool), z["game"]
    worth, part, after = returns.copy(), known.copy(), np.zeros(len(known), bool)
    last = won = following = None
    for i in np.lexsort((z["step"], game))[::-1]:
        if game[i] != last:
            won, following, last = False, None, game[i]
        if reward[i] != 0 or end[i]:
            won = reward[i] > 0
        if end[i] or not known[i]:
            following = None
        if not known[i]:
            continue
        won = won and not approaching[i]
        after[i] = won
        if won and z["credit_next"] and following is not None:
            worth[i] = np.float32(float(z["gamma"]) * following)  # rounded at each decision, as it is kept
        elif won:
            part[i] = False
        following = np.float64(np.float32(worth[i])) if part[i] else None
    return worth, after, part


def judged(z, returns, known, check):
    """Advantages by what each decision had a part in, less the mean that situations like its own had
    lately; 0 without a part in anything."""
    situation, approaching = seen(z)
    worth, after, part = returns.copy(), np.zeros(len(known), bool), known.copy()
    if z["credit_hit"]:
        worth, after, part = credited(z, returns, known, approaching)
    if z["baseline_situation"]:
        number = (situation + SITUATIONS * after)[part]
        count, total = (z[f"situation_{k}_before"].astype(np.float64) for k in ("count", "sum"))
        count = 0.9 * count + np.bincount(number, minlength=len(count))
        total = 0.9 * total + np.bincount(number, worth[part], minlength=len(total))
        check.close("count of situations", z["situation_count_after"], count, 1e-12 * count)
        # Returns are added as multiples of 2^-32.
        check.close("returns of situations", z["situation_sum_after"], total, (2 * U + 2.0**-32) * (count + 1))
        worth[part] -= (total / (count + 8))[number]
    worth[~part] = 0
    return standardized(z, worth, part)


def surprises(z, value, value_bound, next_value, next_bound):
    """The advantages of GAE (Schulman et al. 2016), A = delta + gamma lambda A', as the sum
    over a game's later decisions, and how far rounding of the values may take them."""
    games = len(next_value)
    steps = len(value) // games
    gamma, lam = float(z["gamma"]), float(z["lambda"])
    reward = z["reward"].reshape(steps, games).astype(np.float64)
    end = z["episode_end"].reshape(steps, games).astype(bool)
    v = np.concatenate([value, next_value]).reshape(steps + 1, games)
    b = np.concatenate([value_bound, next_bound]).reshape(steps + 1, games)
    point, cut = reward != 0, (reward == 0) & end
    delta = np.where(cut, 0, reward + np.where(point, 0, gamma * v[1:]) - v[:-1])
    bound = np.where(cut, 0, np.where(point, 0, gamma * b[1:]) + b[:-1] + K * U * (np.abs(delta) + 1))
    advantage, off = np.zeros((steps, games)), np.zeros((steps, games))
    for s in range(steps):  # of each, all that follows in its point
        weight = np.ones(games)
        for later in range(s, steps):
            advantage[s] += weight * delta[later]
            off[s] += weight * bound[later]
            weight = weight * gamma * lam * ~(point[later] | cut[later])
            if not weight.any():
                break
    return advantage.ravel(), off.ravel()
