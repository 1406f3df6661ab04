// y = x·w: y[i] = Σ ±w[column] over row i's entries in order.
//
// x [rows][width] entries of a matrix [rows][cols], w [cols][units], y [rows][units];
// rows·units < 2³². A thread sums one element of y; neighbours read neighbours.
#include "sparse.h"

enum { BLOCK = 256 };

KERNEL(BLOCK) sparse_matmul(float *__restrict__ y, const u16 *__restrict__ x, const float *__restrict__ w, u32 rows, u32 width, u32 cols, u32 units)
{
    u32 i = block() * BLOCK + thread();
    if (i >= rows * units)
        return;
    u32 row = i / units, unit = i % units;
    y[i] = add_row(x + u64(row) * width, width, cols, w + unit, units);
}
