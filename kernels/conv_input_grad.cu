// dx[i,y,x,c] = Σ over ky, kx, f in order of dy[i, (y−ky)/stride, (x−kx)/stride, f]·w[ky,kx,c][f], where such a
// window exists, products whose dy is 0 left out (NaN is not 0). Two launches:
//
//	conv_turn         turned[ky,kx,f][c] = w[ky,kx,c][f]
//	conv_input_grad   dx
//
// dx [images][height][width][channels], dy [images][oh][ow][filters], w [size][size][channels][filters]; numbers
// of an image, of its outputs and of w are below 2³². A thread sums one element of dx: its neighbours
// read the same dy, and turned beside its own.
#include "window.h"

KERNEL(BLOCK) conv_turn(float *__restrict__ turned, const float *__restrict__ w, u32 pixels, u32 channels, u32 filters)
{
    const u64 i = index(BLOCK);
    if (i >= u64(pixels) * channels * filters)
        return;
    const u32 at = u32(i), c = at % channels, f = at / channels % filters, pixel = at / channels / filters;
    turned[at] = w[(pixel * channels + c) * filters + f];
}

KERNEL(BLOCK) conv_input_grad(float *__restrict__ dx, const float *__restrict__ dy, const float *__restrict__ turned,
                              u32 height, u32 width, u32 channels, u32 size, u32 stride, u32 filters)
{
    const u32 numbers = height * width * channels;
    const Place p = place(numbers);
    if (p.at >= numbers)
        return;
    const u32 oh = windows(height, size, stride), ow = windows(width, size, stride);
    const u32 c = p.at % channels, x = p.at / channels % width, y = p.at / channels / width;
    dy += u64(p.part) * oh * ow * filters;
    turned += c;
    float sum = 0;
    for (u32 ky = y % stride; ky < size && ky <= y; ky += stride) {
        const u32 oy = (y - ky) / stride;
        for (u32 kx = x % stride; kx < size && kx <= x; kx += stride) {
            const u32 ox = (x - kx) / stride;
            if (oy < oh && ox < ow)
                sum = add_products(sum, dy + (oy * ow + ox) * filters, 1, turned + (ky * size + kx) * filters * channels, channels, filters);
        }
    }
    dx[u64(p.part) * numbers + p.at] = sum;
}
