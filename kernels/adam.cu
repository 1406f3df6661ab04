// m = β1·m + (1−β1)·g,  v = β2·v + (1−β2)·g²,  w += lr·(m/(1−β1ᵗ))/(√(v/(1−β2ᵗ))+eps),
// elementwise (Kingma & Ba 2015; ascent).
//
// w, m, v, g [n]; rest is 1−β and correction 1−βᵗ, both made on the host. A block takes
// 4·256 elements, a thread every 256th of them: 16 loads are then under way in each.
#include "device.h"

enum { BLOCK = 256, EACH = 4 };

struct Mean {
    float beta, rest, correction;
    // of what it is and one more x
    __device__ inline float next(float mean, float x) const { return beta * mean + rest * x; }
};

template <bool WHOLE> __device__ inline void step(float *w, float *m, float *v, const float *g, u64 n, float lr,
    Mean first, Mean second, float eps)
{
    const u64 start = u64(block()) * (BLOCK * EACH) + thread();
    float nw[EACH], nm[EACH], nv[EACH], ng[EACH];
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = start + k * BLOCK;
        if (WHOLE || i < n)
            nw[k] = w[i], nm[k] = m[i], nv[k] = v[i], ng[k] = g[i];
    }
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        const u64 i = start + k * BLOCK;
        if (WHOLE || i < n) {
            float mean = first.next(nm[k], ng[k]);
            float square = second.next(nv[k], ng[k] * ng[k]);
            m[i] = mean;
            v[i] = square;
            w[i] = nw[k] + lr * (mean / first.correction) / (root(square / second.correction) + eps);
        }
    }
}

KERNEL(BLOCK) adam(float *w, float *m, float *v, const float *g, u64 n, float lr, float beta1, float rest1,
    float correction1, float beta2, float rest2, float correction2, float eps)
{
    const Mean first = {beta1, rest1, correction1}, second = {beta2, rest2, correction2};
    if (u64(block() + 1) * (BLOCK * EACH) <= n)
        step<true>(w, m, v, g, n, lr, first, second, eps);
    else
        step<false>(w, m, v, g, n, lr, first, second, eps);
}
