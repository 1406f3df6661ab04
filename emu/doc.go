// Package emu plays Atari 2600 Pong as the Arcade Learning Environment does,
// frame by frame to the pixel, without a ROM: the cartridge's rules are written
// down (docs/game.md) instead of its 6507 being emulated.
//
// Game is one game, stepped one frame of 1/60 s at a time: the reference, and
// what to read first. Screen draws its 210×160 picture and makes the 2016 post's
// 80×80 image of it. Picture is the same image as what it consists of: the codes of
// three shapes, from which Observe makes the network's sparse input without drawing
// anything.
//
// Vector is thousands of games stepped one decision at a time (frame skip, sticky
// actions, autoreset) into the caller's arrays. It plays by Game.Step, or, where the
// machine has AVX-512 or AVX2, by the same rules for 16 or 8 games at once, which
// package asm generates; ISA says which. The games are the same, bit for bit.
package emu
