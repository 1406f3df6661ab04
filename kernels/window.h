// The geometry of a convolution without padding (compute.Window): windows of size×size pixels,
// stride apart, over images of height×width pixels of so many channels.
//
// Loads are taken AHEAD at a time, all under way before the first sum waits for one. Behind the
// end the last element is read again and counts as 0, whose product is left out.
#pragma once
#include "device.h"

#define INLINE __device__ static inline __attribute__((always_inline))

enum { BLOCK = 128, AHEAD = 8 };

// windows returns how many windows there are along a side.
INLINE u32 windows(u32 side, u32 size, u32 stride) { return (side - size) / stride + 1; }

// Place is what a thread of blocks that each belong to one part (an image, or a chunk of them) has:
// the part, and an element of it, which is behind the last if there is none for the thread.
struct Place {
    u32 part, at;
};

INLINE Place place(u32 elements)
{
    const u32 blocks = ceil_div(elements, BLOCK);
    return {block() / blocks, block() % blocks * BLOCK + thread()};
}

// add_products returns sum + Σ a[i·a_step]·b[i·b_step] for i < n in order, products whose a is 0 left out; n > 0.
INLINE float add_products(float sum, const float *a, u32 a_step, const float *b, u32 b_step, u32 n)
{
    for (u32 i = 0; i < n; i += AHEAD) {
        float u[AHEAD], v[AHEAD];
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            const u32 at = min(i + k, n - 1);
            u[k] = a[u64(at) * a_step];
            v[k] = b[u64(at) * b_step];
        }
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            const float next = sum + u[k] * v[k];
            sum = (u[k] != 0 && i + k < n) ? next : sum;
        }
    }
    return sum;
}
