// A decision, fused: sparse_mlp.cu to z and active, sigmoid or softmax to p, and an action
// drawn from p with the random number of uniform.cu.
//
// x [rows][width] entries, w1 [cols][units], w2 [outputs][units], z, p [rows][outputs],
// active [rows][units/16], action, stream, tick [rows], 1 ≤ outputs ≤ 256. Half a warp
// computes a row, its first lane what follows the logits; a block 8 rows.
#include "mlp.h"
#include "philox.h"
#include "policy.h"

enum { BLOCK = 128 };

KERNEL(BLOCK) sparse_mlp_sample(u8 *__restrict__ action, float *__restrict__ z, float *__restrict__ p, u16 *__restrict__ active,
                                const u16 *__restrict__ x, const float *__restrict__ w1, const float *__restrict__ w2,
                                const u32 *__restrict__ stream, const u32 *__restrict__ tick, u64 seed, u32 purpose, u32 after,
                                u32 rows, u32 width, u32 cols, u32 units, u32 outputs)
{
    u32 row = (block() * BLOCK + thread()) / LANES;
    mlp_row({x, w1, w2, z, active, rows, width, cols, units, outputs}, row);
    if (row >= rows || thread() % LANES != 0)
        return;
    float *logits = z + u64(row) * outputs, *chances = p + u64(row) * outputs;
    if (outputs == 1)
        chances[0] = sigmoid(logits[0]);
    else
        softmax(chances, logits, outputs);
    action[row] = sample(chances, outputs, uniform(seed, purpose, stream[row], tick[row] + after));
}
