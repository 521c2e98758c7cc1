/* The filters of PNG rows [PNG3 9]. A row is a filter byte and `stride` bytes of pixels. */
#ifndef AILABEL_FILTERS_H
#define AILABEL_FILTERS_H

#include <stddef.h>
#include <stdint.h>

/* Undo the filters of `count` rows; `unit` are the bytes of a pixel, `above` is the row above the first,
 * NULL for zeros. Returns 0 where a row has an unknown filter. */
int png_unfilter(const uint8_t *rows, size_t count, size_t stride, size_t unit, const uint8_t *above,
                 uint8_t *pixels);

/* Filter `count` rows by the filter Up. */
void png_filter(const uint8_t *pixels, size_t count, size_t stride, const uint8_t *above, uint8_t *rows);

#endif
