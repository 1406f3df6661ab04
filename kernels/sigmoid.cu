// p = 1/(1+e^−z), elementwise.
//
// p, z [n]; p may be z. A thread an element.
#include "policy.h"

enum { BLOCK = 256 };

KERNEL(BLOCK) sigmoid(float *p, const float *z, u64 n)
{
    u64 i = index(BLOCK);
    if (i < n)
        p[i] = sigmoid(z[i]);
}
