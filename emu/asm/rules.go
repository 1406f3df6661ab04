package main

// The game's numbers, as in package emu, whose tests compare what is generated
// here with Game frame by frame.
const (
	maxSkip         = 4
	wallTop         = 46
	wallBelow       = 206
	ballLeft        = 52
	ballRight       = 205
	serveFrames     = 63
	serveAt         = 128
	winScore        = 21
	maxSpeed        = 4
	knobStep        = 23_000
	knobMin         = 27_450
	knobMax         = 790_196
	resetFrame      = 256 + 71
	frameLimit      = 65_210
	noCode          = 0x7FFF
	imageSize       = 80
	paddleWidth     = 4
	enemyColumn     = 16
	agentColumn     = 140
	ballOffsetX     = 49
	ballOffsetY     = 14
	ballHeight      = 4
	paddleHeight    = 16
	paddleImageRows = 8
	imageFirstRow   = 35
	paddlePlaces    = 87
	ballTwos        = 2 * paddlePlaces
	ballWindows     = imageSize + 1
	ballOneRows     = imageSize - 2
	ballOnes        = ballTwos + imageSize*ballWindows
	ballThrees      = ballOnes + (2+imageSize-agentColumn/2)*ballOneRows
	ballThreeColumn = agentColumn/2 + 2
)

// Actions, by their ALE numbers.
const (
	fire      = 1
	right     = 3
	left      = 4
	rightFire = 11
	leftFire  = 12
)

// The variables of a game, in the order of package emu's block. reward is the
// decision's and no part of a block.
const (
	frame = iota
	serveTimer
	ballX
	ballY
	speedX
	speedY
	enemyY
	paddleY
	smoothed
	knob
	knobTarget
	enemyScore
	agentScore
	executed
	reward
	variables
)

// What a block holds besides.
const (
	decisions = iota + 14
	enemyCode
	agentCode
	ballCode
	blockFields

	blockLanes = 16
	blockBytes = blockFields * blockLanes * 4
)

// The elements of the argument rules: a frame is played by games whose word 0 is at
// least its number; it repeats the last action unless 16 random bits are not below
// the number for stickiness; and decisions is the time limit minus 1.
const (
	ruleFrame     = 0
	ruleSticky    = 4
	ruleDecisions = 5
)
