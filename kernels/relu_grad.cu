// dx = dy where y > 0, else 0, elementwise; y is ReLU's output.
//
// dx, dy, y [n]; dx may be dy. A thread an element.
#include "device.h"

enum { BLOCK = 256 };

KERNEL(BLOCK) relu_grad(float *dx, const float *dy, const float *y, u64 n)
{
    u64 i = index(BLOCK);
    if (i < n)
        dx[i] = above(y[i]) ? dy[i] : 0;
}
