// Sparse rows (compute.Sparse): up to width entries of 16 bits, a column and in the lowest
// bit whether it counts −1 instead of +1; END closes a row that is not full.
//
// Entries are taken AHEAD at a time, all loads under way before the first sum waits for
// one. There are no branches and no predicates in between, of which a thread has seven:
// where there is no entry, row 0 is read and 0 is added, which changes no sum that
// began at +0. Pong's rows have 6 entries.
#pragma once
#include "device.h"

// A function that must become part of its caller, lest its arguments go through memory.
#define INLINE __device__ static inline __attribute__((always_inline))

const u32 END = 0xFFFF;

enum { AHEAD = 6 };

struct Entries {
    u32 e[AHEAD];    // END and all after it are END
    u32 none[AHEAD]; // all bits set where there is no entry
};

// load_entries reads entries first to first+AHEAD of a row with width > 0. A column that
// does not exist ends the launch.
INLINE Entries load_entries(const u16 *row, u32 first, u32 width, u32 cols)
{
    Entries x;
    if (width == AHEAD) { // a row of 12 bytes, at a multiple of 4
        const u32 *pairs = reinterpret_cast<const u32 *>(row);
#pragma unroll
        for (u32 k = 0; k < AHEAD; k += 2) {
            u32 pair = pairs[k / 2];
            x.e[k] = pair & 0xFFFF;
            x.e[k + 1] = pair >> 16;
        }
    } else {
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            u32 e = row[first + k < width ? first + k : width - 1];
            x.e[k] = first + k < width ? e : END;
        }
    }
    u32 last = 0, none = 0;
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++) {
        x.e[k] |= none & END;
        x.none[k] = none = -((x.e[k] + 1) >> 16);
        u32 column = x.e[k] / 2 & ~none;
        last = column > last ? column : last;
    }
    if (last >= cols)
        trap();
    return x;
}

// add_columns returns sum ± w[column·stride] over the entries in order. w has fewer than 2³²
// elements; sum is not −0.
INLINE float add_columns(float sum, const Entries &x, const float *w, u32 stride)
{
    u32 v[AHEAD];
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++)
        v[k] = bits(w[(x.e[k] / 2 & ~x.none[k]) * stride]);
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++)
        sum += from_bits((v[k] ^ x.e[k] << 31) & ~x.none[k]);
    return sum;
}

// add_row returns Σ ±w[column·stride] over a row's entries in order, of a batch with
// cols columns.
INLINE float add_row(const u16 *row, u32 width, u32 cols, const float *w, u32 stride)
{
    float sum = 0;
    if (cols == 0) // and no entries
        return sum;
    for (u32 first = 0; first < width; first += AHEAD) {
        Entries x = load_entries(row, first, width, cols);
        sum = add_columns(sum, x, w, stride);
        if (x.none[AHEAD - 1])
            break;
    }
    return sum;
}
