// Kernels whose lanes part and meet. flow.ptx is made from this file by
//
//	clang-19 -x cuda --cuda-device-only --cuda-gpu-arch=sm_60 --cuda-feature=+ptx63 -nocudainc \
//	    -nocudalib -O3 -ffp-contract=off -S flow.cu -o flow.ptx
//
// in this folder. flow_test.go has the same functions in Go.
#include "device.h"

// The steps of Collatz's sequence: loops of different lengths.
__global__ void collatz(uint* y, const uint* x)
{
    uint v = x[gid()], n = 0;
    while (v > 1) {
        v = v & 1 ? 3 * v + 1 : v / 2;
        n++;
    }
    y[gid()] = n;
}

// Nested loops with continue, break and an early return.
__global__ void jumps(uint* y, const uint* x)
{
    uint v = x[gid()], s = 0;
    y[gid()] = 0xffffffff;
    for (uint i = 0; i < v % 17; i++) {
        if (i % 3 == 1)
            continue;
        for (uint j = 0; j < i + 3; j++) {
            s += j * i;
            if (s % 11 == 5)
                break;
            if (s > 300)
                return;
            if (s % 7 == 3)
                continue;
            s ^= v;
        }
        if (s % 13 == 12)
            break;
    }
    y[gid()] = s;
}

__global__ void choices(uint* y, const uint* x)
{
    uint v = x[gid()];
    switch (v % 9) {
    case 0: v = v * 3 + x[0]; break;
    case 1: v ^= 0x55; // and on
    case 2: v += 7; break;
    case 3: v = v > 100 ? v - x[1] : x[2] - v; break;
    case 4: v /= 3; break;
    case 6: v %= 10; break;
    case 7: y[gid()] = 1; return;
    default: v = ~v;
    }
    y[gid()] = v;
}

// After a loop of different lengths and branches that return early in some warps, the
// lanes have met: they exchange values by the full mask.
__global__ void meet(uint* y, const uint* x)
{
    uint v = x[gid()], s = 0;
    if (__nvvm_vote_any_sync(-1, v == 0xffffffff))
        return;
    for (uint i = 0; i < v % 8; i++) {
        if (v & 1) {
            if (v & 2)
                s += i * i;
            else
                s ^= i + v;
        } else if (i == 5)
            break;
        s += __nvvm_vote_ballot_sync(__nvvm_activemask(), 1) ? 1 : 0;
    }
    for (uint o = 16; o > 0; o /= 2)
        s += __nvvm_shfl_sync_bfly_i32(-1, s, o, 31);
    y[gid()] = s;
}

// A block sums 256 values in a tree.
__global__ void tree(uint* y, const uint* x)
{
    __shared__ uint s[256];
    s[tid()] = x[gid()];
    barrier();
    for (uint o = 128; o > 0; o /= 2) {
        if (tid() < o)
            s[tid()] += s[tid() + o];
        barrier();
    }
    if (tid() == 0)
        y[bid()] = s[0];
}

struct Pair { uint a, b; };

__device__ __noinline__ uint sum(const uint* x, uint n)
{
    uint s = 0;
    for (uint i = 0; i < n; i++)
        s += x[i];
    return s;
}

__device__ __noinline__ Pair both(Pair p, const uint* x)
{
    if (p.a > p.b)
        return Pair{p.a - p.b, sum(x, p.b % 5)};
    return Pair{p.b, sum(&p.a, 2)};
}

__global__ void calls(uint* y, const uint* x)
{
    uint v = x[gid()];
    Pair p = both(Pair{v % 50, 20}, x);
    if (v & 1)
        p = both(p, x + 1);
    y[gid()] = p.a + p.b * 3 + sum(x, v % 4);
}

// Arrays of a thread, indexed by data.
__global__ void local(uint* y, const uint* x)
{
    uint a[12];
    for (int i = 0; i < 12; i++)
        a[i] = x[i];
    for (int i = 0; i < 40; i++)
        a[(i * x[gid()]) % 12] += i;
    uint s = 0;
    for (int i = 0; i < 12; i++)
        s = s * 31 + a[i];
    y[gid()] = s;
}

__constant__ uint powers[10] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
__device__ uint counters[4];

// Constants, a histogram by atomics, structures as parameters.
struct Options { const uint* x; uint scale; unsigned char shift; };
__global__ void spaces(uint* y, Options o)
{
    uint v = o.x[gid()];
    __nvvm_atom_add_gen_i((int*)&counters[v % 4], v);
    y[gid()] = (powers[v % 10] * o.scale) >> o.shift;
}
