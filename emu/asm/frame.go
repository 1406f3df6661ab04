package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// frame plays frame f of the decision in the games whose decision is as long and
// that are not over: Game.Step, after the choice of its action.
func (k *kernel) frame(f int) {
	word0 := k.load(k.at("w0", 4))
	live := k.andNot(k.over, k.reaches(word0, rule(ruleFrame+f), nil))
	count, next := k.get(frame), k.new()
	k.op(add, next, count, word(1))
	k.opIf(live, and, count, next, word(0xFFFF))
	k.put(frame, count)

	playing := k.wait(live, f)
	k.play(playing, f)
	k.act(f, live)
	k.moveEnemy(live)
	k.movePaddle(live)
}

// wait is Game.wait; it returns the games that were not waiting.
func (k *kernel) wait(live mask, f int) (playing mask) {
	timer := k.get(serveTimer)
	waiting := k.compare(gt, timer, word(0), live)
	playing = k.andNot(waiting, live)
	k.opIf(waiting, sub, timer, timer, word(1))
	k.put(serveTimer, timer)
	k.opIf(waiting, and, k.vars[ballY], k.vars[ballY], word(0))

	serving := k.compare(eq, timer, word(0), waiting)
	label := fmt.Sprintf("%sserved%d", k.name, f)
	k.skipIfNone(serving, label)
	for _, variable := range []int{ballX, ballY, enemyY} {
		k.choose(serving, k.vars[variable], word(serveAt))
	}
	x, y := k.vars[speedX], k.vars[speedY]
	right := k.compare(gt, x, word(0), serving)
	up := k.compare(lt, y, word(0), serving)
	k.choose(serving, x, word(-1))
	k.choose(right, x, word(1))
	k.choose(serving, y, word(1))
	k.choose(up, y, word(-1))
	k.moveBall(serving)
	Label(label)
	return playing
}

func (k *kernel) moveBall(moving mask) {
	k.opIf(moving, add, k.vars[ballX], k.vars[ballX], k.vars[speedX])
	k.opIf(moving, add, k.vars[ballY], k.vars[ballY], k.vars[speedY])
}

// play is Game.play. A ball that is out overlaps no paddle, nor does one that is at
// a wall; so the order of these cases is free, but for the wall not being hit by a
// ball that is out.
func (k *kernel) play(playing mask, f int) {
	way, depth := k.new(), k.new()
	k.op(sub, way, k.vars[ballX], word(ballLeft+1))
	point := k.reaches(way, word(ballRight-ballLeft-1), playing)
	moving := k.andNot(point, playing)
	k.score(point, f)

	y, speed := k.vars[ballY], k.vars[speedY]
	k.op(sub, depth, y, word(wallTop))
	inside := k.below(depth, wallBelow-wallTop, moving)
	top := k.compare(lt, speed, word(0), k.compare(lt, depth, word(0), moving))
	bottom := k.compare(gt, speed, word(0), k.compare(gt, y, word(wallBelow-1), moving))
	k.opIf(k.or(top, bottom), sub, speed, k.splat(0), speed)
	k.opIf(top, add, y, y, word(1))
	k.opIf(bottom, sub, y, y, word(1))
	k.hit(inside)
	k.moveBall(moving)
}

// act executes the decision's action in frame f, or again the last one executed,
// and turns the knob.
func (k *kernel) act(f int, live mask) {
	bits := k.load(k.at([]string{"w1", "w1", "w2", "w2"}[f], 4))
	if f%2 == 0 {
		k.op(and, bits, bits, word(0xFFFF))
	} else {
		VPSRLD(U8(16), bits, bits)
	}
	fresh := k.reaches(bits, rule(ruleSticky), live)
	action, chosen := k.get(executed), k.new()
	VPMOVZXBD(k.at("actions", 1), chosen)
	k.choose(fresh, action, chosen)
	k.put(executed, action)

	// AVX2 sees three bits of the action only: the same for both kinds of right and
	// of left.
	turn, position := k.new(), k.get(knob)
	VPERMD(table([16]int32{
		right: -knobStep, rightFire: -knobStep,
		left: knobStep, leftFire: knobStep,
	}), action, turn)
	k.op(add, turn, turn, position)
	k.op(maxSigned, turn, turn, word(knobMin))
	k.opIf(live, minSigned, position, turn, word(knobMax))
	k.put(knob, position)
}

