// h = ReLU(x·w1), z = h·w2ᵀ, fused: the policy's forward pass.
//
//	h[i] = max(0, Σ ±w1[column]),  z[i][k] = lanesum(h[i]∘w2[k])
//
// x [rows][width] entries, w1 [cols][units], w2 [outputs][units], z [rows][outputs],
// active [rows][units/16]: bit l of active[i][b] says that unit 16b+l of h[i] is above 0.
// cols·units and outputs·units are below 2³². A block computes a row.
#include "mlp.h"

KERNEL(UNITS, 4) sparse_mlp(float *__restrict__ z, u16 *__restrict__ active, const u16 *__restrict__ x, const float *__restrict__ w1,
                         const float *__restrict__ w2, u32 width, u32 cols, u32 units, u32 outputs)
{
    mlp_row({x, w1, w2, z, active, width, cols, units, outputs}, block());
}
