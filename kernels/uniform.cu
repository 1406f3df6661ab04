// u[i] = the top 24 bits of word 0 of Philox 4×32-10 with key seed and counter
// (tick[i]+after, stream[i], purpose, 0), divided by 2²⁴; the sum modulo 2³².
//
// u, stream, tick [rows]. A thread a row.
#include "philox.h"

enum { BLOCK = 128 };

KERNEL(BLOCK) uniform(float *u, const u32 *stream, const u32 *tick, u64 rows, u64 seed, u32 purpose, u32 after)
{
    u64 i = index(BLOCK);
    if (i < rows)
        u[i] = uniform(seed, purpose, stream[i], tick[i] + after);
}
