// Lines of an image are filtered with a box of 2·radius+1 pixels, by a running sum:
//	s = Σ x[0…radius−1];  y[i] = s·inverse, with s += x[i+radius] and then
//	s −= x[i−radius−1] before it, where those exist.
//
// Pixel i of line k of an image is units floats from g[k·line_step + i·step]; all four passes
// of compute.Backend's Blur are lines of some step. Each thread has a unit of a line, and so
// its own sums: only the time of a load and of an addition limit it. It takes a radius of at
// most n: a larger one adds nothing, and changes only inverse.
#include "device.h"

enum {
    BLOCK = 32,
    SLOTS = 128, // for the line and radius+1 pixels before it, in 16 KiB
    AHEAD = 40,  // loads under way: a line of 80 pixels waits twice
    STEPS = 8,   // steps of a sum whose terms are loaded before the first
};

// box filters a line of n ≥ 1 floats that are x_step apart into y. y may be x less radius+1
// steps, since y[i] is then where x[i−radius−1] was, whose last use is in step i.
//
// Without a branch, so that all loads of STEPS steps are under way at once: what is not there
// to be added is −0, or +0 to be subtracted, which change no s. A step behind the line's end
// then has the last one's s, and writes it there again.
__device__ inline void box(float *y, u64 y_step, const float *x, u64 x_step, u32 n, u32 radius, float inverse)
{
    const u32 last = n - 1;
    float s = 0;
#pragma unroll 1
    for (u32 i = 0; i < radius; i++)
        s += x[i * x_step];
#pragma unroll 1
    for (u32 i = 0; i < n; i += STEPS) {
        float in[STEPS], out[STEPS];
#pragma unroll
        for (u32 k = 0; k < STEPS; k++) {
            const u32 at = i + k, entering = at + radius, leaving = min(at, last) - radius - 1;
            in[k] = x[min(entering, last) * x_step];
            in[k] = entering < n ? in[k] : -0.0f;
            out[k] = x[(leaving < n ? leaving : 0) * x_step]; // beyond n if it is below 0
            out[k] = leaving < n && at < n ? out[k] : 0;
        }
#pragma unroll
        for (u32 k = 0; k < STEPS; k++) {
            s += in[k];
            s -= out[k];
            y[min(i + k, last) * y_step] = s * inverse;
        }
    }
}

// Two passes over each line, in place, through shared memory; n + radius < SLOTS.
KERNEL(BLOCK) blur_lines(float *g, u32 units, u32 n, u64 line_step, u64 step, u32 radius, float inverse)
{
    __shared__ float slots[SLOTS][BLOCK];
    const u32 groups = ceil_div(units, BLOCK), unit = block() % groups * BLOCK + thread();
    if (unit >= units)
        return; // nothing is shared between threads, and none waits for another
    float *line = g + block() / groups * line_step + unit;
    float *first = &slots[0][thread()], *x = first + (radius + 1) * BLOCK;
#pragma unroll 1
    for (u32 i = 0; i < n; i += AHEAD) {
        float v[AHEAD];
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++)
            v[k] = line[min(i + k, n - 1) * step];
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++)
            x[min(i + k, n - 1) * BLOCK] = v[k];
    }
    box(first, BLOCK, x, BLOCK, n, radius, inverse);
    box(line, step, first, BLOCK, n, radius, inverse);
}

// One pass over each line from src to dst, which do not overlap, for lines that are too long for
// blur_lines: four launches, with scratch memory of the image's size between.
KERNEL(BLOCK) blur_pass(float *dst, const float *src, u32 units, u32 n, u64 line_step, u64 step, u32 radius,
    float inverse)
{
    const u32 groups = ceil_div(units, BLOCK), unit = block() % groups * BLOCK + thread();
    if (unit >= units)
        return;
    const u64 line = block() / groups * line_step + unit;
    box(dst + line, step, src + line, step, n, radius, inverse);
}
