/* The samples and coefficients of blocks, for the files beside this one [T.81 A.3]. */
#ifndef AILABEL_JPEG_BLOCK_H
#define AILABEL_JPEG_BLOCK_H

#include "jpeg.h"

struct matrix {
    float at[8][8];
};

/* The transform and its inverse, which is its transpose. */
struct cosines {
    struct matrix forward, inverse;
};

/* Where a block stands in the plane of its component. */
struct spot {
    size_t offset, stride;
};

struct cosines cosines(void);

/* The samples of a block, less 128, not yet rounded or cut. */
void to_samples(const struct cosines *cosine, const int16_t block[], const uint16_t quantiser[],
                struct matrix *samples);

struct spot spot_of(const struct jpeg_scan *scan, unsigned c, size_t mcu, unsigned block);

/* Round samples, cut them to a byte, and put them into a plane. */
void store(uint8_t *plane, struct spot spot, const struct matrix *samples);

/* Whether two planes differ there. */
int differs(const uint8_t *before, const uint8_t *after, struct spot spot);

/* Move coefficients by what the samples have changed: those that stay take no part, so that they are
 * coded as exactly as they were [A.3.4]. */
void move_block(const struct cosines *cosine, const uint16_t quantiser[], const uint8_t *before,
                const uint8_t *after, struct spot spot, int16_t block[JPEG_BLOCK]);

#endif
