// y = max(0, x), elementwise; NaN gives 0.
//
// x, y [n]; y may be x. A thread an element.
#include "device.h"

enum { BLOCK = 256 };

KERNEL(BLOCK) relu(float *y, const float *x, u64 n)
{
    u64 i = index(BLOCK);
    if (i < n)
        y[i] = relu(x[i]);
}
