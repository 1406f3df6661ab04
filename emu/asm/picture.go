package main

// A shape's code is carried as noCode minus it: 0 is no shape.

// picture is Game.Picture: the codes of the three shapes.
func (k *kernel) picture() (codes [3]vec) {
	enemy, paddle, agent := k.new(), k.get(paddleY), k.new()
	k.op(sub, enemy, k.vars[enemyY], word(paddleHeight-1+imageFirstRow-2*(paddleImageRows-1)))
	k.right(1, enemy, enemy)
	k.op(add, agent, paddle, word(1))
	k.right(1, agent, agent)
	k.op(sub, agent, agent, word(imageFirstRow/2))
	ball := k.ball(enemy, agent, paddle)
	return [3]vec{k.paddleCode(enemy, 0), k.paddleCode(agent, paddlePlaces), ball}
}

// paddleCode returns the code of the paddle at a place: its first image row + 7.
func (k *kernel) paddleCode(place vec, base word) vec {
	shown := k.below(place, paddlePlaces, nil)
	code := k.new()
	if base != 0 {
		k.op(add, place, place, base)
	}
	k.op(andn, code, place, word(noCode))
	k.keep(shown, code)
	return code
}

// ball is Game.ballCode, with the paddles' places given.
func (k *kernel) ball(enemy, agent, paddle vec) vec {
	column := k.column()
	first, end := k.edges(column, paddle)

	pair, top := k.new(), k.new()
	k.right(1, pair, column)
	atEnemy := k.compare(eq, pair, word(enemyColumn/4), nil)
	atAgent := k.compare(eq, pair, word(agentColumn/4), nil)
	k.op(sub, top, enemy, word(paddleImageRows-1))
	k.opIf(atAgent, sub, top, agent, word(paddleImageRows-1))
	k.hide(first, end, top, k.or(atEnemy, atAgent))

	height := k.new()
	k.op(sub, height, end, first)
	code := k.ballCode(column, first, height)
	k.op(sub, height, height, word(1))
	shown := k.below(height, 3, nil) // not where ballY is 0, far above the field
	k.op(andn, code, code, word(noCode))
	k.keep(shown, code)
	return code
}

// ballCode is ballCode for heights of 1 to 3.
func (k *kernel) ballCode(column, first, height vec) vec {
	code, rows, inner := k.new(), k.new(), k.new()
	k.op(mul, code, column, word(ballWindows))
	k.op(add, rows, column, column)
	k.op(add, rows, rows, column)
	k.op(sub, rows, code, rows) // ballOneRows, and ballThreeRows, times column
	k.op(add, code, code, word(ballTwos+1))
	one := k.compare(eq, height, word(1), nil)
	k.opIf(k.compare(eq, first, word(0), one), sub, code, code, word(1))
	k.op(sub, inner, first, word(1))
	one = k.below(inner, ballOneRows, one)
	k.op(add, inner, rows, word(ballOnes-1-ballOneRows*(enemyColumn/2)))
	k.choose(one, code, inner)
	agent := k.compare(gt, column, word(agentColumn/2-1), one)
	k.op(add, inner, rows, word(ballOnes-1-ballOneRows*(agentColumn/2-2)))
	k.choose(agent, code, inner)
	k.op(add, inner, rows, word(ballThrees-ballOneRows*ballThreeColumn))
	k.choose(k.compare(eq, height, word(3), nil), code, inner)
	k.op(add, code, code, first)
	return code
}

// column returns the image column that the ball is in: half the even one of its
// two columns of the screen.
func (k *kernel) column() vec {
	column := k.new()
	k.op(sub, column, k.vars[ballX], word(ballOffsetX-1))
	k.right(1, column, column)
	k.opIf(k.compare(lt, column, word(0), nil), add, column, column, word(imageSize))
	k.opIf(k.compare(gt, column, word(imageSize-1), nil), sub, column, column, word(imageSize))
	return column
}

// edges returns the image rows [first, end) of the ball: Game.ballRows, subsampled.
func (k *kernel) edges(column, paddle vec) (first, end vec) {
	y, odd, drawn, double := k.vars[ballY], k.new(), k.new(), k.new()
	k.op(and, odd, y, word(1))
	right := k.compare(eq, odd, word(0), k.compare(gt, column, word(agentColumn/2+1), nil))
	k.op(add, drawn, paddle, word(1))
	k.op(and, drawn, drawn, word(-2))
	k.op(sub, drawn, y, drawn)
	k.op(add, double, column, column)
	target := k.get(knobTarget)

	// rise takes 1 from the edge at offset lines below the upper one where it rises.
	rise := func(edge vec, offset word) {
		line, limit := k.new(), k.splat(152-1)
		k.op(add, line, drawn, offset)
		k.opIf(k.below(line, paddleHeight, right), sub, limit, limit, word(3))
		k.op(add, line, y, offset-2)
		k.opIf(k.compare(lt, line, target, right), add, limit, limit, word(6))
		k.opIf(k.compare(gt, double, limit, right), sub, edge, edge, word(1))
	}
	first, end = k.new(), k.new()
	k.op(sub, first, y, word(ballOffsetY+imageFirstRow-1))
	rise(first, 0)
	k.right(1, first, first)
	k.op(maxSigned, first, first, word(0))
	k.op(sub, end, y, word(ballOffsetY-ballHeight+1+imageFirstRow-2))
	rise(end, ballHeight)
	k.right(1, end, end)
	k.op(minSigned, end, end, word(imageSize))
	return first, end
}

// hide takes the rows of the paddle at top from those of the ball, in the games
// where it is in the paddle's columns.
func (k *kernel) hide(first, end, top vec, columns mask) {
	bottom := k.new()
	k.op(add, bottom, top, word(paddleImageRows))
	columns = k.compare(gt, end, top, columns)
	columns = k.compare(lt, first, bottom, columns)
	above := k.compare(lt, first, top, columns)
	k.choose(above, end, top)
	k.choose(k.andNot(above, columns), first, bottom)
}
