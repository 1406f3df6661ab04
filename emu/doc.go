// Package emu plays Atari 2600 Pong as the Arcade Learning Environment does,
// frame by frame to the pixel, without a ROM: the cartridge's rules are written
// down (docs/game.md) instead of its 6507 being emulated.
//
// Game is one game, stepped one frame of 1/60 s at a time: the reference, and
// what to read first. Vector is thousands of games stepped one decision at a time
// (frame skip, sticky actions, autoreset) into the caller's arrays. Screen draws
// the 210×160 picture; Image is the 80×80 picture the 2016 post makes of it; and
// Sprites is the same picture as three positions, from which a Codebook gives the
// network's sparse input without drawing anything.
package emu
