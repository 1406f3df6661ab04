// dw += xᵀ·dy: for the rows i in order, for their entries in order, dw[column] += ±dy[i].
//
// links and starts [cols+1] are of sparse_sort.cu, dy [rows][units], dw [cols][units].
// A block takes 64 units of a column.
#include "sparse.h"

enum { BLOCK = 64 };

KERNEL(BLOCK) sparse_matmul_grad(float *__restrict__ dw, const float *__restrict__ dy, const u32 *__restrict__ links, const u32 *__restrict__ starts, u32 units)
{
    u32 panels = ceil_div(units, BLOCK), column = block() / panels, unit = block() % panels * BLOCK + thread();
    u32 first = starts[column], end = starts[column + 1];
    if (unit >= units || first == end)
        return;
    float sum = dw[u64(column) * units + unit];
    for (u32 k = first; k < end; k++) {
        u32 link = links[k];
        sum += from_bits(bits(dy[u64(link / 2) * units + unit]) ^ link << 31);
    }
    dw[u64(column) * units + unit] = sum;
}
