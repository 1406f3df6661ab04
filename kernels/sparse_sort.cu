// The entries of a sparse batch x [rows][width] by column, and those of a column by row,
// then by their place in the row: what the gradients at a sparse product's weights sum
// over, in the order that the contract writes. Rows with skip[row] = 0 are left out (skip
// [rows], or null for all rows).
//
//	sparse_sort     runs[part][column] = where the column's entries are in a sorted part
//	sparse_offsets  offsets[part][column] = Σ of the column's entries in parts before
//	sparse_starts   starts[column] = Σ of the entries of columns before
//	sparse_links    links[starts[column] + offsets[part][column] + k] = the part's k-th
//
// A part is PART places of the batch, rows·width < 2³² of them. A link is twice the row,
// plus 1 if the entry counts −1.
#include "sparse.h"

enum { BLOCK = 512, PART = 2048, SLOT_BITS = 11 };

const u32 NONE = 0xFFFFFFFF;

// entry_key is the column and the place in the part of an entry, which sort as their
// number; NONE if there is no entry or it is left out.
INLINE u32 entry_key(const u16 *x, const float *skip, u64 places, u32 width, u32 cols, u64 place, u32 slot)
{
    if (place >= places)
        return NONE;
    u32 row = u32(place) / width, first = row * width;
    for (u32 i = first; i < u32(place); i++)
        if (x[i] == END)
            return NONE;
    u32 e = x[place];
    if (e == END || (skip && skip[row] == 0))
        return NONE;
    if (e / 2 >= cols)
        trap();
    return e / 2 << SLOT_BITS | slot;
}

// run_end returns the first place from first on whose key is of another column.
INLINE u32 run_end(const u32 *keys, u32 first)
{
    u32 column = keys[first] >> SLOT_BITS, lo = first, hi = PART;
    while (lo < hi) {
        u32 middle = (lo + hi) / 2;
        if (keys[middle] >> SLOT_BITS <= column)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

// A block sorts a part in shared memory (Batcher's bitonic sort) and writes its keys
// [parts][PART] and runs [parts][cols], begin·2¹⁶ + number, which the caller has set to 0.
KERNEL(BLOCK) sparse_sort(u32 *__restrict__ keys, u32 *__restrict__ runs, const u16 *__restrict__ x, const float *__restrict__ skip,
                          u32 rows, u32 width, u32 cols)
{
    __shared__ u32 part[PART];
    u64 first = u64(block()) * PART;
    for (u32 s = thread(); s < PART; s += BLOCK)
        part[s] = entry_key(x, skip, u64(rows) * width, width, cols, first + s, s);
    sync();
    for (u32 size = 2; size <= PART; size *= 2)
        for (u32 distance = size / 2; distance > 0; distance /= 2) {
            for (u32 pair = thread(); pair < PART / 2; pair += BLOCK) {
                u32 i = pair / distance * distance * 2 + pair % distance, j = i + distance;
                u32 a = part[i], b = part[j];
                bool up = (i & size) == 0;
                part[i] = up == a < b ? a : b;
                part[j] = up == a < b ? b : a;
            }
            sync();
        }
    for (u32 s = thread(); s < PART; s += BLOCK) {
        u32 key = part[s];
        keys[first + s] = key;
        if (key != NONE && (s == 0 || part[s - 1] >> SLOT_BITS != key >> SLOT_BITS))
            runs[u64(block()) * cols + (key >> SLOT_BITS)] = s << 16 | run_end(part, s) - s;
    }
}

enum { OFFSETS_BLOCK = 64, UNDER_WAY = 8 };

// offsets [parts][cols], totals [cols]. A thread goes through the parts of a column.
KERNEL(OFFSETS_BLOCK) sparse_offsets(u32 *__restrict__ offsets, u32 *__restrict__ totals, const u32 *__restrict__ runs, u32 parts, u32 cols)
{
    u32 column = block() * OFFSETS_BLOCK + thread();
    if (column >= cols)
        return;
    u32 sum = 0;
    for (u32 part = 0; part < parts; part += UNDER_WAY) {
        u32 n[UNDER_WAY];
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++)
            n[k] = part + k < parts ? runs[u64(part + k) * cols + column] & 0xFFFF : 0;
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++) {
            if (part + k < parts)
                offsets[u64(part + k) * cols + column] = sum;
            sum += n[k];
        }
    }
    totals[column] = sum;
}

enum { STARTS_BLOCK = 1024 };

// starts [cols+1], totals [cols]. One block; a thread sums a stretch of the columns.
KERNEL(STARTS_BLOCK) sparse_starts(u32 *__restrict__ starts, const u32 *__restrict__ totals, u32 cols)
{
    __shared__ u32 before[STARTS_BLOCK];
    u32 stretch = ceil_div(cols, STARTS_BLOCK), lo = thread() * stretch, hi = lo + stretch;
    lo = lo < cols ? lo : cols;
    hi = hi < cols ? hi : cols;
    u32 own = 0;
    for (u32 c = lo; c < hi; c++)
        own += totals[c];
    before[thread()] = own;
    sync();
    for (u32 distance = 1; distance < STARTS_BLOCK; distance *= 2) {
        u32 left = thread() >= distance ? before[thread() - distance] : 0;
        sync();
        before[thread()] += left;
        sync();
    }
    u32 sum = before[thread()] - own;
    for (u32 c = lo; c < hi; c++) {
        starts[c] = sum;
        sum += totals[c];
    }
    if (thread() == STARTS_BLOCK - 1)
        starts[cols] = sum;
}

// links [starts[cols]]. A block per part.
KERNEL(BLOCK) sparse_links(u32 *__restrict__ links, const u32 *__restrict__ keys, const u32 *__restrict__ runs, const u32 *__restrict__ offsets,
                           const u32 *__restrict__ starts, const u16 *__restrict__ x, u32 width, u32 cols)
{
    for (u32 s = thread(); s < PART; s += BLOCK) {
        u32 key = keys[u64(block()) * PART + s];
        if (key == NONE)
            return;
        u32 column = key >> SLOT_BITS, place = block() * PART + key % PART;
        u64 run = u64(block()) * cols + column;
        links[starts[column] + offsets[run] + (s - (runs[run] >> 16))] = place / width * 2 + x[place] % 2;
    }
}
