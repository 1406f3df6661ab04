#!/usr/bin/env python3
"""Compares pongpg's Pong with the Arcade Learning Environment, frame by frame.

The same actions are played on both, one frame an action, and every column of
every frame must agree: reward, end of the game, the cartridge's variables, the
scores, and the 80×80 image (its CRC-32 and its number of ones). Several players
choose the actions, so that many ways through the game are taken; what they
choose depends on the seed and on the real game alone.

With --screen the whole 210×160 picture must agree, too: pongpg trace --screen
adds a column with the CRC-32 of its 100,800 bytes of red, green and blue.

With --recorded FILE nothing of pongpg is run: frames recorded earlier are
compared with the Arcade Learning Environment, which checks this tool itself and
the recording.

Exit status: 0 if all frames agree, 1 if one does not, 2 if the comparison could
not be made.
"""

import argparse
import gzip
import queue
import random
import subprocess
import sys
import threading
import time
import zlib
from collections import deque

import pong_ale as pong

COLUMNS = (
    "action", "reward", "game_over", "frame", "serve_timer", "ball_x", "ball_y", "minus_speed_x", "speed_y",
    "enemy_y", "paddle_y", "smoothed", "enemy_score", "agent_score", "crc32", "ones", "screen_crc32",
)  # fmt: skip
CONTEXT = 5  # frames shown before a difference

# The act of a game at which the cartridge's 16-bit frame counter has wrapped and it
# goes back to its menu: the ball stands still, the number of the menu's game, 1,
# takes the place of the opponent's score, which the environment takes for points,
# and from the next act on the screen changes colours. It is no end of the game to
# the environment. pongpg cuts the episode off, with nothing of the menu in its last
# frame. So these columns are not compared in it, and both games are reset.
TIME_OUT = 65_210
TIME_OUT_COLUMNS = ("reward", "ball_x", "ball_y", "enemy_score", "crc32", "ones", "screen_crc32")


def signed(byte):
    return byte - 256 if byte > 127 else byte


class Game:
    """The real game. A game that is over is reset before its next frame."""

    def __init__(self, screen=False):
        self.pong = pong.Pong()
        self.screen = screen
        self.ram = self.pong.ram
        self.over = False
        self.frames = 0  # of this game
        self.episodes = 0

    def step(self, action):
        """Plays one frame and returns its row of COLUMNS, None where any value will do."""
        if self.over:
            self.pong.reset()
            self.frames = 0
        reward = self.pong.act(action)
        self.frames += 1
        self.over = self.pong.over() or self.frames == TIME_OUT
        self.episodes += self.over
        image = self.pong.look()
        ram = self.ram.tolist()
        row = (
            action,
            int(reward),
            int(self.over),
            ram[pong.RAM_FRAME],
            ram[pong.RAM_SERVE_TIMER],
            ram[pong.RAM_BALL_X],
            ram[pong.RAM_BALL_Y],
            signed(ram[pong.RAM_SPEED_X]),
            signed(ram[pong.RAM_SPEED_Y]),
            ram[pong.RAM_ENEMY_Y],
            ram[pong.RAM_PLAYER_Y],
            ram[pong.RAM_PLAYER_SMOOTHED],
            ram[pong.RAM_ENEMY_SCORE],
            ram[pong.RAM_AGENT_SCORE],
            zlib.crc32(image),
            int(image.sum()),
        )
        if self.screen:
            row += (zlib.crc32(self.pong.screen),)
        if self.frames == TIME_OUT:
            row = tuple(None if c in TIME_OUT_COLUMNS else v for c, v in zip(COLUMNS, row))
        return row


# A player is a generator: it is sent the console's memory after each frame and
# yields the action of the next one.


def play_random(rng):
    """Any action, every frame."""
    while True:
        yield rng.choice(pong.ACTIONS)


def play_sticky(rng):
    """Any action, kept from frame to frame with probability 0.9."""
    action = pong.NOOP
    while True:
        if rng.random() >= 0.9:
            action = rng.choice(pong.ACTIONS)
        yield action


def track(rng, up, down, stay, aim):
    """Follows the ball with the paddle, so that it is met off centre by up to aim.

    The offset is drawn anew whenever the ball turns round, so that all parts of
    the paddle meet it, and its edges miss it by a pixel.
    """
    ram, offset, direction = None, 0, 0
    while True:
        action = stay
        if ram is not None and ram[pong.RAM_BALL_Y]:
            if direction != int(ram[pong.RAM_SPEED_X]):
                direction = int(ram[pong.RAM_SPEED_X])
                offset = rng.randint(-aim, aim)
            gap = int(ram[pong.RAM_BALL_Y]) - int(ram[pong.RAM_PLAYER_Y]) - 6 + offset
            action = down if gap > 3 else up if gap < -3 else stay
        ram = yield action


def play_track(rng):
    """Tracks the ball without the button."""
    return track(rng, pong.UP, pong.DOWN, pong.NOOP, aim=9)


def play_rally(rng):
    """Tracks the ball closely: rallies go on until the cartridge's own time-out."""
    return track(rng, pong.UP, pong.DOWN, pong.NOOP, aim=2)


def play_trackfire(rng):
    """Tracks the ball with the button held, which makes it fast."""
    return track(rng, pong.RIGHTFIRE, pong.LEFTFIRE, pong.FIRE, aim=9)


def play_trackmixed(rng):
    """Tracks the ball with the button pressed at random, frame by frame."""
    held, free = play_trackfire(rng), play_track(rng)
    ram = None
    while True:
        actions = held.send(ram), free.send(ram)
        ram = yield rng.choice(actions)


