package emu

// A Picture's shapes are numbered, so that an image is three codes and the
// difference of two images six at most. Codes 0 to Codes−1 are, in this order: the
// opponent's paddle by its first image row, the agent's likewise, and the ball by
// its column, then its height and first row.
const (
	// NoCode stands for a shape that is not in the image.
	NoCode uint16 = 0x7FFF

	paddlePlaces = ImageSize + paddleImageRows - 1 // first rows −7…79
	enemyCodes   = 0
	agentCodes   = enemyCodes + paddlePlaces
	ballCodes    = agentCodes + paddlePlaces

	// The ball is 1×2 pixels in the image; 1×1 at the ends of the field, behind a
	// paddle or to the right of the agent's paddle, where it can be 1×3, too.
	// Each column has room for all three.
	ballOnes    = ImageSize
	ballTwos    = ImageSize - 1
	ballThrees  = ImageSize - 2
	ballColumn  = ballOnes + ballTwos + ballThrees
	ballHeights = 3

	// Codes is the number of codes.
	Codes = ballCodes + ImageSize*ballColumn
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

// ballCode returns the code of a ball of height pixels (0…3) from row top down in
// column col, all of which are in the image.
func ballCode(col, top, height int32) uint16 {
	base := ballCodes + col*ballColumn + top
	switch height {
	case 1:
		return uint16(base)
	case 2:
		return uint16(base + ballOnes)
	case 3:
		return uint16(base + ballOnes + ballTwos)
	}
	return NoCode
}

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
		for height := int32(1); height <= ballHeights; height++ {
			for top := range ImageSize + 1 - height {
				book[ballCode(col, top, height)] = rectangle(top, height, col, 1)
			}
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
