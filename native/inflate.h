/* A deflate stream, decoded up to where it is needed, and cut at symbols [RFC 1951].
 *
 * A cut is a place at which the stream can be taken apart: between two symbols, whose block is closed
 * there by its own code for the end, and opened again by a copy of its header; or between two blocks.
 * Only what is needed of the decoded bytes is kept, in memory that grows with it; nothing is remembered,
 * and every position is checked before it is read or written.
 */
#ifndef AILABEL_INFLATE_H
#define AILABEL_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum { INFLATE_WINDOW = 32768 }; /* how far back a match refers at most [2] */

enum inflate_status {
    INFLATE_OK,
    INFLATE_NO_MEMORY,
    INFLATE_BAD_BLOCK,    /* a block type, length or table that is not allowed */
    INFLATE_BAD_CODE,     /* bits that no table explains, or a distance before the beginning */
    INFLATE_CUT_SHORT,    /* the data ends before the last block does */
};

/* Bits count from the start of the data, the lowest of each byte first [3.1.1]. */
struct inflate_cut {
    size_t raw;           /* bytes that come before it, decoded */
    size_t bit;           /* where the next symbol or block begins */
    size_t header;        /* where the header of the block around it begins */
    size_t body;          /* and where that block's symbols begin; the same, and `bit`, between blocks */
    unsigned end_code;    /* the block's code for its end, the first bit lowest */
    unsigned end_bits;    /* its length; 0 between two blocks */
};

struct inflate_job {
    const uint8_t *data;
    size_t size;
    size_t begin;         /* the byte at which the first block begins */
    size_t stride;        /* decoded, bytes of a row of pixels and its filter [PNG3 7.2] */
    size_t room;          /* decoded bytes from here on are only walked over */
    size_t first, last;   /* decoded bytes [first, last) will be replaced; `first` begins a row */
    /* What was found: */
    uint8_t *raw;         /* decoded bytes [start, room); by malloc, the caller frees it */
    size_t start;         /* not behind the last row before `first` that needs no row above it */
    size_t held;          /* for inflate.c: bytes that `raw` has room for */
    size_t chain;         /* and that row, as far as is known */
    struct inflate_cut before; /* the last cut not behind `first` */
    struct inflate_cut after;  /* the first one from `last` on behind which nothing refers to what stands
                                  before `last` */
    size_t total;         /* bytes of the whole stream, decoded */
    size_t end;           /* the byte behind the last block */
    int is_over;          /* there is none */
};

/* Decode a stream; `at` says near which byte an error was met. */
enum inflate_status inflate_between(struct inflate_job *job, size_t *at);

#endif
