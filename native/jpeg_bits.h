/* Reading the bits and symbols of a scan, for the files beside this one [T.81 F.2.2]. */
#ifndef AILABEL_JPEG_BITS_H
#define AILABEL_JPEG_BITS_H

#include "jpeg.h"

enum {
    ZERO_RUN = 0xF0, /* 16 zeros [F.1.2.2.1] */
    DC_LIMIT = 2047, /* a difference has at most 11 bits [table F.1] */
};

struct reader {
    const uint8_t *data;
    size_t size, at;  /* the next byte */
    uint64_t bits;    /* those that come next, at the top */
    int count;        /* how many */
    int ghosts;       /* of them, zeros that stand for data that is not there */
};

/* By value, so that the fast way can keep a reader in registers. */
struct reader refilled_slowly(struct reader in);

/* Where the next bit of a reader stands. */
struct jpeg_place place_of(const struct reader *in);

/* Read on from another place. */
void go_to(struct reader *in, struct jpeg_place place);

/* Read no further than to an offset. */
void limit_to(struct reader *in, size_t limit);

/* Where the byte that a place cuts in two ends. */
size_t behind(const uint8_t *data, size_t size, struct jpeg_place place);

/* Where the next marker stands [B.1.1.2], or the end of the data. */
size_t find_marker(const uint8_t *data, size_t size, size_t at);

/* Decode a block; coefficients in zig-zag order [F.2.2]. */
enum jpeg_status decode_block(struct reader *in, const struct jpeg_table *dc,
                              const struct jpeg_table *ac, int32_t *prediction,
                              int16_t block[JPEG_BLOCK]);

static inline uint64_t big_endian(const uint8_t *at) /* which compilers know for one load */
{
    return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 |
           (uint64_t)at[3] << 32 | (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
           (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

/* Have at least 57 bits at hand. */
static inline void refill(struct reader *in)
{
    if (in->size - in->at >= 8) {
        uint64_t word = big_endian(in->data + in->at);
        const uint64_t ones = UINT64_C(0x0101010101010101);
        if (!((~word - ones) & word & ones << 7)) { /* none of the bytes is 0xFF */
            int bytes = (63 - in->count) >> 3;
            in->bits |= in->count < 64 ? word >> in->count : 0;
            in->at += (size_t)bytes;
            in->count += 8 * bytes;
            return;
        }
    }
    *in = refilled_slowly(*in);
}

/* How many bits can be taken now from a reader whose last byte has `rest` bits too many. */
static inline unsigned ready(struct reader *in, unsigned rest)
{
    refill(in);
    int left = in->count - in->ghosts - (in->at >= in->size ? (int)rest : 0);
    return left < 0 ? 0 : left > 32 ? 32 : (unsigned)left;
}

/* Take bits that are at hand, 1 to 32 of them. */
static inline unsigned take(struct reader *in, unsigned length)
{
    unsigned value = (unsigned)(in->bits >> (64 - length));
    in->bits <<= length;
    in->count -= (int)length;
    return value;
}

/* Whether bits were taken that are not there. */
static inline int is_spent(const struct reader *in)
{
    return in->ghosts > in->count;
}

/* Decode a symbol; -1 where no code stands [F.2.2.3]. */
static inline int decode(struct reader *in, const struct jpeg_table *table)
{
    unsigned entry = table->look[in->bits >> (64 - JPEG_LOOK)];
    if (entry) {
        take(in, entry >> 8);
        return (int)(entry & 255);
    }
    unsigned ahead = (unsigned)(in->bits >> 48), length = JPEG_LOOK + 1;
    while (ahead >= table->limit[length])
        length++;
    if (length > 16)
        return -1;
    return table->symbols[(table->base[length] + (int32_t)take(in, length)) & 255];
}

static inline int extend(unsigned value, unsigned bits) /* [figure F.12] */
{
    return value < 1u << (bits - 1) ? (int)value - (1 << bits) + 1 : (int)value;
}

/* Decode a difference, and add it to the prediction [F.2.2.1]. */
static inline enum jpeg_status decode_dc(struct reader *in, const struct jpeg_table *table,
                                         int32_t *prediction)
{
    int bits = decode(in, table);
    if (bits < 0 || bits > 11)
        return JPEG_BAD_CODE;
    if (bits)
        *prediction += extend(take(in, (unsigned)bits), (unsigned)bits);
    return *prediction < -DC_LIMIT || *prediction > DC_LIMIT ? JPEG_BAD_CODE : JPEG_OK;
}

#endif
