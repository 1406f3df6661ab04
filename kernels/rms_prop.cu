// c = decay·c + (1−decay)·g²,  w += lr·g/(√c+eps), elementwise (Tieleman & Hinton 2012; ascent,
// as in Karpathy 2016).
//
// w, c, g [n]; rest is 1−decay, rounded to float32. A block takes 4·256 elements, a
// thread every 256th of them: 12 loads are then under way in each.
#include "device.h"

enum { BLOCK = 256, EACH = 4 };

template <bool WHOLE> __device__ inline void step(float *w, float *c, const float *g, u64 n, float lr,
    float decay, float rest, float eps)
{
    const u64 first = u64(block()) * (BLOCK * EACH) + thread();
    float nw[EACH], nc[EACH], ng[EACH];
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = first + k * BLOCK;
        if (WHOLE || i < n)
            nw[k] = w[i], nc[k] = c[i], ng[k] = g[i];
    }
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = first + k * BLOCK;
        if (WHOLE || i < n) {
            float square = decay * nc[k] + rest * (ng[k] * ng[k]);
            c[i] = square;
            w[i] = nw[k] + lr * ng[k] / (root(square) + eps);
        }
    }
}

KERNEL(BLOCK) rms_prop(float *w, float *c, const float *g, u64 n, float lr, float decay, float rest, float eps)
{
    if (u64(block() + 1) * (BLOCK * EACH) <= n)
        step<true>(w, c, g, n, lr, decay, rest, eps);
    else
        step<false>(w, c, g, n, lr, decay, rest, eps);
}
