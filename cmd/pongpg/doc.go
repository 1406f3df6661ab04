// Command pongpg learns Atari Pong from pixels by policy gradients, thousands of games
// at a time.
//
// There is a file for each command, named for it: its flags and what it does with
// them. docs/command.md has the commands, flags, exit statuses and formats.
package main