// hit bounces the ball off the paddle that it overlaps. The button counts if it was
// held in the frame before: in the action executed then.
func (k *kernel) hit(inside mask) {
	x, y := k.vars[ballX], k.vars[ballY]
	near := func(first word) mask {
		behind := k.new()
		k.op(sub, behind, x, first)
		return k.below(behind, paddleWidth+1, inside)
	}
	over := func(y vec, offset, rows word, in mask) mask {
		lower := k.new()
		k.op(add, lower, y, offset)
		return k.below(lower, rows, in)
	}
	above, aboveAgent, drawn := k.new(), k.new(), k.new()
	paddle := k.get(paddleY)
	k.op(add, drawn, paddle, word(1))
	k.op(and, drawn, drawn, word(-2))
	k.op(sub, drawn, y, drawn)
	agent := over(drawn, 2, 18, near(agentColumn-1+ballOffsetX))
	k.op(sub, above, y, k.vars[enemyY])
	enemy := over(above, 4, 19, near(enemyColumn-1+ballOffsetX))

	hit := k.or(agent, enemy)
	k.op(sub, aboveAgent, y, paddle)
	k.choose(agent, above, aboveAgent)
	k.op(sub, above, above, word(5)) // (above+3)>>2 − 2
	k.rightIf(hit, 2, k.vars[speedY], above)

	speed, faster := k.new(), k.new()
	VPABSD(k.vars[speedX], speed)
	k.op(add, faster, speed, word(1))
	action := k.get(executed)
	fired := k.or(k.compare(gt, action, word(left), agent), k.compare(eq, action, word(fire), agent))
	k.opIf(fired, minSigned, speed, faster, word(maxSpeed))
	k.choose(enemy, k.vars[speedX], speed)
	k.opIf(agent, sub, k.vars[speedX], k.splat(0), speed)
}

// score gives a point where there is one, and remembers where it was the last.
func (k *kernel) score(point mask, f int) {
	label := fmt.Sprintf("%sscored%d", k.name, f)
	k.skipIfNone(point, label)
	lost := k.compare(gt, k.vars[ballX], word(serveAt), point)
	won := k.andNot(lost, point)
	timer, sum := k.get(serveTimer), k.get(reward)
	k.choose(point, timer, word(serveFrames))
	k.opIf(lost, sub, sum, sum, word(1))
	k.opIf(won, add, sum, sum, word(1))
	k.put(serveTimer, timer)
	k.put(reward, sum)
	enemy, agent := k.get(enemyScore), k.get(agentScore)
	k.opIf(lost, add, enemy, enemy, word(1))
	k.opIf(won, add, agent, agent, word(1))
	k.put(enemyScore, enemy)
	k.put(agentScore, agent)
	for _, score := range []vec{enemy, agent} {
		k.setMask(k.over, k.or(k.over, k.compare(eq, score, word(winScore), point)))
	}
	Label(label)
}

// moveEnemy is Game.moveEnemy.
func (k *kernel) moveEnemy(live mask) {
	enemy, ball, phase := k.vars[enemyY], k.vars[ballY], k.new()
	k.op(and, phase, k.get(frame), word(7))
	moves := k.compare(ne, phase, word(1), live)
	down := k.compare(gt, ball, enemy, moves)
	up := k.compare(lt, ball, enemy, moves)
	k.opIf(down, add, enemy, enemy, word(2))
	k.opIf(up, sub, enemy, enemy, word(2))
}

// movePaddle is Game.movePaddle. These two numbers give what knobTarget gives,
// halved, for every resistance in the knob's range (TestKnob).
func (k *kernel) movePaddle(live mask) {
	const slope, offset = 0.00012526315, 3.8881598
	half := k.new()
	VCVTDQ2PS(k.operand(knob), half)
	VFMADD213PS(k.splat(word(math.Float32bits(offset))), k.splat(word(math.Float32bits(slope))), half)
	VCVTTPS2DQ(half, half)

	parity := k.new()
	k.op(and, parity, k.get(frame), word(1))
	odd := k.compare(ne, parity, word(0), live)
	even := k.andNot(odd, live)
	target, smooth, paddle, sum := k.get(knobTarget), k.get(smoothed), k.get(paddleY), k.new()
	k.choose(odd, paddle, smooth)
	k.op(add, half, half, half)
	k.op(maxSigned, half, half, word(38))
	k.op(add, sum, half, smooth)
	k.rightIf(even, 1, smooth, sum)
	k.choose(even, target, half)
	k.choose(odd, target, word(110))
	k.put(knobTarget, target)
	k.put(smoothed, smooth)
	k.put(paddleY, paddle)
}
