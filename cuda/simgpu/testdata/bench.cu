// Kernels of the kind that training has, for the benchmark. bench.ptx is made from this file by
//
//	clang-19 -x cuda --cuda-device-only --cuda-gpu-arch=sm_60 --cuda-feature=+ptx63 -nocudainc \
//	    -nocudalib -O3 -ffp-contract=off -S bench.cu -o bench.ptx
//
// in this folder.
#include "device.h"

// z[i] = Σ_j max(0, Σ_k ±w1[entry k of row i][j])·w2[j]: a warp a row, entries of 16 bits, the
// lowest one the sign, 0xffff for none.
__global__ void forward(float* z, const unsigned short* x, const float* w1, const float* w2, uint rows, uint width, uint units)
{
    uint row = gid() / 32;
    if (row >= rows)
        return;
    float s = 0;
    for (uint j = lane(); j < units; j += 32) {
        float h = 0;
        for (uint k = 0; k < width; k++) {
            uint e = x[row * width + k];
            if (e == 0xffff)
                break;
            float w = w1[e / 2 * units + j];
            h += e & 1 ? -w : w;
        }
        s += (h > 0 ? h : 0) * w2[j];
    }
    __nvvm_bar_warp_sync(-1);
    for (uint o = 16; o > 0; o /= 2)
        s += __nvvm_shfl_sync_down_f32(-1, s, o, 31);
    if (lane() == 0)
        z[row] = s;
}

// c = decay·c + rest·g², w += lr·g/(√c+eps).
__global__ void update(float* w, float* c, const float* g, uint n, float lr, float decay, float rest, float eps)
{
    uint i = gid();
    if (i < n) {
        float d = g[i];
        c[i] = decay * c[i] + rest * d * d;
        w[i] += lr * d / (__builtin_sqrtf(c[i]) + eps);
    }
}

// y[b] = Σ x over a block, in a tree in shared memory.
__global__ void sums(float* y, const float* x)
{
    __shared__ float s[256];
    s[tid()] = x[gid()];
    barrier();
    for (uint o = 128; o > 0; o /= 2) {
        if (tid() < o)
            s[tid()] += s[tid() + o];
        barrier();
    }
    if (tid() == 0)
        y[bid()] = s[0];
}
