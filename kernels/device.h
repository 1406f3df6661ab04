// What a kernel needs of CUDA C++, through clang's own builtins: no SDK's header is
// read. Grids and blocks are one-dimensional throughout.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))

// KERNEL(threads) begins a kernel of blocks of so many threads: its entry has the plain
// name, and .maxntid says the size. KERNEL(threads, blocks) limits the registers, so that
// so many blocks fit a multiprocessor.
#define KERNEL(...) extern "C" __global__ __launch_bounds__(__VA_ARGS__) void

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;

enum {
    WARP = 32,
    LANES = 16, // compute.Lanes
};

const u32 ALL = 0xFFFFFFFF; // every lane of a warp takes part

// Where a thread is.
__device__ inline u32 thread() { return __nvvm_read_ptx_sreg_tid_x(); }
__device__ inline u32 block() { return __nvvm_read_ptx_sreg_ctaid_x(); }
__device__ inline u32 threads() { return __nvvm_read_ptx_sreg_ntid_x(); }
__device__ inline u32 blocks() { return __nvvm_read_ptx_sreg_nctaid_x(); }
__device__ inline u32 lane() { return thread() % WARP; }
__device__ inline u32 warp() { return thread() / WARP; }

// sync waits for all threads of the block, sync_warp for all of the warp; what they
// wrote before, others read after.
__device__ inline void sync() { __syncthreads(); }
__device__ inline void sync_warp() { __nvvm_bar_warp_sync(ALL); }

// What another lane passes as x: lane from; the lane that differs in the bits of
// mask; the lane below or above by distance, within groups of width lanes (a power
// of 2), beyond which a lane keeps its own.
__device__ inline float shuffle(float x, u32 from) { return __nvvm_shfl_sync_idx_f32(ALL, x, from, 31); }
__device__ inline u32 shuffle(u32 x, u32 from) { return __nvvm_shfl_sync_idx_i32(ALL, x, from, 31); }
__device__ inline float shuffle_xor(float x, u32 mask) { return __nvvm_shfl_sync_bfly_f32(ALL, x, mask, 31); }
__device__ inline u32 shuffle_xor(u32 x, u32 mask) { return __nvvm_shfl_sync_bfly_i32(ALL, x, mask, 31); }
__device__ inline float shuffle_down(float x, u32 distance, u32 width = WARP)
{
    return __nvvm_shfl_sync_down_f32(ALL, x, distance, (WARP - width) << 8 | 31);
}
__device__ inline u32 shuffle_up(u32 x, u32 distance, u32 width = WARP)
{
    return __nvvm_shfl_sync_up_i32(ALL, x, distance, (WARP - width) << 8);
}

// ballot returns the lanes of the warp whose yes is set, lane l in bit l.
__device__ inline u32 ballot(bool yes) { return __nvvm_vote_ballot_sync(ALL, yes); }

// Atomic on global or shared memory; each returns what was there before. Integers only:
// a sum of floats would depend on who comes first.
__device__ inline u32 atomic_add(u32 *p, u32 x) { return __atomic_fetch_add(p, x, __ATOMIC_RELAXED); }
__device__ inline u64 atomic_add(u64 *p, u64 x) { return __atomic_fetch_add(p, x, __ATOMIC_RELAXED); }
__device__ inline u32 atomic_max(u32 *p, u32 x) { return __atomic_fetch_max(p, x, __ATOMIC_RELAXED); }
__device__ inline u32 atomic_min(u32 *p, u32 x) { return __atomic_fetch_min(p, x, __ATOMIC_RELAXED); }
__device__ inline u32 atomic_or(u32 *p, u32 x) { return __atomic_fetch_or(p, x, __ATOMIC_RELAXED); }

// fence makes what the thread wrote visible to the whole device before what it
// writes later.
__device__ inline void fence() { __nvvm_membar_gl(); }

// trap ends the launch with an error.
__device__ inline void trap() { __builtin_trap(); }

__device__ inline u32 bits(float x) { return __builtin_bit_cast(u32, x); }
__device__ inline float from_bits(u32 x) { return __builtin_bit_cast(float, x); }

// The exactly rounded root. (+, −, · and / are exactly rounded as they stand.)
__device__ inline float root(float x) { return __nvvm_sqrt_rn_f(x); }

// above reports x > 0, which no NaN is: the bits are those of 1e−45 to +Inf. As an
// integer it leaves no choice of instruction (max.f32 and −0).
__device__ inline bool above(float x) { return bits(x) - 1 < 0x7F800000; }

// relu returns max(0, x), 0 for NaN.
__device__ inline float relu(float x) { return above(x) ? x : 0; }

// index is the thread's number in the launch, for blocks of so many threads.
__device__ inline u64 index(u32 size) { return u64(block()) * size + thread(); }

__device__ inline u32 min(u32 a, u32 b) { return a < b ? a : b; }
__device__ inline u32 max(u32 a, u32 b) { return a > b ? a : b; }
__device__ inline u32 ceil_div(u32 n, u32 size) { return n / size + (n % size != 0); }
