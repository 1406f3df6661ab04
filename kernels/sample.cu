// action[i] = the number of k with u[i] ≥ p[i][0] + … + p[i][k], at most cols−1; for one
// probability 1 if u[i] < p[i], else 0.
//
// action, u [rows], p [rows][cols], 1 ≤ cols ≤ 256. A thread a row.
#include "policy.h"

enum { BLOCK = 128 };

KERNEL(BLOCK) sample(u8 *action, const float *p, const float *u, u64 rows, u32 cols)
{
    u64 i = index(BLOCK);
    if (i < rows)
        action[i] = sample(p + i * cols, cols, u[i]);
}
