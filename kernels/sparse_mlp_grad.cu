// The policy's backward pass, fused: with d [rows][outputs] the gradient at z,
//
//	dw2 = Σᵢ d[i]ᵀ·h[i],  dw1 = Σᵢ xᵢᵀ·((d[i]·w2)∘active[i])
//
// For one output the weights of the units are taken out of the sum over rows:
//
//	sparse_mlp_grad_columns   q[column] += Σᵢ ±d[i]∘active[i]
//	sparse_mlp_grad_weights   dw1[c] = q[c]∘w2;  shares[c/32] = Σ w1[c]∘q[c] over 32 columns
//	sum_rows                  dw2 = Σ shares
//
// and for several
//
//	sparse_mlp_grad_outputs   dw1[column] += Σᵢ ±(Σ_k d[i][k]·w2[k])∘active[i]
//	sparse_mlp_grad_hidden    shares[chunk][k] = Σᵢ d[i][k]·max(0, h[i]) over 4,096 rows
//	sum_rows                  dw2 = Σ shares
//
// with h = x·w1 of sparse_matmul.cu. links and starts [cols+1] are of sparse_sort.cu: the
// sums over i take a column's entries in order. q, w1, dw1 [cols][units], w2, dw2
// [outputs][units], active [rows][units/16].
#include "sparse.h"

// A block sums PANEL units of a column, a thread each. It reads the column's links in
// tiles of TILE: the next tile is on its way from memory while this one, in shared memory,
// is summed.
enum { PANEL = 64, TILE = 128, EACH = TILE / PANEL, WORDS = PANEL / LANES };

struct Panel {
    u32 column, unit, first, end;
    u32 words, word; // of active's row: how many, and the panel's first
};

INLINE Panel this_panel(const u32 *starts, u32 units)
{
    u32 panels = ceil_div(units, PANEL), column = block() / panels, unit = block() % panels * PANEL;
    return {column, unit + thread(), starts[column], starts[column + 1], units / LANES, unit / LANES};
}

// word returns a word of active's row; the last for those beyond, which no unit asks for.
INLINE u16 word(const Panel &p, const u16 *active, u32 row, u32 w)
{
    return active[u64(row) * p.words + (p.word + w < p.words ? p.word + w : p.words - 1)];
}

KERNEL(PANEL) sparse_mlp_grad_columns(float *__restrict__ q, const float *__restrict__ d, const u16 *__restrict__ active,
                                      const u32 *__restrict__ links, const u32 *__restrict__ starts, u32 units)
{
    __shared__ float gradient[TILE];
    __shared__ u16 mask[TILE][WORDS];
    const Panel p = this_panel(starts, units);
    if (p.first == p.end)
        return;
    const u32 mine = thread() / LANES, bit = thread() % LANES;
    const bool real = p.unit < units;

    // What was asked for is not touched before it goes to shared memory, so that nothing
    // waits for it meanwhile.
    u32 link[EACH], sign[EACH];
    float soon[EACH];
    u16 words[EACH][WORDS];
    // Nothing here branches: a place beyond the column's last link reads that again.
    auto place = [&](u32 k, u32 e) { return k + e * PANEL + thread(); };
    auto ask_links = [&](u32 k) {
#pragma unroll
        for (u32 e = 0; e < EACH; e++)
            link[e] = links[place(k, e) < p.end ? place(k, e) : p.end - 1];
    };
    auto ask_rows = [&] { // of the links that were asked for
#pragma unroll
        for (u32 e = 0; e < EACH; e++) {
            soon[e] = d[link[e] / 2];
            sign[e] = link[e] << 31;
#pragma unroll
            for (u32 w = 0; w < WORDS; w++)
                words[e][w] = word(p, active, link[e] / 2, w);
        }
    };
    ask_links(p.first);
    ask_rows();
    ask_links(p.first + TILE);

    float sum = real ? q[p.column * units + p.unit] : 0;
    for (u32 k = p.first; k < p.end; k += TILE) {
        sync();
#pragma unroll
        for (u32 e = 0; e < EACH; e++) {
            gradient[e * PANEL + thread()] = from_bits(bits(soon[e]) ^ sign[e]);
#pragma unroll
            for (u32 w = 0; w < WORDS; w++)
                mask[e * PANEL + thread()][w] = place(k, e) < p.end ? words[e][w] : 0;
        }
        sync();
        ask_rows();
        ask_links(k + 2 * TILE);
        const u32 n = p.end - k < TILE ? p.end - k : TILE;
        for (u32 j = 0; j < n; j += 8) // what is beyond n is active nowhere
#pragma unroll
            for (u32 i = j; i < j + 8; i++) {
                float next = sum + gradient[i];
                sum = mask[i][mine] >> bit & 1 ? next : sum;
            }
    }
    if (real)
        q[p.column * units + p.unit] = sum;
}

enum { BLOCK = 128, CHUNK_COLUMNS = 32 };

// A thread takes one unit of a chunk of columns; shares [⌈cols/32⌉][units].
KERNEL(BLOCK) sparse_mlp_grad_weights(float *__restrict__ dw1, float *__restrict__ shares, const float *__restrict__ q, const float *__restrict__ w1,
                                      const float *__restrict__ w2, u32 cols, u32 units)
{
    u32 i = block() * BLOCK + thread(), chunk = i / units, unit = i % units;
    u32 first = chunk * CHUNK_COLUMNS, end = first + CHUNK_COLUMNS < cols ? first + CHUNK_COLUMNS : cols;
    if (first >= cols)
        return;
    float sum = 0, w = w2[unit];
#pragma unroll 8
    for (u32 c = first; c < end; c++) {
        float g = q[c * units + unit];
        dw1[c * units + unit] = g * w;
        sum += w1[c * units + unit] * g;
    }
    shares[i] = sum;
}

