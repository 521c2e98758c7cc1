/* See filters.h. */
#include "filters.h"

#include <string.h>

enum { NONE, SUB, UP, AVERAGE, PAETH };

static inline unsigned distance(int first, int second)
{
    return (unsigned)(first < second ? second - first : first - second);
}

static inline uint8_t paeth(int left, int up, int corner) /* [PNG3 9.4] */
{
    unsigned a = distance(up, corner), b = distance(left, corner);
    unsigned c = distance(left + up, 2 * corner);
    return (uint8_t)(a <= b && a <= c ? left : b <= c ? up : corner);
}

static void undo_up(const uint8_t *row, size_t stride, const uint8_t *above, uint8_t *pixels)
{
    for (size_t i = 0; i < stride; i++)
        pixels[i] = (uint8_t)(row[i] + above[i]);
}

static void undo_sub(const uint8_t *row, size_t stride, size_t unit, uint8_t *pixels)
{
    for (size_t i = 0; i < stride; i++)
        pixels[i] = (uint8_t)(row[i] + (i < unit ? 0 : pixels[i - unit]));
}

static void undo_average(const uint8_t *row, size_t stride, size_t unit, const uint8_t *above,
                         uint8_t *pixels)
{
    for (size_t i = 0; i < stride; i++)
        pixels[i] = (uint8_t)(row[i] + ((i < unit ? 0 : pixels[i - unit]) + above[i]) / 2);
}

static void undo_paeth(const uint8_t *row, size_t stride, size_t unit, const uint8_t *above,
                       uint8_t *pixels)
{
    for (size_t i = 0; i < stride && i < unit; i++)
        pixels[i] = (uint8_t)(row[i] + above[i]);
    for (size_t i = unit; i < stride; i++)
        pixels[i] = (uint8_t)(row[i] + paeth(pixels[i - unit], above[i], above[i - unit]));
}

int png_unfilter(const uint8_t *rows, size_t count, size_t stride, size_t unit, const uint8_t *above,
                 uint8_t *pixels)
{
    for (; count; count--, rows += stride + 1, above = pixels, pixels += stride) {
        unsigned filter = rows[0];
        if (filter > PAETH)
            return 0;
        if (!above) { /* what refers to zeros: Up does nothing, and Paeth takes the left pixel */
            memset(pixels, 0, stride);
            if (filter == AVERAGE) {
                for (size_t i = 0; i < stride; i++)
                    pixels[i] = (uint8_t)(rows[1 + i] + (i < unit ? 0 : pixels[i - unit]) / 2);
                continue;
            }
            filter = filter == PAETH ? SUB : filter == UP ? NONE : filter;
        }
        if (filter == NONE)
            memcpy(pixels, rows + 1, stride);
        else if (filter == SUB)
            undo_sub(rows + 1, stride, unit, pixels);
        else if (filter == UP)
            undo_up(rows + 1, stride, above, pixels);
        else if (filter == AVERAGE)
            undo_average(rows + 1, stride, unit, above, pixels);
        else
            undo_paeth(rows + 1, stride, unit, above, pixels);
    }
    return 1;
}

void png_filter(const uint8_t *pixels, size_t count, size_t stride, const uint8_t *above, uint8_t *rows)
{
    for (; count; count--, above = pixels, pixels += stride, rows += stride + 1) {
        rows[0] = UP;
        for (size_t i = 0; i < stride; i++)
            rows[1 + i] = (uint8_t)(pixels[i] - (above ? above[i] : 0));
    }
}
