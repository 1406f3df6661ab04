#!/usr/bin/env python3
"""Plays an exported policy on the real Atari Pong, and compares with pongpg eval.

The policy is what `pongpg export` wrote as .npz, or as the 2016 post's pickle, save.p: of
one image or two, fully connected or convolutional, of 2, 3 or 6 actions. It
plays on the Arcade Learning Environment in NumPy and float64, with nothing of pongpg: the
images are made here from the 210×160 screen, the networks are computed here, and the rules of
each preset are written down here as Gym and Gymnasium have them.

With --pongpg PROGRAM a policy is trained, exported and evaluated first, and its mean
return and mean length must be the same in both games, as far as chance lets two samples
differ: the difference must be within --sigmas standard errors of it. With --plant the
policy is also played wrongly in ways that must be found.

A pickle can run any program when it is loaded: name only those that you trust.

Exit status: 0 if all is as it should be, 1 if not, 2 if it could not be found out.
"""

import os

for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
    os.environ[library + "_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
import json
import math
import multiprocessing
import pickle
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

import pong_ale as pong
from pong_ale import np

Preset = namedtuple("Preset", "skips sticky time_limit")
PRESETS = {
    "Pong-v0": Preset((2, 3, 4), 0.25, 10_000),
    "Pong-v4": Preset((2, 3, 4), 0.0, 10_000),
    "PongDeterministic-v4": Preset((4,), 0.0, 10_000),
    "PongNoFrameskip-v4": Preset((1,), 0.0, 400_000),
    "ALE/Pong-v5": Preset((4,), 0.25, 27_000),
}

# What each output of the policy presses: two actions are one output, the probability of
# the second.
BUTTONS = {
    2: (pong.DOWN, pong.UP),
    3: (pong.NOOP, pong.UP, pong.DOWN),
    6: pong.ACTIONS,
}

# At this frame of a game the cartridge goes back to its menu (docs/game.md): the episode
# is cut off, and what the menu writes over the score is no reward.
LAST_FRAME = 65_210


SIDE, PIXELS = 80, 80 * 80


class Failure(Exception):
    """It could not be found out."""


class MLP:
    """W1 [hidden][6400·images] and W2 [outputs][hidden], with a ReLU between them."""

    def __init__(self, w1, w2):
        self.w1, self.w2 = np.asfortranarray(w1), np.atleast_2d(w2)
        self.images, self.outputs = w1.shape[1] // PIXELS, len(self.w2)

    def logits(self, x):
        """Of an observation [6400·images]."""
        seen = np.flatnonzero(x)
        return self.w2 @ np.maximum(self.w1[:, seen] @ x[seen], 0)

    def planted(self):
        """The same policy in ways that are wrong: name and policy."""
        images = self.w1.reshape(-1, self.images, SIDE, SIDE)
        yield "pixels by columns", MLP(images.transpose(0, 1, 3, 2).reshape(self.w1.shape), self.w2)
        yield "observations negated", MLP(-self.w1, self.w2)
        if self.images == 2:
            yield "images exchanged", MLP(images[:, ::-1].reshape(self.w1.shape), self.w2)


class Conv:
    """Convolutions of filters [filters][channels][size][size] without padding, then hidden
    [hidden][channels·rows·columns] and head [outputs][hidden], with a ReLU after each but the head.
    """

    def __init__(self, filters, strides, hidden, head):
        self.filters, self.strides, self.hidden, self.head = filters, strides, hidden, head
        self.images, self.outputs = filters[0].shape[1], len(head)

    def logits(self, x):
        """Of an observation [6400·images]."""
        y = x.reshape(self.images, SIDE, SIDE)
        for w, stride in zip(self.filters, self.strides):
            view = np.lib.stride_tricks.sliding_window_view(y, w.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
            y = np.maximum(np.tensordot(w, view, ((1, 2, 3), (0, 3, 4))), 0)
        return self.head @ np.maximum(self.hidden @ y.ravel(), 0)

    def planted(self):
        """The same policy in ways that are wrong: name and policy."""
        yield "windows by columns", self.changed(self.filters[0].transpose(0, 1, 3, 2))
        yield "observations negated", self.changed(-self.filters[0])
        if self.images == 2:
            yield "images exchanged", self.changed(self.filters[0][:, ::-1])

    def changed(self, first):
        return Conv([first, *self.filters[1:]], self.strides, self.hidden, self.head)


def load(path):
    """Returns the policy of a file that pongpg export wrote, and its arrays by their names."""
    try:
        if path.endswith(".npz"):
            with np.load(path) as npz:
                model = dict(npz)
        else:
            with open(path, "rb") as file:
                model = dict(pickle.load(file))
        model = {name: np.asarray(a, int if name == "strides" else np.float64) for name, a in model.items()}
        if "conv1" in model:
            convs = [model[f"conv{i + 1}"] for i in range(len(model["strides"]))]
            policy = Conv(convs, model["strides"], model["hidden"], model["head"])
        else:
            policy = MLP(model["W1"], model["W2"])
        policy.logits(np.zeros(policy.images * PIXELS))
    except (OSError, KeyError, IndexError, TypeError, ValueError, pickle.UnpicklingError) as err:
        raise Failure(f"{path}: {err}; name an .npz or a save.p of pongpg export") from err
    if policy.images not in (1, 2) or policy.outputs not in (1, 3, 6):
        raise Failure(f"{path}: {policy.images} images and {policy.outputs} outputs are no policy's; name an .npz or a save.p of pongpg export")
    return policy, model


def image(screen):
    """The post's 80×80 image of a screen [210][160][3], as 6400 zeros and ones."""
    field = screen[35:195][::2, ::2, 0].astype(np.float64)
    field[(field == 144) | (field == 109)] = 0
    field[field != 0] = 1
    return field.ravel()


def observation(images, now, before):
    """What a policy of one image or two sees: at an episode's first decision nothing has moved."""
    difference = now - (now if before is None else before)
    return difference if images == 1 else np.concatenate([now, difference])


def probabilities(z):
    """The probability of each action for logits [outputs]."""
    if len(z) == 1:
        p = 1 / (1 + math.exp(-z[0]))
        return np.array([1 - p, p])
    e = np.exp(z - z.max())
    return e / e.sum()


def play(policy, preset, seed, greedy=False, buttons=None):
    """Plays an episode and returns its return, its decisions and its frames."""
    rng = np.random.default_rng(seed)
    game = pong.Pong(preset.sticky, int(rng.integers(1, 1 << 31)))
    buttons = buttons or BUTTONS[max(2, policy.outputs)]
    screen = np.zeros((210, 160, 3), np.uint8)
    total = decisions = frames = 0
    before = None
    over = False
    while not over and decisions < preset.time_limit:
        game.ale.getScreenRGB(screen)
        now = image(screen)
        p = probabilities(policy.logits(observation(policy.images, now, before)))
        before = now
        choice = int(p.argmax()) if greedy else min(int(np.searchsorted(p.cumsum(), rng.random(), "right")), len(p) - 1)
        decisions += 1
        for _ in range(rng.choice(preset.skips)):
            reward = game.act(buttons[choice])
            frames += 1
            if frames == LAST_FRAME:
                return total, decisions, frames
            total += int(reward)
            over = game.over()
            if over:
                break
    return total, decisions, frames


def play_all(policy, preset, episodes, seed, jobs, **how):
    """Plays episodes, some at a time; the same for any number of jobs. Returns [episodes][3]."""
    seeds = np.random.SeedSequence(seed).spawn(episodes)
    with multiprocessing.Pool(jobs, initializer=keep, initargs=(policy, preset, how)) as pool:
        return np.array(pool.map(play_kept, seeds, chunksize=1))


def keep(*kept):
    global KEPT
    KEPT = kept


def play_kept(seed):
    policy, preset, how = KEPT
    return play(policy, preset, seed, **how)


def error(values):
    """The standard error of a mean."""
    return values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def sigmas_apart(ours, theirs):
    """The difference of two samples' means over its standard error, if they are of one distribution."""
    both = np.concatenate([ours - ours.mean(), theirs - theirs.mean()])
    deviation = math.sqrt((both**2).sum() / (len(both) - 2))
    return (ours.mean() - theirs.mean()) / (deviation * math.sqrt(1 / len(ours) + 1 / len(theirs)))


def compare(real, report, sigmas):
    """Compares episodes of the real game with pongpg's; returns text and whether they agree."""
    lines, agree = [], True
    for name, form, ours, theirs in (
        ("mean return", "+.2f", real[:, 0], np.array(report["returns"], np.float64)),
        ("mean length", ".1f", real[:, 1], np.array(report["lengths"], np.float64)),
    ):
        z = sigmas_apart(ours, theirs)
        agree &= abs(z) <= sigmas
        lines.append(
            f"{name}: {ours.mean():{form}} ± {error(ours):.2f} on the real game, "
            f"{theirs.mean():{form}} ± {error(theirs):.2f} by pongpg: {abs(z):.2f} standard errors apart (limit {sigmas:g})"
        )
    return "\n".join(lines), agree


def run(*command):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as err:
        raise Failure(f"{' '.join(command)}: {err}") from err


def train(program, folder, updates, flags):
    """Trains a policy and returns the run's folder."""
    run(program, "train", "--run", f"{folder}/run", "--updates", str(updates), *flags)
    return f"{folder}/run"


def exported(program, checkpoint, form, folder):
    """Returns the policy as pongpg exports it, and its arrays."""
    path = f"{folder}/w.{form}"
    run(program, "export", "--checkpoint", checkpoint, "--format", form, "-o", path)
    return load(path)


def evaluated(program, checkpoint, preset, episodes):
    """Returns the report of pongpg eval."""
    return json.loads(run(program, "eval", "--checkpoint", checkpoint, "--preset", preset, "--episodes", str(episodes), "--json"))


def planted(policy):
    """Ways to play wrongly that must be found: name, policy and how."""
    exchanged = {pong.UP: pong.DOWN, pong.DOWN: pong.UP, pong.RIGHTFIRE: pong.LEFTFIRE, pong.LEFTFIRE: pong.RIGHTFIRE}
    buttons = BUTTONS[max(2, policy.outputs)]
    yield "up and down exchanged", policy, {"buttons": [exchanged.get(button, button) for button in buttons]}
    for name, wrong in policy.planted():
        yield name, wrong, {}


def check(args, preset):
    """Trains, exports, plays both games and compares; returns whether all is as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = args.checkpoint or train(args.pongpg, folder, args.updates, args.flags)
        policy, model = exported(args.pongpg, checkpoint, "npz", folder)
        if "W1" in model and policy.images == policy.outputs == 1:
            _, pickled = exported(args.pongpg, checkpoint, "pickle", folder)
            if set(pickled) != set(model) or not all(np.array_equal(model[name], pickled[name]) for name in model):
                raise Failure("the npz and the pickle of one policy differ")
        report = evaluated(args.pongpg, checkpoint, args.preset, args.eval_episodes)
    start = time.monotonic()
    real = play_all(policy, preset, args.episodes, args.seed, args.jobs)
    text, ok = compare(real, report, args.sigmas)
    print(f"{args.preset}: {args.episodes} episodes of the real game in {time.monotonic() - start:.0f} s, {args.eval_episodes} of pongpg eval")
    print(text + ("" if ok else "\nFAIL"), flush=True)
    if args.plant:
        for name, wrong, how in planted(policy):
            text, agree = compare(play_all(wrong, preset, args.episodes, args.seed, args.jobs, **how), report, args.sigmas)
            print(f"{'MISS' if agree else 'ok  '} planted: {name}: {text.splitlines()[0]}", flush=True)
            ok &= not agree
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("policy", nargs="?", help="an .npz or a save.p of pongpg export")
    parser.add_argument("--preset", choices=PRESETS, default="Pong-v0")
    parser.add_argument("--episodes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--greedy", action="store_true", help="take the likeliest action instead of a sampled one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="episodes at a time; results do not depend on it")
    parser.add_argument("--pongpg", help="train, export and evaluate a policy with this program, and compare")
    parser.add_argument("--checkpoint", help="with --pongpg: compare this one instead of training one")
    parser.add_argument("--updates", type=int, default=150, help="with --pongpg: how long to train")
    parser.add_argument("--eval-episodes", type=int, default=2000, help="with --pongpg: episodes of pongpg eval")
    parser.add_argument("--sigmas", type=float, default=3, help="with --pongpg: how far apart the means may be, in standard errors")
    parser.add_argument("--plant", action="store_true", help="with --pongpg: also play wrongly, which must be found")
    parser.add_argument("--flags", nargs=argparse.REMAINDER, default=[], help="with --pongpg: flags of pongpg train")
    args = parser.parse_args()
    if bool(args.policy) == bool(args.pongpg):
        parser.error("name a policy to play, or a program to compare with by --pongpg")
    if args.episodes < 2:
        parser.error(f"--episodes {args.episodes} is impossible: a mean's error takes 2")

    preset = PRESETS[args.preset]
    try:
        if args.pongpg:
            return 0 if check(args, preset) else 1
        start = time.monotonic()
        policy, _ = load(args.policy)
        returns, lengths, frames = play_all(policy, preset, args.episodes, args.seed, args.jobs, greedy=args.greedy).T
    except Failure as err:
        print(err, file=sys.stderr)
        return 2
    print(
        f"{args.preset}: mean return {returns.mean():+.2f} ± {error(returns):.2f} (standard error) over {len(returns)} episodes, "
        f"{returns.min():+d} … {returns.max():+d}; mean length {lengths.mean():.0f} ± {error(lengths):.0f} decisions, "
        f"{frames.mean():.0f} frames; {time.monotonic() - start:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
