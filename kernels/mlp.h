// The policy's forward pass for one row by a block of threads, one for each hidden unit of
// the first 256, then of the next:
//
//	h = max(0, Σ ±w1[column]),  z[k] = lanesum(h∘w2[k])
//
// A rollout's batches are small: what counts is how long a row takes, and that is two loads
// after each other, the entries and their rows of w1, when no thread has a second unit. The
// entries may be in the host's memory, some microseconds away and in no cache: the block's first
// warp asks for them, once, and the others read them from shared memory.
#pragma once
#include "sparse.h"

struct MLP {
    const u16 *x;    // [rows][width]
    const float *w1; // [cols][units]
    const float *w2; // [outputs][units]
    float *z;        // [rows][outputs]
    u16 *active;     // [rows][units/16]
    u32 width, cols, units, outputs;
};

enum {
    UNITS = 256, // that are computed together, a thread each
    OUTPUTS = 8, // likewise
    STAGED = 32, // entries of a row that go through shared memory, if it has no more
};

// lane_sum returns in the first of 16 lanes their sum: l and l+8, then l and l+4, l+2, l+1.
INLINE float lane_sum(float x)
{
#pragma unroll
    for (u32 half = LANES / 2; half > 0; half /= 2)
        x += shuffle_down(x, half, LANES);
    return x;
}

// mlp_pass computes logits first to first+N of a row, of which there may be fewer, and
// which units are active. After it a thread k·16 of the block has logit first+k.
template <u32 N> INLINE float mlp_pass(const MLP &m, const u16 *entries, u32 row, u32 first)
{
    __shared__ float product[N][UNITS];
    const u32 blocks = m.units / LANES, k = thread() / LANES, l = thread() % LANES;
    float sum = 0;
    for (u32 from = 0; from < m.units; from += UNITS) {
        const u32 unit = from + thread();
        const bool real = unit < m.units;
        float w[N];
#pragma unroll
        for (u32 i = 0; i < N; i++) // asked for before anything waits
            w[i] = m.w2[(first + i < m.outputs ? first + i : first) * m.units + (real ? unit : 0)];
        const float h = real ? add_row(entries, m.width, m.cols, m.w1 + unit, m.units) : 0;
        const u32 above = ballot(h > 0) >> (lane() / LANES * LANES);
        if (real && l == 0)
            m.active[u64(row) * blocks + unit / LANES] = u16(above);
        sync();
#pragma unroll
        for (u32 i = 0; i < N; i++)
            product[i][thread()] = relu(h) * w[i];
        sync();
        const u32 here = m.units - from < UNITS ? m.units - from : UNITS;
        if (k < N)
            for (u32 u = l; u < here; u += LANES)
                sum += product[k][u];
    }
    return lane_sum(sum);
}

// mlp_row is all logits of a row; they go to z. The block's first thread also returns the
// logit if there is one.
INLINE float mlp_row(const MLP &m, u32 row)
{
    __shared__ __attribute__((aligned(4))) u16 staged[STAGED];
    const u16 *entries = m.x + u64(row) * m.width;
    if (m.width <= STAGED) {
        if (thread() < STAGED)
            staged[thread()] = thread() < m.width ? entries[thread()] : END;
        sync();
    }
    float z = 0;
    for (u32 first = 0; first < m.outputs; first += OUTPUTS) {
        if (m.outputs == 1)
            z = m.width <= STAGED ? mlp_pass<1>(m, staged, row, 0) : mlp_pass<1>(m, entries, row, 0);
        else
            z = mlp_pass<OUTPUTS>(m, m.width <= STAGED ? staged : entries, row, first);
        const u32 k = first + thread() / LANES;
        if (thread() % LANES == 0 && thread() / LANES < OUTPUTS && k < m.outputs)
            m.z[u64(row) * m.outputs + k] = z;
    }
    return z;
}
