// What CUDA C++ needs from a toolkit's headers, as far as the kernels here go.
#pragma once

#define __global__ extern "C" __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __noinline__ __attribute__((noinline))

using uint = unsigned int;

__device__ inline uint lane() { return __nvvm_read_ptx_sreg_laneid(); }
__device__ inline uint tid() { return __nvvm_read_ptx_sreg_tid_x(); }
__device__ inline uint bid() { return __nvvm_read_ptx_sreg_ctaid_x(); }
__device__ inline uint gid() { return bid() * __nvvm_read_ptx_sreg_ntid_x() + tid(); }
__device__ inline void barrier() { __nvvm_bar_sync(0); }
