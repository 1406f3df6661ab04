// The exponential and the logarithm, operation by operation those of package compute
// (numerics.go), where the formulas and their errors are.
#pragma once
#include "device.h"

const float LN2_HI = 355.0f / 512;
const float LN2_LO = 0.69314718055994530942 - 355.0 / 512; // rounded once, to float
const float LOG2_E = 1.44269504088896340736;
const float ROUND_MAGIC = 1.5f * (1 << 23);
const float EXP_LOWEST = -104, EXP_HIGHEST = 89;
const u32 SQRT_HALF = 0x3F3504F3; // the bits of √½

// 2ᵏ for −126 ≤ k ≤ 127.
__device__ inline float power_of_2(i32 k) { return from_bits(u32(k + 127) << 23); }

// e^x = 2ⁿ·Σ rᵏ/k!, k ≤ 7, where x = n·ln 2 + r.
__device__ inline float exp32(float x)
{
    if (x < EXP_LOWEST) // not for NaN
        x = EXP_LOWEST;
    if (x > EXP_HIGHEST)
        x = EXP_HIGHEST;
    float t = x * LOG2_E + ROUND_MAGIC;
    float n = t - ROUND_MAGIC;
    float r = x - n * LN2_HI;
    r -= n * LN2_LO;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 1.0f / 2;
    p = p * r + 1;
    p = p * r + 1;
    i32 k = i32(bits(t) - bits(ROUND_MAGIC));
    i32 half = k >> 1;
    return p * power_of_2(half) * power_of_2(k - half);
}

// ln x = k·ln 2 + (f − (f²/2 − s·(f²/2 + R))), R = Σ 2s²ʲ/(2j+1), 1 ≤ j ≤ 4, where
// x = 2ᵏ·(1+f) and s = f/(2+f).
__device__ inline float log32(float x)
{
    if (x == 0)
        return from_bits(0xFF800000); // −Inf
    if (bits(x) > 0x7F800000)
        return from_bits(0x7FFFFFFF); // NaN, or negative
    if (bits(x) == 0x7F800000)
        return x;
    i32 k = 0;
    if (x < 0x1p-126f) { // subnormal
        x *= 0x1p25f;
        k = -25;
    }
    u32 b = bits(x) - SQRT_HALF;
    k += i32(b) >> 23;
    float f = from_bits((b & ((1 << 23) - 1)) + SQRT_HALF) - 1;
    float s = f / (2 + f);
    float z = s * s;
    float r = 2.0f / 9;
    r = r * z + 2.0f / 7;
    r = r * z + 2.0f / 5;
    r = r * z + 2.0f / 3;
    r = r * z;
    float half = 0.5f * f * f;
    float n = float(k);
    float low = s * (half + r) + n * LN2_LO;
    return n * LN2_HI + (f - (half - low));
}
