// Sparse rows (compute.Sparse): up to width entries of 16 bits, a column and in the lowest
// bit whether it counts −1 instead of +1; END closes a row that is not full.
#pragma once
#include "device.h"

// A function that must become part of its caller, lest its arguments go through memory.
#define INLINE __device__ static inline __attribute__((always_inline))

const u32 END = 0xFFFF;

// Entries are taken AHEAD at a time without a branch in between, so that as many loads are
// under way before the first sum waits for one. Pong's rows have 6.
enum { AHEAD = 6 };

// load_entries reads entries first to first+AHEAD of a row with width > 0, END where there
// are none. A column that does not exist ends the launch.
INLINE void load_entries(u32 (&e)[AHEAD], const u16 *row, u32 first, u32 width, u32 cols)
{
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++)
        e[k] = row[first + k < width ? first + k : width - 1];
    bool bad = false;
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++) {
        if (first + k >= width || (k > 0 && e[k - 1] == END))
            e[k] = END;
        bad |= e[k] != END && e[k] / 2 >= cols;
    }
    if (bad)
        trap();
}

// add_columns returns sum ± w[column·stride] over the entries in order. w has fewer than 2³²
// elements, and a first row, which is read and not used where there is no entry.
INLINE float add_columns(float sum, const u32 (&e)[AHEAD], const float *w, u32 stride)
{
    float v[AHEAD];
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++)
        v[k] = w[(e[k] == END ? 0 : e[k] / 2) * stride];
#pragma unroll
    for (u32 k = 0; k < AHEAD; k++) {
        float next = sum + from_bits(bits(v[k]) ^ e[k] << 31);
        sum = e[k] == END ? sum : next;
    }
    return sum;
}
