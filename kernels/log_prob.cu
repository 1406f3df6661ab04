// l = ln π(a) = z[a] − max z − ln Σ e^(z−max z), with a = action, for K outputs z; for one, the
// logit of action 1, that of the two outputs (0, z). NaN for an action that is not there.
//
// l, action [rows], z [rows][outputs], outputs ≥ 1. A thread a row.
#include "policy.h"

enum { BLOCK = 128 };

KERNEL(BLOCK) log_prob(float *l, const float *z, const u8 *action, u64 rows, u32 outputs)
{
    u64 i = index(BLOCK);
    if (i >= rows)
        return;
    z += i * outputs;
    if (outputs > 1) {
        l[i] = log_prob(z, outputs, maximum(z, outputs), action[i]);
        return;
    }
    const float two[2] = {0, z[0]}; // whose maximum is relu: clang would make a max.f32 of maximum
    l[i] = log_prob(two, 2, relu(two[1]), action[i]);
}
