"""Pong on the Arcade Learning Environment, as the tools of this folder use it.

The environment is asked directly, without a wrapper, so that what lies between a
decision and the emulator is written here and nowhere else.
"""

import warnings

import numpy as np

try:
    from ale_py import ALEInterface, LoggerMode, roms
except ImportError as err:
    raise SystemExit(f"{err}; install what tools/requirements.txt lists, or run the make target") from err

NOOP, FIRE, RIGHT, LEFT, RIGHTFIRE, LEFTFIRE = ACTIONS = (0, 1, 3, 4, 11, 12)
UP, DOWN = RIGHT, LEFT

# Where the cartridge keeps its variables in the console's 128 bytes of memory.
RAM_FRAME, RAM_SERVE_TIMER = 8, 11
RAM_ENEMY_SCORE, RAM_AGENT_SCORE = 13, 14
RAM_BALL_X, RAM_BALL_Y = 49, 54
RAM_ENEMY_Y, RAM_PLAYER_Y, RAM_PLAYER_SMOOTHED = 50, 51, 60
RAM_SPEED_Y, RAM_SPEED_X = 56, 58

BACKGROUNDS = (144, 109)  # red channel of the field, and of the first two frames


def open_pong(seed=0, sticky=0.0):
    """Returns Pong in mode 0, difficulty 0, one frame an act, just reset."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rom = roms.get_rom_path("pong")
    if rom is None:
        raise SystemExit("ale-py brings no Pong; install the version in tools/requirements.txt")
    ALEInterface.setLoggerMode(LoggerMode.Error)
    ale = ALEInterface()
    ale.setInt("random_seed", seed)
    ale.setInt("frame_skip", 1)
    ale.setFloat("repeat_action_probability", sticky)
    ale.loadROM(rom)
    ale.setMode(0)
    ale.setDifficulty(0)
    ale.reset_game()
    return ale


def image(screen):
    """The 80×80 image of the 2016 post, bytes of 0 or 1, from a 210×160×3 screen."""
    red = screen[35:195:2, ::2, 0]
    return ((red != BACKGROUNDS[0]) & (red != BACKGROUNDS[1])).view(np.uint8)
