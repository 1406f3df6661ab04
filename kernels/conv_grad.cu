// shares[chunk][ky,kx,c][f] = Σ over i, oy, ox in order of x[i, oy·stride+ky, ox·stride+kx, c]·dy[i,oy,ox,f] for
// the 64 images i of a chunk, products whose x is 0 left out (NaN is not 0). sum_rows adds the shares.
//
// x [images][height][width][channels], dy [images][oh][ow][filters], shares [⌈images/64⌉][size][size][channels][filters];
// numbers of an image, of its outputs and of w are below 2³². A thread sums one weight's share: its
// neighbours read the same x, and dy beside its own.
#include "window.h"

enum { CHUNK = 64 };

KERNEL(BLOCK) conv_grad(float *__restrict__ shares, const float *__restrict__ x, const float *__restrict__ dy, u32 images,
                        u32 height, u32 width, u32 channels, u32 size, u32 stride, u32 filters)
{
    const u32 weights = size * size * channels * filters;
    const Place p = place(weights);
    if (p.at >= weights)
        return;
    const u32 oh = windows(height, size, stride), ow = windows(width, size, stride);
    const u32 f = p.at % filters, c = p.at / filters % channels, kx = p.at / filters / channels % size, ky = p.at / filters / channels / size;
    const u32 row = width * channels, first = p.part * CHUNK, n = min(CHUNK, images - first) * oh * ow;
    x += u64(first) * height * row + ky * row + kx * channels + c;
    dy += u64(first) * oh * ow * filters + f;

    // From a window to the next, to the next row's first, and to the next image's.
    const u32 right = stride * channels, down = stride * row - (ow - 1) * right;
    const u32 on = height * row - (oh - 1) * stride * row - (ow - 1) * right;
    u32 oy = 0, ox = 0;
    float sum = 0;
    for (u32 i = 0; i < n; i += AHEAD) {
        float u[AHEAD], v[AHEAD];
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            u[k] = *x;
            v[k] = dy[u64(min(i + k, n - 1)) * filters];
            const bool row_ends = ox + 1 == ow, image_ends = row_ends & (oy + 1 == oh);
            const u32 step = image_ends ? on : row_ends ? down : right;
            ox = row_ends ? 0 : ox + 1;
            oy = image_ends ? 0 : oy + row_ends;
            x += i + k + 1 < n ? step : 0;
        }
#pragma unroll
        for (u32 k = 0; k < AHEAD; k++) {
            const float next = sum + u[k] * v[k];
            sum = (u[k] != 0 && i + k < n) ? next : sum;
        }
    }
    shares[u64(p.part) * weights + p.at] = sum;
}
