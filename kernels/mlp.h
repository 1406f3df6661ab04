// The policy's forward pass for one row by half a warp, a lane for every 16th unit:
//
//	h = max(0, Σ ±w1[column]),  z[k] = lanesum(h∘w2[k])
#pragma once
#include "sparse.h"

struct MLP {
    const u16 *x;        // [rows][width]
    const float *w1;     // [cols][units]
    const float *w2;     // [outputs][units]
    float *z;            // [rows][outputs]
    u16 *active;         // [rows][units/16]
    u32 rows, width, cols, units, outputs;
};

enum { OUTPUTS = 8 }; // that are computed together

// lane_sum returns in the first of 16 lanes their sum: l and l+8, then l and l+4, l+2, l+1.
INLINE float lane_sum(float x)
{
#pragma unroll
    for (u32 half = LANES / 2; half > 0; half /= 2)
        x += shuffle_down(x, half, LANES);
    return x;
}

// mlp_pass computes logits first to first+N of a row, of which there may be fewer, and
// which units are active. All lanes of the warp take part; those of a row beyond the last
// write nothing.
template <u32 N> INLINE void mlp_pass(const MLP &m, u32 row, u32 first)
{
    const u32 l = thread() % LANES, blocks = m.units / LANES;
    const bool real = row < m.rows;
    const u16 *entries = m.x + u64(real ? row : m.rows - 1) * m.width;
    const bool any = m.width > 0 && m.cols > 0;
    u32 e[AHEAD];
    if (any)
        load_entries(e, entries, 0, m.width, m.cols);

    float sum[N] = {};
    u16 mine = 0; // the word of active that this lane keeps
    for (u32 b = 0; b < blocks; b++) {
        const u32 unit = b * LANES + l;
        float h = 0;
        if (any) {
            h = add_columns(0, e, m.w1 + unit, m.units);
            if (m.width > AHEAD) { // the rest, and the first ones for the next round
                for (u32 next = AHEAD; next < m.width && e[AHEAD - 1] != END; next += AHEAD) {
                    load_entries(e, entries, next, m.width, m.cols);
                    h = add_columns(h, e, m.w1 + unit, m.units);
                }
                load_entries(e, entries, 0, m.width, m.cols);
            }
        }
        const u32 above = ballot(h > 0) >> (thread() % WARP / LANES * LANES);
        if (b % LANES == l)
            mine = u16(above);
        if (real && (b % LANES == LANES - 1 || b == blocks - 1) && l <= b % LANES)
            m.active[u64(row) * blocks + b / LANES * LANES + l] = mine;
        h = relu(h);
#pragma unroll
        for (u32 k = 0; k < N; k++)
            if (first + k < m.outputs)
                sum[k] += h * m.w2[u64(first + k) * m.units + unit];
    }
#pragma unroll
    for (u32 k = 0; k < N; k++) {
        float z = lane_sum(sum[k]);
        if (real && l == 0 && first + k < m.outputs)
            m.z[u64(row) * m.outputs + first + k] = z;
    }
}

// mlp_row is all logits of a row.
INLINE void mlp_row(const MLP &m, u32 row)
{
    if (m.outputs == 1)
        return mlp_pass<1>(m, row, 0);
    for (u32 first = 0; first < m.outputs; first += OUTPUTS)
        mlp_pass<OUTPUTS>(m, row, first);
}
