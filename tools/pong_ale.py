"""Pong on the Arcade Learning Environment, as the tools of this folder use it.

The environment is asked directly, without a wrapper, so that what lies between a
decision and the emulator is written here and nowhere else.
"""

import sys
import warnings

try:
    import numpy as np
    from ale_py import ALEInterface, LoggerMode, roms
except ImportError as err:
    print(f"{err}; install what tools/requirements.txt lists, or use the make target", file=sys.stderr)
    sys.exit(2)

NOOP, FIRE, RIGHT, LEFT, RIGHTFIRE, LEFTFIRE = ACTIONS = (0, 1, 3, 4, 11, 12)
UP, DOWN = RIGHT, LEFT

# Where the cartridge keeps its variables in the console's 128 bytes of memory.
RAM_FRAME, RAM_SERVE_TIMER = 8, 11
RAM_ENEMY_SCORE, RAM_AGENT_SCORE = 13, 14
RAM_BALL_X, RAM_BALL_Y = 49, 54
RAM_ENEMY_Y, RAM_PLAYER_Y, RAM_PLAYER_SMOOTHED = 50, 51, 60
RAM_SPEED_Y, RAM_SPEED_X = 56, 58

BACKGROUNDS = (144, 109)  # red channel of the field, and of the first two frames


class Pong:
    """Pong in mode 0, difficulty 0, one frame an act.

    In every act the last executed action is executed again with probability
    sticky, whatever the act's own; seed decides when.

    ram (128 bytes) and screen (210×160×3) are those of the last act that was
    followed by look, and are written over by the next look.
    """

    def __init__(self, sticky=0.0, seed=0):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rom = roms.get_rom_path("pong")
        if rom is None:
            print("ale-py brings no Pong; install the version in tools/requirements.txt", file=sys.stderr)
            sys.exit(2)
        ALEInterface.setLoggerMode(LoggerMode.Error)
        self.ale = ALEInterface()
        self.ale.setInt("random_seed", seed)
        self.ale.setInt("frame_skip", 1)
        self.ale.setFloat("repeat_action_probability", sticky)
        self.ale.loadROM(rom)
        self.ale.setMode(0)
        self.ale.setDifficulty(0)
        self.reset, self.act, self.over = self.ale.reset_game, self.ale.act, self.ale.game_over
        self.ram = np.zeros(128, np.uint8)
        self.screen = np.zeros((210, 160, 3), np.uint8)
        self.reset()

    def look(self):
        """Reads the memory, and returns the 80×80 image of the 2016 post, of 0 and 1."""
        self.ale.getRAM(self.ram)
        self.ale.getScreenRGB(self.screen)
        red = self.screen[35:195:2, ::2, 0]
        return ((red != BACKGROUNDS[0]) & (red != BACKGROUNDS[1])).astype(np.uint8)