// outputs_sum returns sum + Σ ±(Σ_k d[i][k]·w2[k])∘active[i] for N outputs, or fewer and zeros,
// which change no sum.
template <u32 N>
INLINE float outputs_sum(float sum, const Panel &p, const float *d, const u16 *active, const float *w2, const u32 *links, u32 units, u32 outputs)
{
    __shared__ float gradient[TILE][N];
    __shared__ u16 mask[TILE][WORDS];
    __shared__ u32 link[TILE];
    const u32 mine = thread() / LANES, bit = thread() % LANES, unit = p.unit < units ? p.unit : units - 1;
    float w[N];
#pragma unroll
    for (u32 o = 0; o < N; o++) {
        float some = w2[(o < outputs ? o : 0) * units + unit];
        w[o] = o < outputs ? some : 0;
    }
    for (u32 k = p.first; k < p.end; k += TILE) {
        const u32 n = p.end - k < TILE ? p.end - k : TILE;
        sync();
#pragma unroll
        for (u32 e = 0; e < EACH; e++) {
            const u32 i = e * PANEL + thread(), at = k + i < p.end ? k + i : p.end - 1;
            link[i] = links[at];
#pragma unroll
            for (u32 w = 0; w < WORDS; w++)
                mask[i][w] = word(p, active, links[at] / 2, w);
#pragma unroll
            for (u32 o = 0; o < N; o++) {
                float some = d[u64(links[at] / 2) * outputs + (o < outputs ? o : 0)];
                gradient[i][o] = o < outputs ? some : 0;
            }
        }
        sync();
        for (u32 i = 0; i < n; i++) {
            float dh = 0;
#pragma unroll
            for (u32 o = 0; o < N; o++)
                dh += gradient[i][o] * w[o];
            float next = sum + from_bits(bits(dh) ^ link[i] << 31);
            sum = mask[i][mine] >> bit & 1 ? next : sum;
        }
    }
    return sum;
}

// many_outputs_sum is outputs_sum for any number of outputs: w2 stays where it is.
INLINE float many_outputs_sum(float sum, const Panel &p, const float *d, const u16 *active, const float *w2, const u32 *links, u32 units, u32 outputs)
{
    const u32 mine = thread() / LANES, bit = thread() % LANES;
    for (u32 k = p.first; k < p.end && p.unit < units; k++) {
        const u32 link = links[k];
        float dh = 0;
        for (u32 o = 0; o < outputs; o++)
            dh += d[u64(link / 2) * outputs + o] * w2[o * units + p.unit];
        float next = sum + from_bits(bits(dh) ^ link << 31);
        sum = word(p, active, link / 2, mine) >> bit & 1 ? next : sum;
    }
    return sum;
}

// dw1 [cols][units] is added to; outputs·units is below 2³². A block takes 64 units of a
// column.
KERNEL(PANEL) sparse_mlp_grad_outputs(float *__restrict__ dw1, const float *__restrict__ d, const u16 *__restrict__ active, const float *__restrict__ w2,
                                      const u32 *__restrict__ links, const u32 *__restrict__ starts, u32 units, u32 outputs)
{
    const Panel p = this_panel(starts, units);
    if (p.first == p.end)
        return;
    const bool real = p.unit < units;
    float sum = real ? dw1[p.column * units + p.unit] : 0;
    if (outputs <= 4)
        sum = outputs_sum<4>(sum, p, d, active, w2, links, units, outputs);
    else if (outputs <= 8)
        sum = outputs_sum<8>(sum, p, d, active, w2, links, units, outputs);
    else
        sum = many_outputs_sum(sum, p, d, active, w2, links, units, outputs);
    if (real)
        dw1[p.column * units + p.unit] = sum;
}

enum { CHUNK_ROWS = 4096, UNDER_WAY = 16 };

// h [rows][units] before its ReLU, d [rows][outputs], shares [⌈rows/4096⌉][outputs][units]. A
// thread takes one unit of one output of a chunk of rows.
KERNEL(BLOCK) sparse_mlp_grad_hidden(float *__restrict__ shares, const float *__restrict__ h, const float *__restrict__ d, u32 rows, u32 units, u32 outputs)
{
    u32 i = block() * BLOCK + thread(), unit = i % units, output = i / units % outputs;
    u32 first = i / units / outputs * CHUNK_ROWS, end = first + CHUNK_ROWS < rows ? first + CHUNK_ROWS : rows;
    if (first >= rows)
        return;
    float sum = 0;
    for (; first < end; first += UNDER_WAY) {
        float a[UNDER_WAY], b[UNDER_WAY];
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++) {
            u32 row = first + k < end ? first + k : end - 1;
            a[k] = d[u64(row) * outputs + output];
            b[k] = h[u64(row) * units + unit];
        }
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++) {
            float next = sum + a[k] * relu(b[k]);
            sum = first + k < end ? next : sum;
        }
    }
    shares[i] = sum;
}

// sum [n] = Σ x[row] over the rows in order, x [rows][n].
KERNEL(BLOCK) sum_rows(float *__restrict__ sum, const float *__restrict__ x, u32 rows, u32 n)
{
    u32 i = block() * BLOCK + thread();
    if (i >= n)
        return;
    float total = 0;
    for (u32 first = 0; first < rows; first += UNDER_WAY) {
        float v[UNDER_WAY];
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++)
            v[k] = x[u64(first + k < rows ? first + k : rows - 1) * n + i];
#pragma unroll
        for (u32 k = 0; k < UNDER_WAY; k++)
            total = first + k < rows ? total + v[k] : total;
    }
    sum[i] = total;
}
