// y = x·m as images: the value at column c of row i goes to pixel c mod pixels, channel c div pixels,
// of image i.
//
// x [rows][width] entries of a matrix [rows][cols], m [cols][m_width] entries of one
// [cols][channels·pixels], y [rows][pixels][channels]. A block draws an image: it clears it, and then every
// thread looks at all entries of m's rows in order and draws those whose column is its own, so that no two
// draw one pixel. Only few columns have entries, and a block reads each entry of memory once.
#include "sparse.h"

enum { BLOCK = 256 };

KERNEL(BLOCK) sparse_image(float *__restrict__ y, const u16 *__restrict__ x, const u16 *__restrict__ m,
                           u32 width, u32 cols, u32 m_width, u32 pixels, u32 channels)
{
    __shared__ u32 entries[BLOCK];
    const u32 size = pixels * channels;
    y += u64(block()) * size;
    x += u64(block()) * width;
    for (u32 i = thread(); i < size; i += BLOCK)
        y[i] = 0;
    for (u32 j = 0; j < width; j++) {
        const u32 e = x[j];
        if (e == END)
            break;
        if (e / 2 >= cols)
            trap();
        const u16 *row = m + u64(e / 2) * m_width;
        for (u32 first = 0; first < m_width; first += BLOCK) {
            sync();
            entries[thread()] = first + thread() < m_width ? row[first + thread()] : END;
            sync();
            u32 k = 0;
            for (; k < BLOCK && entries[k] != END; k++) {
                const u32 column = entries[k] / 2;
                if (column >= size)
                    trap();
                if (column % BLOCK == thread())
                    y[column % pixels * channels + column / pixels] += (e ^ entries[k]) & 1 ? -1.0f : 1.0f;
            }
            if (k < BLOCK)
                break;
        }
    }
}