def play_held(rng):
    """Holds one action for up to ten seconds: the paddle rests at its ends."""
    while True:
        action = rng.choice(pong.ACTIONS)
        for _ in range(rng.randint(1, 600)):
            yield action


def play_noop(rng):
    """Does nothing."""
    while True:
        yield pong.NOOP


PLAYERS = {
    name.removeprefix("play_"): player
    for name, player in list(globals().items())
    if name.startswith("play_")
}  # fmt: skip


class Difference(Exception):
    """The two games differ. The arguments are lines to print."""


class Failure(Exception):
    """The comparison could not be made."""


class Subject:
    """pongpg trace, as a process that is fed actions while its rows are read."""

    def __init__(self, pongpg, screen):
        command = [pongpg, "trace", "--actions", "-"] + ["--screen"] * screen
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 16
            )
        except OSError as err:
            raise Failure(f"{' '.join(command)}: {err}; run make build first") from err
        self.rows = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if line[0] in "-0123456789":  # not a header
                self.rows.put(line)
        self.rows.put(None)

    def play(self, action):
        try:
            self.process.stdin.write(f"{action}\n")
        except BrokenPipeError:
            pass  # found, with the reason, when the rows run out

    def end_of_actions(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def row(self):
        """The next row; blocks until there is one."""
        line = self.rows.get()
        if line is None:
            raise Failure(f"pongpg trace ended early, exit status {self.process.wait()}")
        return tuple(map(int, line.split(",")))

    def stop(self):
        self.process.kill()
        self.process.wait()


def differing(want, got):
    """The columns in which two rows differ, with both values; None in want differs from nothing."""
    if len(want) != len(got):
        return [("number of columns", len(want), len(got))]
    return [(c, w, g) for c, w, g in zip(COLUMNS, want, got) if w is not None and w != g]


class Comparison:
    """Compares rows in order and keeps the last ones to show."""

    def __init__(self, name):
        self.name = name
        self.frames = 0
        self.context = deque(maxlen=CONTEXT)

    def check(self, want, got):
        if want != got and (None not in want or differing(want, got)):
            raise Difference(*self._report(want, got))
        self.frames += 1
        self.context.append(got)

    def _report(self, want, got):
        yield f"{self.name}: frame {self.frames} (counted from 0) differs"
        yield "         " + ",".join(COLUMNS[: len(want)])
        for row in self.context:
            yield "  both   " + ",".join(map(str, row))
        yield "  ALE    " + ",".join(map(str, want))
        yield "  other  " + ",".join(map(str, got))
        for column, w, g in differing(want, got):
            yield f"  {column}: ALE {w}, other {g}"


def compare_player(name, frames, args):
    """Plays frames on both games and compares them; returns frames and episodes."""
    game, subject, comparison = Game(args.screen), Subject(args.pongpg, args.screen), Comparison(name)
    player = PLAYERS[name](random.Random(f"{name} {args.seed}"))
    expected = deque()
    try:
        action = next(player)
        for _ in range(frames):
            expected.append(game.step(action))
            subject.play(action)
            action = player.send(game.ram)
            while not subject.rows.empty():
                if not expected:
                    raise Failure("pongpg trace prints a frame before it is given its action")
                comparison.check(expected.popleft(), subject.row())
        subject.end_of_actions()
        while expected:
            comparison.check(expected.popleft(), subject.row())
        if subject.rows.get() is not None:
            raise Failure("pongpg trace prints more frames than it was given actions")
        if status := subject.process.wait():
            raise Failure(f"pongpg trace: exit status {status}")
    finally:
        subject.stop()
    return comparison.frames, game.episodes


def compare_recorded(path):
    """Plays the actions of a recording on the real game and compares."""
    game, comparison = Game(), Comparison(path)
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rt") as lines:
            for line in lines:
                if not line.startswith("#"):
                    recorded = tuple(map(int, line.split(",")))
                    comparison.check(game.step(recorded[0]), recorded)
    except (OSError, ValueError) as err:
        raise Failure(f"{path}: {err}") from err
    return comparison.frames, game.episodes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--frames", type=int, default=200_000, help="in all, shared out among the players")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pongpg", default="bin/pongpg", help="the program (default: %(default)s)")
    parser.add_argument("--policy", choices=["all", *PLAYERS], default="all")
    parser.add_argument("--screen", action="store_true", help="compare the 210×160 picture, too")
    parser.add_argument("--recorded", nargs="+", metavar="FILE", help="compare recordings instead of pongpg")
    args = parser.parse_args()

    names = list(PLAYERS) if args.policy == "all" else [args.policy]
    if args.recorded:
        tasks = [(path, lambda path=path: compare_recorded(path)) for path in args.recorded]
    else:
        share = -(-args.frames // len(names))
        tasks = [(name, lambda name=name: compare_player(name, share, args)) for name in names]

    start, total, episodes = time.monotonic(), 0, 0
    try:
        for name, task in tasks:
            frames, ended = task()
            total += frames
            episodes += ended
            print(f"{name}: {frames} frames, {ended} episodes, no difference", flush=True)
    except Difference as err:
        print("\n".join(err.args))
        return 1
    except Failure as err:
        print(err, file=sys.stderr)
        return 2
    seconds = time.monotonic() - start
    what = ", ".join(name for name, _ in tasks)
    print(f"{total} frames compared, {episodes} episodes, no difference ({what}; seed {args.seed}; {seconds:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
