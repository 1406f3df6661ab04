// The gradient of the clipped objective at the outputs of a policy and a value v, the last
// column, with a = action, l = behaviour, A = advantage, R = target, w = weight, β = entropy and
// c = value:
//	r = e^(ln π(a) − l),  g = 0 if A > 0 and r > high, or A < 0 and r < low, else r·A,
//	d[k] = w·((1[a=k]−p[k])·g − β·p[k]·(ln p[k] + H)),  H = −Σ p ln p,
//	d[K] = w·c·(R − v)
// (Schulman et al. 2017, eq. 9), p and ln p as of softmax and log_prob; for K = 1 they are those of
// the two outputs (0, z), and d[0] is the second's.
//
// d, z [rows][outputs+1], outputs = K ≥ 1; action, behaviour, advantage, target, weight [rows];
// low and high are 1−clip and 1+clip, both made on the host. A thread a row, which keeps its
// probabilities in d until it has the gradient: there may be more of them than registers.
#include "policy.h"

enum { BLOCK = 128 };

// What a row has besides its outputs, and what all rows have.
struct Row {
    u32 action;
    float behaviour, advantage, weight;
};
struct Objective {
    float low, high, entropy;
};

// top is max z.
__device__ inline void ppo_grad_row(float *d, const float *z, u32 outputs, float top, Row row, Objective o)
{
    float sum = 0;
    for (u32 k = 0; k < outputs; k++) {
        float e = exp32(z[k] - top);
        d[k] = e;
        sum += e;
    }
    float log_sum = log32(sum), h = 0, taken = NONE;
    for (u32 k = 0; k < outputs; k++) {
        float p = d[k] / sum, log_p = z[k] - top - log_sum;
        d[k] = p;
        h -= p * log_p;
        taken = k == row.action ? log_p : taken;
    }
    float r = exp32(taken - row.behaviour);
    bool clipped = (row.advantage > 0 && r > o.high) || (row.advantage < 0 && r < o.low);
    float g = clipped ? 0 : r * row.advantage;
    for (u32 k = 0; k < outputs; k++) {
        float p = d[k], one = k == row.action ? 1 : 0;
        float gain = (one - p) * g;
        float spread = o.entropy * p * (z[k] - top - log_sum + h);
        d[k] = row.weight * (gain - spread);
    }
}

KERNEL(BLOCK) ppo_grad(float *d, const float *z, const u8 *action, const float *behaviour, const float *advantage,
    const float *target, const float *weight, u64 rows, u32 outputs, float low, float high, float entropy, float value)
{
    u64 i = index(BLOCK);
    if (i >= rows)
        return;
    d += i * (outputs + 1);
    z += i * (outputs + 1);
    const Row row = {action[i], behaviour[i], advantage[i], weight[i]};
    const Objective o = {low, high, entropy};
    d[outputs] = row.weight * value * (target[i] - z[outputs]);
    if (outputs > 1) {
        ppo_grad_row(d, z, outputs, maximum(z, outputs), row, o);
        return;
    }
    const float two[2] = {0, z[0]}; // as in log_prob
    float both[2];
    ppo_grad_row(both, two, 2, relu(two[1]), row, o);
    d[0] = both[1];
}
