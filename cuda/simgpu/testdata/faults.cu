// Kernels that are wrong, each in one way. faults.ptx is made from this file by
//
//	clang-19 -x cuda --cuda-device-only --cuda-gpu-arch=sm_60 --cuda-feature=+ptx63 -nocudainc \
//	    -nocudalib -O3 -ffp-contract=off -S faults.cu -o faults.ptx
//
// in this folder.
#include "device.h"

// y[i] = x[i], also for the thread behind the end.
__global__ void bounds(float* y, const float* x, uint n)
{
    uint i = gid();
    if (i <= n)
        y[i] = x[i];
}

__global__ void null(float* y) { *y = 1; }

// Turns a block's values around, without the barrier between writing and reading.
__global__ void no_barrier(float* y)
{
    __shared__ float s[64];
    s[tid()] = 0;
    barrier();
    s[tid()] = float(tid());
    y[tid()] = s[63 - tid()];
}

// The same, where the first warp meets values that there are not yet.
__global__ void no_barrier_first(float* y)
{
    __shared__ float s[64];
    s[tid()] = float(tid());
    y[tid()] = s[63 - tid()];
}

// Shared memory that only the first half of the block writes.
__global__ void shared_uninitialised(float* y)
{
    __shared__ float s[64];
    if (tid() < 32)
        s[tid()] = 1;
    barrier();
    y[tid()] = s[tid()];
}

__global__ void copy(float* y, const float* x) { y[gid()] = x[gid()]; }

// y has an odd address.
__global__ void misaligned(char* y) { *(float*)(y + 2) = 1; }

// A vector of floats that is no multiple of 16 away from its allocation's start.
__global__ void misaligned_vector(float* y)
{
    struct alignas(16) float4 { float x, y, z, w; };
    *(float4*)(y + 1 + 4 * tid()) = float4{1, 2, 3, 4};
}

// All blocks write their number to one word.
__global__ void blocks_write(uint* y)
{
    if (tid() == 0)
        y[0] = bid();
}

// Block b reads what block b−1 writes.
__global__ void blocks_read(uint* y)
{
    uint b = bid();
    if (tid() == 0) {
        uint v = b > 0 ? y[b - 1] : 0;
        y[b] = v + 1;
    }
}

// An atomic counter that is read without one.
__global__ void mixed_atomic(uint* y, uint* out)
{
    __nvvm_atom_add_gen_i((int*)y, 1);
    out[gid()] = *y;
}

// The warps of a block read each other's words of global memory.
__global__ void warps_read(uint* y)
{
    y[tid()] = tid();
    uint v = y[tid() ^ 32];
    barrier();
    y[tid()] = v;
}

// Lanes write their number to one word of shared memory.
__global__ void lanes_write(uint* y)
{
    __shared__ uint s;
    s = tid();
    barrier();
    y[tid()] = s;
}

// Half of a warp goes to a barrier.
__global__ void divergent_barrier(uint* y, const uint* x)
{
    if (x[tid()] > 15)
        barrier();
    y[tid()] = 1;
}

// Half of a warp has returned.
__global__ void exited_barrier(uint* y, uint n)
{
    if (tid() >= n)
        return;
    y[tid()] = 1;
    barrier();
    y[tid()] = 2;
}

// The mask names lanes that are not there.
__global__ void bad_mask(uint* y, const uint* x)
{
    if (x[tid()] < 16)
        y[tid()] = __nvvm_shfl_sync_bfly_i32(-1, x[tid()], 1, 31);
}

// The lanes exchange with lanes that are not in the mask.
__global__ void bad_partner(uint* y, const uint* x)
{
    if (x[tid()] < 16)
        y[tid()] = __nvvm_shfl_sync_bfly_i32(0xffff, x[tid()], 16, 31);
}

__global__ void dies(uint* y)
{
    if (*y == 0)
        __builtin_trap();
    *y = 1;
}

__global__ void endless(volatile uint* y)
{
    while (*y == 0)
        ;
}

// Local memory behind an array's end.
__global__ void local_bounds(uint* y, const uint* x)
{
    uint a[4];
    for (int i = 0; i < 4; i++)
        a[i] = x[i];
    y[tid()] = a[x[4]];
}
