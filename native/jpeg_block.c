/* See jpeg_block.h. Clauses in brackets are those of ITU-T T.81. */
#include "jpeg_block.h"

#include <string.h>

enum { AC_LIMIT = 1023 }; /* a coefficient has at most 10 bits [table F.2] */

static const uint8_t ZIGZAG[JPEG_BLOCK] = { /* [figure A.6] */
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

struct cosines cosines(void)
{
    static const float QUARTER[9] = { /* cos(k π / 16) / 2 */
        0.5F,        0.49039264F, 0.46193977F, 0.41573481F, 0.35355339F,
        0.27778512F, 0.19134172F, 0.09754516F, 0.0F,
    };
    struct cosines result;
    for (unsigned u = 0; u < 8; u++)
        for (unsigned x = 0; x < 8; x++) {
            unsigned turn = (2 * x + 1) * u % 32;
            unsigned half = turn > 16 ? 32 - turn : turn;
            float value = half > 8 ? -QUARTER[16 - half] : QUARTER[half];
            result.forward.at[u][x] = result.inverse.at[x][u] = u ? value : QUARTER[4];
        }
    return result;
}

/* Always in the same order, so that the same samples give the same coefficients everywhere; written so
 * that compilers see vectors in it. `filled` says which rows of the second factor are not zero. */
static void multiply(const struct matrix *restrict first, const struct matrix *restrict second,
                     struct matrix *restrict product, unsigned filled)
{
    for (unsigned i = 0; i < 8; i++) {
        float sum[8] = {0};
        for (unsigned k = 0; k < 8; k++) {
            float factor = first->at[i][k];
            if (filled >> k & 1)
                for (unsigned j = 0; j < 8; j++)
                    sum[j] += factor * second->at[k][j];
        }
        for (unsigned j = 0; j < 8; j++)
            product->at[i][j] = sum[j];
    }
}

void to_samples(const struct cosines *cosine, const int16_t block[], const uint16_t quantiser[],
                struct matrix *samples)
{
    struct matrix values, lines;
    unsigned filled = 0;
    for (unsigned k = 0; k < JPEG_BLOCK; k++) {
        values.at[ZIGZAG[k] >> 3][ZIGZAG[k] & 7] = (float)block[k] * (float)quantiser[k];
        filled |= (unsigned)(block[k] != 0) << (ZIGZAG[k] >> 3);
    }
    multiply(&cosine->inverse, &values, &lines, filled);
    multiply(&lines, &cosine->forward, samples, 0xFF);
}

static void to_frequencies(const struct cosines *cosine, const struct matrix *samples,
                           struct matrix *values)
{
    struct matrix lines;
    multiply(&cosine->forward, samples, &lines, 0xFF);
    multiply(&lines, &cosine->inverse, values, 0xFF);
}

static inline int nearest(float value)
{
    int whole = (int)(value + (value < 0 ? -0.5F : 0.5F));
    return whole;
}

static inline float within(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

struct spot spot_of(const struct jpeg_scan *scan, unsigned c, size_t mcu, unsigned block)
{
    const struct jpeg_component *part = &scan->components[c];
    size_t x = mcu % scan->across - scan->left, y = mcu / scan->across - scan->top;
    size_t stride = (size_t)(scan->right - scan->left) * part->across * 8;
    size_t row = (y * part->down + block / part->across) * 8;
    return (struct spot){row * stride + (x * part->across + block % part->across) * 8, stride};
}

void store(uint8_t *plane, struct spot spot, const struct matrix *samples)
{
    for (unsigned x = 0; x < 8; x++)
        for (unsigned y = 0; y < 8; y++)
            plane[spot.offset + x * spot.stride + y] =
                (uint8_t)(within(samples->at[x][y] + 128.0F, 0.0F, 255.0F) + 0.5F);
}

int differs(const uint8_t *before, const uint8_t *after, struct spot spot)
{
    int found = 0;
    for (unsigned x = 0; x < 8 && !found; x++)
        found = memcmp(before + spot.offset + x * spot.stride,
                       after + spot.offset + x * spot.stride, 8);
    return found;
}

void move_block(const struct cosines *cosine, const uint16_t quantiser[], const uint8_t *before,
                const uint8_t *after, struct spot spot, int16_t block[JPEG_BLOCK])
{
    struct matrix samples, change, values;
    to_samples(cosine, block, quantiser, &samples);
    for (unsigned x = 0; x < 8; x++)
        for (unsigned y = 0; y < 8; y++) {
            size_t at = spot.offset + x * spot.stride + y;
            change.at[x][y] =
                before[at] == after[at] ? 0.0F : (float)after[at] - 128.0F - samples.at[x][y];
        }
    to_frequencies(cosine, &change, &values);
    for (unsigned k = 0; k < JPEG_BLOCK; k++) {
        float limit = k ? AC_LIMIT : AC_LIMIT + 1;
        float moved = (float)block[k] + values.at[ZIGZAG[k] >> 3][ZIGZAG[k] & 7] / (float)quantiser[k];
        block[k] = (int16_t)nearest(within(moved, -limit, limit - !k));
    }
}
