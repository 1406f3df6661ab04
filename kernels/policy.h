// What a policy does with a row of logits z or of probabilities p, by one thread. Sums are in the
// order of the actions.
#pragma once
#include "numerics.h"

// 1/(1+e^−z)
__device__ inline float sigmoid(float z) { return 1 / (1 + exp32(-z)); }

// maximum returns the largest of z[0…k−1], where a NaN counts only if it is the first.
__device__ inline float maximum(const float *z, u32 k)
{
    float top = z[0];
    for (u32 j = 1; j < k; j++)
        top = z[j] > top ? z[j] : top;
    return top;
}

// p[j] = e^(z[j]−max z) / Σ e^(z[·]−max z); p may be z.
__device__ inline void softmax(float *p, const float *z, u32 k)
{
    float top = maximum(z, k), sum = 0;
    for (u32 j = 0; j < k; j++) {
        float e = exp32(z[j] - top);
        p[j] = e;
        sum += e;
    }
    for (u32 j = 0; j < k; j++)
        p[j] /= sum;
}

const float NONE = __builtin_nanf(""); // ln π of an action that is not there

// log_prob returns ln π(action) = z[action] − top − ln Σ e^(z[·]−top), top = max z, NONE unless
// action < k.
__device__ inline float log_prob(const float *z, u32 k, float top, u32 action)
{
    float sum = 0, taken = NONE;
    for (u32 j = 0; j < k; j++) {
        sum += exp32(z[j] - top);
        taken = j == action ? z[j] : taken;
    }
    return taken - top - log32(sum);
}

// sample returns the action that u in [0, 1) draws: the number of j with
// u ≥ p[0] + … + p[j], at most k−1; for k = 1 whether u < p[0].
__device__ inline u8 sample(const float *p, u32 k, float u)
{
    if (k == 1)
        return u < p[0];
    float sum = 0;
    u32 chosen = 0;
    for (u32 j = 0; j < k; j++) {
        sum += p[j];
        chosen += u >= sum;
    }
    return chosen < k ? chosen : k - 1;
}
