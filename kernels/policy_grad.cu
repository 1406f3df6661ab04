// The gradient of the objective at the policy's output, with A = advantage, w = weight,
// a = action and β = entropy: for one output
//	d = w·((a−p)·A − β·p·(1−p)·z)
// and for K outputs
//	d[k] = w·((1[a=k]−p[k])·A − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p,
//	ln p[k] = z[k] − max z − ln Σ e^(z−max z)
// (Williams & Peng 1991 for the entropy).
//
// d, z, p [rows][outputs], outputs ≥ 1; action, advantage, weight [rows]. A thread a row.
#include "policy.h"

enum { BLOCK = 128 };

__device__ inline void policy_grad_row(float *d, const float *z, const float *p, u32 outputs, u32 action,
    float advantage, float weight, float entropy)
{
    float top = maximum(z, outputs), sum = 0;
    for (u32 k = 0; k < outputs; k++)
        sum += exp32(z[k] - top);
    float log_sum = log32(sum), h = 0;
    for (u32 k = 0; k < outputs; k++)
        h -= p[k] * (z[k] - top - log_sum);
    for (u32 k = 0; k < outputs; k++) {
        float taken = k == action ? 1 : 0;
        float gain = (taken - p[k]) * advantage;
        float spread = entropy * p[k] * (z[k] - top - log_sum + h);
        d[k] = weight * (gain - spread);
    }
}

KERNEL(BLOCK) policy_grad(float *d, const float *z, const float *p, const u8 *action, const float *advantage,
    const float *weight, u64 rows, u32 outputs, float entropy)
{
    u64 i = index(BLOCK);
    if (i >= rows)
        return;
    if (outputs > 1) {
        u64 at = i * outputs;
        policy_grad_row(d + at, z + at, p + at, outputs, action[i], advantage[i], weight[i], entropy);
        return;
    }
    float gain = (float(action[i]) - p[i]) * advantage[i];
    float spread = entropy * p[i] * (1 - p[i]) * z[i];
    d[i] = weight[i] * (gain - spread);
}
