// Philox 4×32-10 (Salmon, Moraes, Dror & Shaw, SC 2011), as package philox has it.
#pragma once
#include "device.h"

// philox returns word 0 of counter (c0, c1, c2, 0) under key seed. Of the tenth round only
// what that word needs is left.
__device__ inline u32 philox(u64 seed, u32 c0, u32 c1, u32 c2)
{
    const u32 MUL0 = 0xD2511F53, MUL1 = 0xCD9E8D57, WEYL0 = 0x9E3779B9, WEYL1 = 0xBB67AE85;
    u32 k0 = u32(seed), k1 = u32(seed >> 32), c3 = 0;
#pragma unroll
    for (u32 round = 0; round < 10; round++) {
        u64 p0 = u64(MUL0) * c0, p1 = u64(MUL1) * c2;
        c0 = u32(p1 >> 32) ^ c1 ^ k0;
        c1 = u32(p1);
        c2 = u32(p0 >> 32) ^ c3 ^ k1;
        c3 = u32(p0);
        k0 += WEYL0;
        k1 += WEYL1;
    }
    return c0;
}

// uniform returns the number in [0, 1) that a draw names: the top 24 bits.
__device__ inline float uniform(u64 seed, u32 purpose, u32 stream, u32 tick)
{
    return float(philox(seed, tick, stream, purpose) >> 8) * 0x1p-24f;
}
