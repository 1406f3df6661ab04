// dst[i] = Σ x² over the i-th of equal slices of x: the lane sums of each 8,192 elements
// (lane l of 16 sums elements l, 16+l, 32+l, …; then l and l+8 are added, l and l+4, l+2,
// l+1), then their sum in order.
//
// x [slices·elements], partial [slices·chunks] with chunks = ⌈elements/8192⌉, dst [slices].
// Two launches: sum_squares_chunks to partial, sum_squares_slices to dst. With one chunk
// a slice the first writes dst itself.
//
// A lane's sum is 512 additions after each other, which nothing can hasten. All else is there
// to add little to that: the block loads its chunk at once, and half a warp adds it up.
#include "device.h"

enum {
    BLOCK = 256,
    CHUNK = 8192,
    EACH = CHUNK / BLOCK, // loads under way in a thread
    STEPS = 16,           // additions in a row
};

KERNEL(BLOCK) sum_squares_chunks(float *partial, const float *x, u64 elements, u32 chunks)
{
    __shared__ float squares[CHUNK];
    const u64 start = u64(block() % chunks) * CHUNK;
    const u32 n = elements - start < CHUNK ? elements - start : CHUNK;
    const float *chunk = x + block() / chunks * elements + start;
    float v[EACH];
    // Without a branch, so that no load waits. Zeros behind the last element change no sum,
    // as it is never −0.
#pragma unroll
    for (u32 k = 0; k < EACH; k++)
        v[k] = chunk[min(k * BLOCK + thread(), n - 1)];
#pragma unroll
    for (u32 k = 0; k < EACH; k++)
        squares[k * BLOCK + thread()] = k * BLOCK + thread() < n ? v[k] * v[k] : 0;
    sync();
    if (thread() >= LANES)
        return;
    float sum = 0;
    for (u32 i = thread(); i < n; i += STEPS * LANES)
#pragma unroll
        for (u32 k = 0; k < STEPS; k++)
            sum += squares[i + k * LANES];
#pragma unroll
    for (u32 half = LANES / 2; half > 0; half /= 2)
        sum += __nvvm_shfl_sync_down_f32(0xFFFF, sum, half, (WARP - LANES) << 8 | 31);
    if (thread() == 0)
        partial[block()] = sum;
}

// A warp a slice: 4 loads a lane are under way at a time, and every lane adds up what all loaded.
KERNEL(WARP) sum_squares_slices(float *dst, const float *partial, u32 chunks)
{
    enum { AHEAD = 4 };
    const float *p = partial + u64(block()) * chunks;
    float sum = 0;
    for (u32 first = 0; first < chunks; first += AHEAD * WARP) {
        float v[AHEAD];
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            const u32 i = first + k * WARP + thread();
            v[k] = p[min(i, chunks - 1)];
            v[k] = i < chunks ? v[k] : 0;
        }
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++)
            for (u32 l = 0; l < WARP; l++)
                sum += shuffle(v[k], l);
    }
    if (thread() == 0)
        dst[block()] = sum;
}
