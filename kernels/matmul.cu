// c[i] = op(a[i])·op(b[i]) for each i < batch, where op transposes if its flag is set.
//
// op(a[i]) [m][k], op(b[i]) [k][n], c[i] [m][n], all stored as they are before op, one
// matrix behind the other; one has fewer than 2³² elements. k = 0 gives zeros.
//
// A block computes a tile of 32×32 elements of c, from slabs of 64 of the k columns of
// op(a) and rows of op(b) at a time. Its threads are four groups, each with 16 of a slab's 64,
// in which a thread has 4×4 elements; in the end the groups' sums are added in order. So
// even a product of few rows and columns and long sums keeps many warps busy.
#include "device.h"

enum {
    TILE = 32,
    SLAB = 64,
    GROUPS = 4,
    SIDE = 4,                         // elements of a thread: SIDE×SIDE
    ACROSS = TILE / SIDE,             // threads along a side of the tile
    BLOCK = GROUPS * ACROSS * ACROSS, // 256
    EACH = SLAB * TILE / BLOCK,       // elements of a slab that a thread loads
    STRIDE = TILE + 4,                // of a slab's rows: fewer bank conflicts, and 16 bytes at a time
};

// A matrix seen as [depth][width]: depth is the summed dimension.
struct Matrix {
    const float *x;
    u32 along_depth, along_width; // steps in elements
    u32 depth, width;
    bool deep; // along_depth is 1
};

// Where element e of those that this thread loads lies in a slab.
__device__ inline void place(u32 e, bool deep, u32 &d, u32 &w)
{
    const u32 i = e * BLOCK + thread(); // neighbours in memory go to neighbouring threads
    d = deep ? i % SLAB : i / TILE;
    w = deep ? i / SLAB : i % TILE;
}

// load reads this thread's share of the slab at (depth, width): zeros where there is nothing.
// Without a branch, so that all loads are under way at once.
__device__ inline void load(float (&v)[EACH], const Matrix &m, u32 depth, u32 width)
{
#pragma unroll
    for (u32 e = 0; e < EACH; e++) {
        u32 d, w;
        place(e, m.deep, d, w);
        d += depth, w += width;
        v[e] = m.x[min(d, m.depth - 1) * m.along_depth + min(w, m.width - 1) * m.along_width];
        v[e] = d < m.depth && w < m.width ? v[e] : 0;
    }
}

__device__ inline void store(float (&slab)[SLAB][STRIDE], const float (&v)[EACH], bool deep)
{
#pragma unroll
    for (u32 e = 0; e < EACH; e++) {
        u32 d, w;
        place(e, deep, d, w);
        slab[d][w] = v[e];
    }
}

KERNEL(BLOCK, 2)
matmul(float *c, const float *a, const float *b, u32 m, u32 n, u32 k, u32 trans_a, u32 trans_b)
{
    __shared__ __attribute__((aligned(16))) float slab[2][SLAB][STRIDE]; // of op(a), transposed, and of op(b)
    const u32 tiles_n = ceil_div(n, TILE), tiles = tiles_n * ceil_div(m, TILE);
    const u32 tile = block() % tiles, top = tile / tiles_n * TILE, left = tile % tiles_n * TILE;
    const u64 i = block() / tiles;
    const Matrix ma = {a + i * m * k, trans_a ? m : 1, trans_a ? 1 : k, k, m, !trans_a};
    const Matrix mb = {b + i * k * n, trans_b ? 1 : n, trans_b ? k : 1, k, n, !!trans_b};
    c += i * m * n;

    const u32 group = thread() / (ACROSS * ACROSS);
    const u32 row = thread() / ACROSS % ACROSS * SIDE, col = thread() % ACROSS * SIDE;
    float sum[SIDE][SIDE] = {}, va[EACH], vb[EACH];
    if (k > 0) {
        load(va, ma, 0, top);
        load(vb, mb, 0, left);
    }
    for (u32 depth = 0; depth < k; depth += SLAB) {
        store(slab[0], va, ma.deep);
        store(slab[1], vb, mb.deep);
        sync();
        if (depth + SLAB < k) { // the next slab is under way while this one is used
            load(va, ma, depth + SLAB, top);
            load(vb, mb, depth + SLAB, left);
        }
#pragma unroll 4
        for (u32 d = group * (SLAB / GROUPS); d < (group + 1) * (SLAB / GROUPS); d++) {
            float x[SIDE], y[SIDE];
#pragma unroll
            for (u32 e = 0; e < SIDE; e++)
                x[e] = slab[0][d][row + e], y[e] = slab[1][d][col + e];
#pragma unroll
            for (u32 r = 0; r < SIDE; r++)
#pragma unroll
                for (u32 e = 0; e < SIDE; e++)
                    sum[r][e] += x[r] * y[e];
        }
        sync();
    }

    // The slabs' memory now holds the groups' sums, a group's tile in half a slab.
#pragma unroll
    for (u32 r = 0; r < SIDE; r++)
#pragma unroll
        for (u32 e = 0; e < SIDE; e++)
            slab[group / 2][group % 2 * TILE + row + r][col + e] = sum[r][e];
    sync();
#pragma unroll
    for (u32 e = 0; e < TILE * TILE / BLOCK; e++) {
        const u32 at = e * BLOCK + thread(), r = at / TILE, w = at % TILE;
        const float total = slab[0][r][w] + slab[0][TILE + r][w] + slab[1][r][w] + slab[1][TILE + r][w];
        if (top + r < m && left + w < n)
            c[u64(top + r) * n + left + w] = total;
    }
}
