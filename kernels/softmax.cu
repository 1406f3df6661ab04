// p[i][k] = e^(z[i][k]−max z[i]) / Σ e^(z[i][·]−max z[i])
//
// p, z [rows][cols], cols ≥ 1; p may be z. A thread a row, as the sum is in order; a row is
// the few actions of a policy.
#include "policy.h"

enum { BLOCK = 128 };

KERNEL(BLOCK) softmax(float *p, const float *z, u64 rows, u32 cols)
{
    u64 i = index(BLOCK);
    if (i < rows)
        softmax(p + i * cols, z + i * cols, cols);
}
