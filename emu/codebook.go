package emu

import "fmt"

// A Picture's shapes are numbered, so that an image is three codes and the
// difference of two images six at most. Codes 0 to Codes−1 are, in this order: the
// opponent's paddle by its first image row, the agent's likewise, and the ball by
// its height, column and first row. No two codes have the same pixels.
const (
	// NoCode stands for a shape that is not in the image.
	NoCode uint16 = 0x7FFF

	paddlePlaces = ImageSize + paddleImageRows - 1 // first rows −7…79
	enemyCodes   = 0
	agentCodes   = enemyCodes + paddlePlaces
	ballCodes    = agentCodes + paddlePlaces

	// The ball is 1×2 pixels in the image. It is less at the ends of the field,
	// which is a window of two rows that is partly outside: first rows −1…79.
	ballTwos    = agentCodes + paddlePlaces
	ballWindows = ImageSize + 1

	// It is 1×1 behind a paddle and to the right of the agent's, in rows 1…78 (the
	// others are windows): columns 8, 9 and 70…79.
	ballOnes       = ballTwos + ImageSize*ballWindows
	ballOneRows    = ImageSize - 2
	ballOneColumns = 2 + ImageSize - agentImageColumn

	// It can be 1×3 to the right of the agent's paddle: columns 72…79.
	ballThrees      = ballOnes + ballOneColumns*ballOneRows
	ballThreeRows   = ImageSize - 2
	ballThreeColumn = agentImageColumn + 2

	// Codes is the number of codes.
	Codes = ballThrees + (ImageSize-ballThreeColumn)*ballThreeRows
)

// enemyCode returns the code of the opponent's paddle with its first of eight
// image rows at top, part of which may be above or below the image.
func enemyCode(top int32) uint16 { return paddleCode(enemyCodes, top) }

// agentCode returns the code of the agent's paddle.
func agentCode(top int32) uint16 { return paddleCode(agentCodes, top) }

func paddleCode(base uint16, top int32) uint16 {
	if top <= -paddleImageRows || top >= ImageSize {
		return NoCode
	}
	return base + uint16(top+paddleImageRows-1)
}

// ballCode returns the code of a ball of height pixels (at most 3; none below 1) from
// row top down in column col, all of which are in the image. It panics where the game
// shows no such ball.
func ballCode(col, top, height int32) uint16 {
	switch {
	case height <= 0:
		return NoCode
	case height == 1 && top == 0:
		return ballWindow(col, -1)
	case height == 1 && top == ImageSize-1, height == 2:
		return ballWindow(col, top)
	case height == 1:
		at := col - enemyImageColumn // columns 8 and 9 come first, then 70…79
		if col >= agentImageColumn {
			at = 2 + col - agentImageColumn
		}
		if col == enemyImageColumn || col == enemyImageColumn+1 || at >= 2 && col >= agentImageColumn {
			return uint16(ballOnes + at*ballOneRows + top - 1)
		}
	case height == 3 && col >= ballThreeColumn:
		return uint16(ballThrees + (col-ballThreeColumn)*ballThreeRows + top)
	}
	panic(fmt.Sprintf("emu: no ball of %d pixels from row %d in column %d", height, top, col))
}

// ballWindow returns the code of the ball in the two rows from top (−1…79) down.
func ballWindow(col, top int32) uint16 { return uint16(ballTwos + col*ballWindows + top + 1) }

// codebook holds the pixels of each code.
var codebook = func() (book [Codes][]uint16) {
	rectangle := func(top, height, left, width int32) (pixels []uint16) {
		for row := max(top, 0); row < min(top+height, ImageSize); row++ {
			for col := left; col < left+width; col++ {
				pixels = append(pixels, uint16(row*ImageSize+col))
			}
		}
		return pixels
	}
	for top := int32(1 - paddleImageRows); top < ImageSize; top++ {
		book[enemyCode(top)] = rectangle(top, paddleImageRows, enemyImageColumn, 2)
		book[agentCode(top)] = rectangle(top, paddleImageRows, agentImageColumn, 2)
	}
	for col := range int32(ImageSize) {
		for top := int32(-1); top < ImageSize; top++ {
			book[ballWindow(col, top)] = rectangle(top, 2, col, 1)
		}
		behindPaddle := col == enemyImageColumn || col == enemyImageColumn+1
		for row := int32(1); row < ImageSize-1 && (behindPaddle || col >= agentImageColumn); row++ {
			book[ballCode(col, row, 1)] = rectangle(row, 1, col, 1)
		}
		for top := int32(0); top <= ImageSize-3 && col >= ballThreeColumn; top++ {
			book[ballCode(col, top, 3)] = rectangle(top, 3, col, 1)
		}
	}
	return book
}()

// CodePixels returns the pixels, 80·row+column in ascending order, of the shape
// with a code; none for NoCode. The caller must not change them. It panics on a
// number that is not a code.
func CodePixels(code uint16) []uint16 {
	if code == NoCode {
		return nil
	}
	return codebook[code]
}
