"""The updates of each algorithm that has a gradient."""

import numpy as np

from .checker import K, U
from .course import check_course, check_divergence, divergence
from .network import clipped_gradient, gradients, log_policy, outputs, policy_gradient
from .observations import check_observations, in_chunks
from .returns import discounted, judged, standardized, surprises
from .draws import shuffled
from .steps import check_step, weights


def check_gradient_update(z, check):
    """An update by a gradient: what the decisions were worth, and each step."""
    check_observations(z, check)
    if check.failures:
        return
    check_course(z, check)
    w1, w2 = weights(z, "w1", "before"), weights(z, "w2", "before")
    if z["actor_critic"]:
        check_actor_critic(z, w1, w2, check)
    else:
        check_reinforce(z, w1, w2, check)
    check_divergence(z, w1, w2, weights(z, "w1", "after"), weights(z, "w2", "after"), check)


def check_reinforce(z, w1, w2, check):
    """The post's gradient, and a step or, in a trust region, as much of one as the policy may go."""
    if z["imitated"]:  # every decision counts, by what the expert would have done
        known = np.ones(len(z["action"]), bool)
        advantage = known.astype(np.float64)
    else:
        returns, known = discounted(z)
        if z["baseline_situation"] or z["credit_hit"]:
            advantage = judged(z, returns, known, check)
        else:
            advantage = standardized(z, returns, known)
    check.close("advantage", z["advantage"], advantage, 1e-6 * (1 + np.abs(advantage)))
    weight = known / max(1, known.sum()) if z["reduce_mean"] else known.astype(np.float64)
    check.close("weight", z["weight"], weight, U * weight)
    gradient = gradients(z, w1, w2, in_chunks(len(weight)), lambda p: policy_gradient(z, p, advantage, weight, check))
    fraction = float(z["step_fraction"]) if z["trust_region"] else 1.0
    steps = check_step(z, w1, w2, gradient, check, fraction)
    if z["trust_region"]:
        check_search(z, w1, w2, steps, advantage, weight, fraction, check)


def check_search(z, w1, w2, steps, advantage, weight, taken, check):
    """The fraction of the step is the first of 1, 1/2, 1/4, ... of what the search began with
    that has a mean KL of at most the limit and no loss of the objective; none is taken if ten
    do not do."""
    limit, beta, rows = float(z["kl_limit"]), float(z["entropy"]), len(weight)
    before, bound = outputs(z, w1, w2, rows)
    counts = weight > 0
    logp, action = log_policy(before), z["action"][:, None].astype(int)
    for halvings in range(10):
        fraction = float(z["search_from"]) * 0.5**halvings
        after, bound_after = outputs(z, w1 + fraction * steps[0], w2 + fraction * steps[1], rows)
        kl, kl_bound = divergence(before, bound, after, bound_after)
        logq = log_policy(after)
        ratio = np.exp(np.take_along_axis(logq - logp, action, axis=1))[:, 0]
        spread = (np.exp(logp) * logp).sum(axis=1) - (np.exp(logq) * logq).sum(axis=1)
        gain = np.sum(weight * (advantage * (ratio - 1) + beta * spread))
        off = 2 * (bound + bound_after).max(axis=1) + K * U * (1 + np.abs(logp).max(axis=1))
        gain_bound = np.sum(weight * (np.abs(advantage) * ratio + beta) * off)
        kl, kl_bound = kl[counts].mean(), kl_bound[counts].mean()
        if taken == fraction:
            check.close("KL beyond the limit", max(0.0, kl - limit), 0.0, kl_bound)
            check.close("loss of the objective", max(0.0, -gain), 0.0, gain_bound)
            return
        if kl < limit - kl_bound and gain > gain_bound:
            check.failures.append(f"{taken} of the step was taken, where {fraction} would do: KL {kl:.4g} of {limit:.4g}")
            return
    if taken != 0:
        check.failures.append(f"{taken} of the step is not a number of halvings below ten")


def check_actor_critic(z, w1, w2, check):
    """Advantages by the value, and each of the steps: passes over minibatches."""
    rows, games = len(z["action"]), len(z["next_indptr"]) - 1
    out, bound = outputs(z, w1, w2, rows)
    following, following_bound = outputs(z, w1, w2, games, "next")
    value = out[:, -1]
    advantage, off = surprises(z, value, bound[:, -1], following[:, -1], following_bound[:, -1])
    target = advantage + value
    check.close("target", z["target"], target, off + bound[:, -1] + K * U * np.abs(target))
    left, all_of_it = advantage.var(), target.var()
    if all_of_it > 0:
        slack = 16 * (off.mean() + U) * (left**0.5 + all_of_it**0.5) / all_of_it * (1 + left / all_of_it)
        check.close("explained variance", z["explained_variance"], 1 - left / all_of_it, slack)
    if z["standardize_batch"]:
        std = advantage.std()
        advantage = (advantage - advantage.mean()) / std
        off = (off + off.mean()) / std * (1 + np.abs(advantage))
    check.close("advantage", z["advantage"], advantage, off + 1e-6 * (1 + np.abs(advantage)))
    check_probabilities(z, out, bound, check)

    passes, steps = int(z["passes"]), rows // games
    n = min(int(z["minibatches"]), steps)
    weight = np.full(rows, n / rows if z["reduce_mean"] else 1.0)
    check.close("weight", z["weight"], weight, 2 * U)
    update, at = int(z["update"]), 0
    for number in range(passes):
        for i in shuffled(int(z["seed"]), update * passes + number, n):
            lo, hi = steps * i // n * games, steps * (i + 1) // n * games
            last = at == passes * n - 1
            one = of_step(z, at, last, update * passes * n + at + 1)
            a, b = weights(one, "w1", "before"), weights(one, "w2", "before")
            ranges = [(lo + p, lo + q) for p, q in in_chunks(hi - lo)]
            check_step(one, a, b, gradients(one, a, b, ranges, lambda p: clipped_gradient(one, p, weight)), check)
            at += 1


def of_step(z, at, last, number):
    """The arrays of one step of several, as those of an update of one step."""
    one = {**z, "adam_step": number}
    for name in [k.removesuffix("_before") for k in z if k.endswith(("w1_before", "w2_before"))]:
        one[f"{name}_before"] = z[f"{name}_step{at}" if at > 0 else f"{name}_before"]
        one[f"{name}_after"] = z[f"{name}_after" if last else f"{name}_step{at + 1}"]
    if not last:
        del one["gradient_norm"]
    return one


def check_probabilities(z, out, bound, check):
    """Those that actions were drawn with, and the logarithm of each action's."""
    logp = log_policy(out[:, :-1])
    off = bound[:, :-1].max(axis=1, keepdims=True)
    prob = np.exp(logp)
    got = z["prob"].reshape(len(logp), -1)
    check.close("probability", got, prob[:, 1:] if got.shape[1] == 1 else prob, K * U + off)
    taken = np.take_along_axis(logp, z["action"][:, None].astype(int), axis=1)
    check.close("ln of the action's probability", z["behaviour"][:, None], taken, 2 * off + K * U * (1 + np.abs(taken)))
