#!/usr/bin/env python3
"""The 2016 loop on the real game, to measure pongpg against, and to go on from its weights.

This is the algorithm of Karpathy's "Deep Reinforcement Learning: Pong from
Pixels" (2016) as the post's script runs it, one game, one decision at a time,
dense float64 arrays, written anew in NumPy on the Arcade Learning Environment
with the rules of Gym's Pong-v0: two to four frames a decision, and in every
frame a quarter's chance that the last action is executed again. NumPy is held
to one core.

With --resume FILE it begins with the weights of a save.p, the post's pickle, as
`pongpg export --format pickle` writes it; with --save FILE it writes one at the end, which
`pongpg import` reads. As in the post, the mean squares of RMSProp begin at zero.

With --pongpg PROGRAM a policy is trained (by the recipe fast, whose network is the post's) and
exported first, and the loop must keep what it is given: the mean return of its --episodes, while
it learns, must be within --sigmas standard errors of what pongpg eval says of the policy, or
above; then the loop's save.p is imported and evaluated, and must be as good as the episodes that
came before it. The exit status is 1 if not.

A pickle can run any program when it is loaded: name only those that you trust.
"""

import os

for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
    os.environ[library + "_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
import json
import math
import pickle
import subprocess
import sys
import tempfile
import time

import pong_ale as pong
from pong_ale import np

PIXELS = 80 * 80


class Env:
    """Pong-v0: observations are differences of images, rewards are points."""

    def __init__(self, rng, sticky=0.25, skips=(2, 3, 4), time_limit=10_000):
        self.game, self.rng = pong.Pong(sticky, seed=int(rng.integers(1 << 31))), rng
        self.skips, self.time_limit = skips, time_limit

    def reset(self):
        """Starts an episode and returns its first observation, zeros."""
        self.game.reset()
        self.decisions = 0
        self.image = self.game.look().astype(np.float64).ravel()
        return np.zeros(PIXELS)

    def step(self, action):
        """Plays a decision and returns observation, reward, and whether the episode is over."""
        reward = 0
        for _ in range(self.rng.choice(self.skips)):
            reward += self.game.act(action)
            if self.game.over():
                break
        self.decisions += 1
        before, self.image = self.image, self.game.look().astype(np.float64).ravel()
        return self.image - before, reward, self.game.over() or self.decisions == self.time_limit


class Policy:
    """p(UP) = σ(w2·max(0, W1·x)), W1 [hidden][6400], w2 [hidden], learned by REINFORCE."""

    def __init__(self, hidden, rng):
        self.weights = {
            "W1": rng.standard_normal((hidden, PIXELS)) / math.sqrt(PIXELS),
            "W2": rng.standard_normal(hidden) / math.sqrt(hidden),
        }
        self.gradient = {k: np.zeros_like(w) for k, w in self.weights.items()}
        self.square = {k: np.zeros_like(w) for k, w in self.weights.items()}

    def resume(self, path):
        """Takes the weights of a save.p."""
        with open(path, "rb") as file:
            model = pickle.load(file)
        for k, w in self.weights.items():
            if model[k].shape != w.shape:
                sys.exit(f"{path}: {k} has shape {model[k].shape}, this policy's has {w.shape}; give --hidden")
            w[...] = model[k]

    def save(self, path):
        """Writes a save.p, as the post's script does."""
        with open(path, "wb") as file:
            pickle.dump(self.weights, file)

    def forward(self, x):
        """Returns p(UP) and the hidden units [hidden] for an observation [6400]."""
        h = np.maximum(self.weights["W1"] @ x, 0)
        return 1 / (1 + math.exp(-(self.weights["W2"] @ h))), h

    def backward(self, x, h, d):
        """Adds an episode of T decisions to the gradient: x [T][6400], h [T][hidden], d [T].

        d is the advantage times the gradient of the log-probability of what was
        done with respect to the network's output, y − p.
        """
        self.gradient["W2"] += h.T @ d
        dh = np.outer(d, self.weights["W2"])
        dh[h <= 0] = 0
        self.gradient["W1"] += dh.T @ x

    def update(self, learning_rate, decay):
        """RMSProp, uphill: c ← decay·c + (1−decay)·g², w ← w + lr·g/(√c + 1e−5)."""
        for k, g in self.gradient.items():
            c = self.square[k]
            c[...] = decay * c + (1 - decay) * g**2
            self.weights[k] += learning_rate * g / (np.sqrt(c) + 1e-5)
            g[...] = 0


def advantages(rewards, gamma):
    """Discounted returns, each point on its own, standardised over the episode.

    Equal returns give zeros (the post's script divides by their deviation, 0).
    """
    returns, running = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + (0 if rewards[t] else gamma * running)
        returns[t] = running
    returns -= returns.mean()
    deviation = returns.std()
    return returns / deviation if deviation > 0 else returns


def play_episode(env, policy, rng, deadline):
    """Plays an episode and returns its observations, hidden units, y − p and rewards.

    It is cut short when time.monotonic() reaches the deadline.
    """
    xs, hs, ds, rewards = [], [], [], []
    x, over = env.reset(), False
    while not over and time.monotonic() < deadline:
        p, h = policy.forward(x)
        up = rng.random() < p
        xs.append(x)
        hs.append(h)
        ds.append((1 if up else 0) - p)
        x, reward, over = env.step(pong.UP if up else pong.DOWN)
        rewards.append(reward)
    return np.array(xs), np.array(hs), np.array(ds), np.array(rewards), over


def learn(args, policy, rng):
    """Plays and learns until the time is up or all episodes are played; returns decisions and returns."""
    env = Env(rng)
    decisions, returns, running = 0, [], None
    deadline = time.monotonic() + (args.seconds or (math.inf if args.episodes else 60))
    while (now := time.monotonic()) < deadline and len(returns) != args.episodes:
        x, h, d, rewards, over = play_episode(env, policy, rng, deadline)
        decisions += len(rewards)
        if not over:
            break  # out of time: half an episode teaches nothing
        policy.backward(x, h, d * advantages(rewards, args.gamma))
        if (len(returns) + 1) % args.batch == 0:
            policy.update(args.learning_rate, args.decay)
        episodic = rewards.sum()
        returns.append(episodic)
        running = episodic if running is None else 0.99 * running + 0.01 * episodic
        print(
            f"episode {len(returns)}: return {episodic:+.0f}, running mean {running:+.2f}, "
            f"{len(rewards)} decisions, {len(rewards) / (time.monotonic() - now):.0f} decisions/s",
            flush=True,
        )
    return decisions, np.array(returns, np.float64)


def run_loop(args):
    """The loop by itself; returns the returns."""
    rng = np.random.default_rng(args.seed)
    policy = Policy(args.hidden, rng)
    if args.resume:
        policy.resume(args.resume)
    start = time.monotonic()
    decisions, returns = learn(args, policy, rng)
    seconds = time.monotonic() - start
    if args.save:
        policy.save(args.save)
    mean = f"{returns.mean():+.2f}" if len(returns) else "none finished"
    print(
        f"{decisions} decisions in {seconds:.1f} s on one core: {decisions / seconds:.0f} decisions/s; "
        f"{len(returns)} episodes, {len(returns) // args.batch} updates, mean return {mean}",
        flush=True,
    )
    return returns


def run_pongpg(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def evaluated(program, checkpoint):
    """The returns of pongpg eval."""
    return np.array(json.loads(run_pongpg(program, "eval", "--checkpoint", checkpoint, "--episodes", "2000", "--json"))["returns"])


def check(args):
    """Lets the loop go on from a policy of pongpg and back; returns whether its score is kept."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = args.checkpoint or f"{folder}/run"
        if not args.checkpoint:
            run_pongpg(args.pongpg, "train", "--recipe", "fast", "--run", checkpoint, "--updates", str(args.updates))
        args.resume, args.save = f"{folder}/save.p", f"{folder}/learned.p"
        run_pongpg(args.pongpg, "export", "--checkpoint", checkpoint, "--format", "pickle", "-o", args.resume)
        given = evaluated(args.pongpg, checkpoint)
        returns = run_loop(args)
        run_pongpg(args.pongpg, "import", args.save, "-o", f"{folder}/learned.safetensors")
        learned = evaluated(args.pongpg, f"{folder}/learned.safetensors")
    ok = True
    for name, mean, expected, n in (
        ("the loop's episodes against the policy that it was given", returns.mean(), given.mean(), len(returns)),
        ("what the loop has learned, imported, against its episodes", learned.mean(), returns.mean(), len(returns)),
    ):
        limit = expected - args.sigmas * given.std() / math.sqrt(n)
        ok &= bool(mean >= limit)
        print(f"{'ok' if mean >= limit else 'FAIL':4} {name}: mean return {mean:+.2f}, {expected:+.2f}; at least {limit:+.2f} by chance")
    return ok


def main():
    parser = argparse.ArgumentParser(
        description="The 2016 loop in NumPy on the Arcade Learning Environment, on one core.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, help="time limit; 60 unless there are --episodes")
    parser.add_argument("--episodes", type=int, help="episodes to play")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hidden", type=int, default=200)
    parser.add_argument("--batch", type=int, default=10, help="episodes an update")
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--decay", type=float, default=0.99, help="of RMSProp")
    parser.add_argument("--resume", help="begin with the weights of this save.p")
    parser.add_argument("--save", help="write the weights to this save.p at the end")
    parser.add_argument("--pongpg", help="export a policy of this program, go on from it, and compare")
    parser.add_argument("--checkpoint", help="with --pongpg: this policy, instead of training one")
    parser.add_argument("--updates", type=int, default=150, help="with --pongpg: how long to train")
    parser.add_argument("--sigmas", type=float, default=4, help="with --pongpg: how far below a mean may be, in standard errors")
    args = parser.parse_args()
    if args.pongpg:
        args.episodes = args.episodes or 20
        sys.exit(0 if check(args) else 1)
    run_loop(args)


if __name__ == "__main__":
    main()
