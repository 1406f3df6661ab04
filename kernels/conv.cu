// y[i,oy,ox,f] = Σ over ky, kx, c in order of x[i, oy·stride+ky, ox·stride+kx, c]·w[ky,kx,c][f],
// products whose x is 0 left out (NaN is not 0).
//
// x [images][height][width][channels], w [size][size][channels][filters], y [images][oh][ow][filters];
// numbers of an image, of its outputs and of w are below 2³². A thread sums one element of y: its
// neighbours read the same x, and w beside its own.
#include "window.h"

KERNEL(BLOCK) conv(float *__restrict__ y, const float *__restrict__ x, const float *__restrict__ w,
                   u32 height, u32 width, u32 channels, u32 size, u32 stride, u32 filters)
{
    const u32 ow = windows(width, size, stride), outputs = windows(height, size, stride) * ow * filters;
    const Place p = place(outputs);
    if (p.at >= outputs)
        return;
    const u32 f = p.at % filters, ox = p.at / filters % ow, oy = p.at / filters / ow, line = size * channels;
    x += u64(p.part) * height * width * channels + (oy * stride * width + ox * stride) * channels;
    w += f;
    float sum = 0;
    for (u32 ky = 0; ky < size; ky++)
        sum = add_products(sum, x + ky * width * channels, 1, w + ky * line * filters, filters, line);
    y[u64(p.part) * outputs + p.at] = sum;
}
