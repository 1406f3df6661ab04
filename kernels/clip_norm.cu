// x = s·x, elementwise, where s = limit/√(Σ squares) is below 1; otherwise, and where it
// is NaN, x stays as it is.
//
// x [n], squares [sums], summed in order. A block takes 4·256 elements, a thread every
// 256th of them. Every warp finds s by itself: the sums are few, and its own elements
// are on their way meanwhile.
#include "device.h"

enum { BLOCK = 256, EACH = 4 };

// The sum of p[0…n−1] in order, the same in every lane. Zeros behind the last change
// nothing, as a sum that began at 0 is never −0.
__device__ inline float ordered_sum(const float *p, u32 n)
{
    float sum = 0;
    for (u32 first = 0; first < n; first += WARP) {
        float v = p[min(first + lane(), n - 1)];
        v = first + lane() < n ? v : 0;
#pragma unroll
        for (u32 l = 0; l < WARP; l++)
            sum += shuffle(v, l);
    }
    return sum;
}

template <bool WHOLE> __device__ inline void clip(float *x, u64 n, const float *squares, u32 sums, float limit)
{
    const u64 first = u64(block()) * (BLOCK * EACH) + thread();
    float v[EACH];
#pragma unroll
    for (u32 k = 0; k < EACH; k++)
        if (WHOLE || first + k * BLOCK < n)
            v[k] = x[first + k * BLOCK];
    const float s = limit / root(ordered_sum(squares, sums));
    if (!(s < 1))
        return;
#pragma unroll
    for (u32 k = 0; k < EACH; k++)
        if (WHOLE || first + k * BLOCK < n)
            x[first + k * BLOCK] = s * v[k];
}

KERNEL(BLOCK) clip_norm(float *x, u64 n, const float *squares, u32 sums, float limit)
{
    if (u64(block() + 1) * (BLOCK * EACH) <= n)
        clip<true>(x, n, squares, sums, limit);
    else
        clip<false>(x, n, squares, sums, limit);
}
