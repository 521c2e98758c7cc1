/* The coefficients of a Huffman-coded sequential JPEG scan: read under a box, replaced, proved [T.81].
 *
 * A scan is one run of entropy-coded data with everything that its header and tables say of it. Nothing
 * here allocates but `jpeg_splice`, nothing is remembered between calls, and every position in the data
 * is checked before it is read. Offsets count from the first byte of the entropy-coded data.
 */
#ifndef AILABEL_JPEG_H
#define AILABEL_JPEG_H

#include <stddef.h>
#include <stdint.h>

enum {
    JPEG_COMPONENTS = 4,  /* of a scan [B.2.3] */
    JPEG_TABLES = 8,      /* DC 0 to 3, then AC 0 to 3 [B.2.4.2] */
    JPEG_BLOCK = 64,      /* coefficients or samples */
    JPEG_LOOK = 9,        /* bits that one look into a table decodes */
    JPEG_STRIDE = 11,     /* bits that one look skips when only the end of a block is wanted */
};

enum jpeg_status {
    JPEG_OK,
    JPEG_NO_MEMORY,
    JPEG_BAD_TABLE,    /* a Huffman table is no prefix code */
    JPEG_BAD_CODE,     /* bits that no table explains, or a coefficient out of range */
    JPEG_CUT_SHORT,    /* the data ends before the last MCU */
    JPEG_NO_RESTART,   /* another marker, or none, where a restart marker must stand */
    JPEG_NO_CODE,      /* the tables lack a symbol that is needed; see `missing` */
    JPEG_NOT_PROVED,   /* what was written does not decode to what was meant */
};

struct jpeg_table {
    uint8_t symbols[256];
    uint16_t look[1 << JPEG_LOOK];     /* length << 8 | symbol; 0 for a longer code or none */
    uint32_t skip[1 << JPEG_STRIDE];   /* AC: end << 16 | coefficients << 8 | bits; 0 for none */
    uint32_t limit[18];                /* of each length, the first code beyond it, of 16 bits */
    int32_t base[17];                  /* index of a length's first symbol less its first code */
    uint16_t code[256];                /* for encoding */
    uint8_t size[256];                 /* its length; 0 for a symbol that has none */
};

struct jpeg_component {
    unsigned across, down;             /* blocks of an MCU; 1 and 1 in a scan of one component */
    unsigned dc, ac;                   /* table selectors, 0 to 3 */
    uint16_t quantiser[JPEG_BLOCK];    /* in zig-zag order */
};

struct jpeg_scan {
    const uint8_t *data;
    size_t size;
    unsigned across, down;             /* of the picture, in MCUs */
    unsigned interval;                 /* MCUs between restart markers; 0 for none */
    unsigned count;                    /* components */
    struct jpeg_component components[JPEG_COMPONENTS];
    const struct jpeg_table *tables;   /* JPEG_TABLES of them */
    unsigned left, top, right, bottom; /* the box, in MCUs: not empty, inside the picture */
};

/* A position between two bits: the byte, stuffed zeros counted, and the bit in it, 0 to 7. */
struct jpeg_place {
    size_t offset;
    unsigned bit;
};

/* What `jpeg_read` found on its way; `jpeg_splice` and `jpeg_prove` go on from there. */
struct jpeg_cursor {
    struct jpeg_place start;           /* before the first MCU of the box */
    struct jpeg_place stop;            /* behind the MCU that follows the last one of the box */
    struct jpeg_place end;             /* behind the last MCU before the next marker */
    size_t next;                       /* where that marker stands, or the end of the data */
    int32_t predictions[JPEG_COMPONENTS];
};

/* The bytes [from, to) of a scan, made anew. */
struct jpeg_patch {
    size_t from, to;
    uint8_t *data;                     /* by malloc; the caller frees it */
    size_t size;
    int16_t *blocks;                   /* the blocks that changed, in scan order; by malloc likewise */
    size_t block_count;
    int whole;                         /* all symbols were coded anew, because codes have changed */
    int moved;                         /* the bits behind the box stand at other places of a byte */
    uint8_t missing[JPEG_TABLES][256]; /* 1 for a symbol that is needed and has no code */
};

/* Build a table from the body of its DHT: 16 counts, then the symbols [B.2.4.2, C.2]. */
enum jpeg_status jpeg_table_make(struct jpeg_table *table, const uint8_t *body, size_t size);

/* Decode the samples under the box into planes, one a component, each as wide as its blocks in the box.
 * `at` says where an error was met. */
enum jpeg_status jpeg_read(const struct jpeg_scan *scan, uint8_t *const planes[],
                           struct jpeg_cursor *cursor, size_t *at);

/* Code the scan anew where the samples of `after` differ from `before`, as `jpeg_read` gave them.
 * All other blocks keep their coefficients. `coded` are the tables to write with. */
enum jpeg_status jpeg_splice(const struct jpeg_scan *scan, const struct jpeg_table *coded,
                             const struct jpeg_cursor *cursor, const uint8_t *const before[],
                             const uint8_t *const after[], struct jpeg_patch *patch, size_t *at);

/* Decode a patch beside the scan that it was made for, and compare them block for block, bit for bit
 * behind the last block that can differ. */
enum jpeg_status jpeg_prove(const struct jpeg_scan *scan, const struct jpeg_table *coded,
                            const struct jpeg_cursor *cursor, const uint8_t *const before[],
                            const uint8_t *const after[], const struct jpeg_patch *patch, size_t *at);

#endif
