// y += a·x, elementwise.
//
// y, x [n]. A block takes 4·256 elements, a thread every 256th of them: 8 loads are then
// under way in each.
#include "device.h"

enum { BLOCK = 256, EACH = 4 };

template <bool WHOLE> __device__ inline void add(float *y, const float *x, u64 n, float a)
{
    const u64 first = u64(block()) * (BLOCK * EACH) + thread();
    float ny[EACH], nx[EACH];
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = first + k * BLOCK;
        if (WHOLE || i < n)
            ny[k] = y[i], nx[k] = x[i];
    }
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = first + k * BLOCK;
        if (WHOLE || i < n)
            y[i] = ny[k] + a * nx[k];
    }
}

KERNEL(BLOCK) add_scaled(float *y, const float *x, u64 n, float a)
{
    if (u64(block() + 1) * (BLOCK * EACH) <= n)
        add<true>(y, x, n, a);
    else
        add<false>(y, x, n, a);
}
