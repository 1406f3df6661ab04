"""Small wrongs that the check must find."""

import numpy as np

from .observations import PIXELS, images, seen
from .returns import credited, discounted


def planted_faults(z):
    """Name and arrays of each fault that goes with what was recorded."""
    if "guesses" in z:
        yield from of_guesses(z)
        return
    yield from of_steps(z)
    yield from of_batch(z)
    if z["actor_critic"]:
        yield from of_actor_critic(z)
    if z["trust_region"]:
        yield "limit of the KL a quarter", {**z, "kl_limit": 0.24 * float(z["kl_limit"])}
        yield "limit of the KL fourfold", {**z, "kl_limit": 4.2 * float(z["kl_limit"])}
        yield "twice as much of the step", {**z, "step_fraction": 2 * float(z["step_fraction"])}
    if z["baseline_situation"] and not z["imitated"]:
        yield "returns of situations off", {**z, "situation_sum_before": 1.02 * z["situation_sum_before"]}
    if z["credit_hit"] and not z["imitated"]:
        yield "credit to all of a won point", {**z, "credit_hit": False}
        if any_for_the_next(z):
            yield "no credit for the next point" if z["credit_next"] else "credit for the next point", {**z, "credit_next": not z["credit_next"]}
    if int(z["decay_decisions"]) > 0:
        yield "decay of the mean squares by updates", {**z, "decay_decisions": 0}
    if float(z["kl_target"]) > 0:
        yield "learning rate steered otherwise", {**z, "rate_scale_before": 1.01 * float(z["rate_scale_before"])}


def any_for_the_next(z):
    """Whether credit for the next point makes a difference: beginners seldom win one, let alone two."""
    _, after, part = credited({**z, "credit_next": True}, *discounted(z), seen(z)[1])
    return (after & part).any()


def in_course(z, column, names, factor):
    """z with a hyperparameter multiplied, wherever the course of the run has it."""
    changed = {**z, **{name: factor * float(z[name]) for name in names}}
    if "schedule" in z:
        changed["schedule"] = z["schedule"].copy()
        changed["schedule"][:, column] *= factor
    return changed


def of_steps(z):
    def changed(**new):
        return {**z, **new}

    yield "learning rate 1 % off", in_course(z, 2, ("learning_rate", "learning_rate_start", "learning_rate_final"), 1.01)
    yield "entropy bonus off", in_course(z, 3, ("entropy", "entropy_weight"), 5.0) if float(z["entropy"]) > 0 else changed(
        entropy=0.01, entropy_weight=0.01)
    if z["adam"]:
        yield "beta1 off", changed(beta1=float(z["beta1"]) - 0.02)
        yield "beta2 off", changed(beta2=float(z["beta2"]) - 0.0005)
        name = "update" if z["actor_critic"] else "adam_step"
        yield "Adam's step off by one", changed(**{name: int(z[name]) + 1})
    else:
        yield "decay off", changed(decay=float(z["decay"]) - 0.001, decay_once=float(z["decay"]) - 0.001, decay_decisions=0)
    decay = 0.2 * float(z["gradient_norm"]) / np.linalg.norm(z["w1_before"])  # a fifth of the gradient
    yield "weight decay off", changed(l2=float(z["l2"]) + decay)
    yield "clipped to less", changed(clip=0.95 * min(float(z["clip"]) or np.inf, float(z["gradient_norm"])))
    yield "blur off by one", changed(blur=int(z["blur"]) + 1)
    # Of several steps the last, of all the weights of a unit: there are few decisions in a step.
    last = max((k for k in z if k.startswith("w1_step")), key=lambda k: int(k[7:]), default="w1_before")
    w1, step = z["w1_after"].copy(), z["w1_after"] - z[last]
    key, decay = ("adam_v_w1", "beta2") if z["adam"] else ("cache_w1", "decay")
    gradient = np.abs(z[f"{key}_after"] - float(z[decay]) * z[f"{key}_before"])
    for unit in np.argsort(gradient.max(axis=1))[-5:]:
        pixels = slice(None) if last != "w1_before" else np.argmax(gradient[unit])
        w1[unit, pixels] += step[unit, pixels]
    weights = "a weight" if last == "w1_before" else "the weights"
    yield f"{weights} of each of five units stepped twice", changed(w1_after=w1)


def of_batch(z):
    def changed(**new):
        return {**z, **new}

    yield "two pixels exchanged", changed(permutation=exchanged(z))
    action, counts = z["action"].copy(), np.flatnonzero(z["advantage"] * z["weight"])
    some = counts[len(counts) // 2 :: 100]
    action[some] = (action[some] + 1) % max(2, int(z["outputs"]))
    yield "one action in a hundred the other one", changed(action=action)
    data = z["obs_data"].copy()
    of_difference = np.flatnonzero(z["obs_indices"] >= (images(z) - 1) * PIXELS)
    data[of_difference[: len(data) // 100]] *= -1
    yield "one pixel in a hundred negated", changed(obs_data=data)
    if not z["imitated"]:
        yield "gamma a little off", changed(gamma=float(z["gamma"]) - 0.003)
    if z["standardize_episode"] or z["standardize_batch"]:
        if not z["imitated"]:
            yield "advantages not standardized", changed(standardize_episode=False, standardize_batch=False)


def exchanged(z):
    """The permutation with two pixels exchanged: the one most often seen, and one never seen."""
    seen = np.bincount(z["obs_indices"] % PIXELS, minlength=PIXELS)
    permutation, a, b = z["permutation"].copy(), np.argmax(seen), np.argmin(seen)
    permutation[[a, b]] = permutation[[b, a]]
    return permutation


def of_actor_critic(z):
    for name, factor in (("lambda", 0.99), ("value_weight", 1.03), ("ppo_clip", 0.8)):
        if name != "ppo_clip" or int(z["passes"]) * int(z["minibatches"]) > 1:
            yield f"{name} off", {**z, name: factor * float(z[name])}
    yield "a target in a hundred off", {**z, "target": z["target"] + 0.001 * (np.arange(len(z["target"])) % 100 == 0)}
    if int(z["minibatches"]) > 1:
        yield "minibatches in another order", {**z, "seed": int(z["seed"]) + 1}


def of_guesses(z):
    returns = z["returns"].reshape(len(z["theta"]), -1)
    better = returns.copy()
    better[returns.mean(axis=1).argmin()] += 10
    yield "the worst guess's returns the best", {**z, "returns": better}
    yield "one more in the elite", {**z, "elite": int(z["elite"]) + 1}
    yield "noise 1 % off", {**z, "noise": 1.01 * float(z["noise"])}
    yield "guesses of another update", {**z, "update": int(z["update"]) + 1}
    w1 = z["w1_after"].copy()
    w1[0] = -w1[0]
    yield "up where down is", {**z, "w1_after": w1}
