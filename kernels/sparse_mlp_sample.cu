// A decision, fused: sparse_mlp.cu to z and active, sigmoid or softmax to p, and an action
// drawn from p with the random number of uniform.cu.
//
// x [rows][width] entries, w1 [cols][units], w2 [outputs][units], z, p [rows][outputs],
// active [rows][units/16], action, stream, tick [rows], 1 ≤ outputs ≤ 256. A block
// computes a row, its first thread what follows the logits.
//
// The random number is the last thread's: a warp whose first lane waits for stream and tick
// does not ask for the row's entries meanwhile, and the last warp seldom has units.
#include "mlp.h"
#include "philox.h"
#include "policy.h"

KERNEL(UNITS, 4) sparse_mlp_sample(u8 *__restrict__ action, float *__restrict__ z, float *__restrict__ p, u16 *__restrict__ active,
                                const u16 *__restrict__ x, const float *__restrict__ w1, const float *__restrict__ w2,
                                const u32 *__restrict__ stream, const u32 *__restrict__ tick, u64 seed, u32 purpose, u32 after,
                                u32 width, u32 cols, u32 units, u32 outputs)
{
    __shared__ float u;
    const u32 row = block();
    if (thread() == UNITS - 1)
        u = uniform(seed, purpose, stream[row], tick[row] + after);
    const float logit = mlp_row({x, w1, w2, z, active, width, cols, units, outputs}, row);
    sync(); // u, and logits, are of several threads
    if (thread() != 0)
        return;
    float *logits = z + u64(row) * outputs, *chances = p + u64(row) * outputs;
    if (outputs == 1) { // nothing that was written is read again, which would be to wait
        const float chance = sigmoid(logit);
        action[row] = sample(&chance, 1, u);
        chances[0] = chance;
        return;
    }
    softmax(chances, logits, outputs);
    action[row] = sample(chances, outputs, u);
}
