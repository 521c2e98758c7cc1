/* See inflate.h. Clauses in brackets are those of RFC 1951. */
#include "inflate.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOK = 11,                   /* bits that one look into a table of literals decodes, */
    SHORT_LOOK = 8,              /* and into any other */
    LONGEST = 15,                /* bits of a code [3.2.7] */
    LITERALS = 288,              /* and lengths, with two that never occur [3.2.6] */
    DISTANCES = 32,              /* likewise */
    END_OF_BLOCK = 256,
    MARGIN = 258 + 24,           /* the fast way writes no further ahead than this, */
    AHEAD = 24,                  /* and reads no further than this */
    WORK = 1 << 18,              /* bytes to decode at a time, which stay in the processor's cache */
    KEPT = INFLATE_WINDOW + 65536 + MARGIN, /* what any later cut or match may still need */
    NEEDS_NO_ROW_ABOVE = 1,      /* filters None and Sub [PNG3 9.2] */
};

/* What a code means: a value, and how many bits tell it, those of the code and all together. */
#define ENTRY(value, code, all) ((uint32_t)(value) << 16 | (uint32_t)(code) << 8 | (uint32_t)(all))
#define LITERAL 0x1000U
#define END 0x2000U
#define NONE 0x4000U             /* no code, or one that is longer than a look */

struct code {
    uint32_t look[1 << LOOK];
    uint32_t values[LITERALS];   /* entries by symbol, bits of the code not counted */
    uint16_t symbols[LITERALS];  /* in the order of their codes */
    uint32_t limit[LONGEST + 2]; /* of each length, the first code beyond it, of 15 bits */
    int32_t base[LONGEST + 1];   /* index of a length's first symbol less its first code */
    unsigned end_code, end_bits; /* the code for the end of a block, its first bit lowest */
};

struct inflater {
    struct inflate_job *job;
    const uint8_t *data;
    size_t size, at;             /* the next byte */
    uint64_t bits;               /* those that come next, at the bottom */
    unsigned count;              /* how many */
    unsigned ghosts;             /* of them, zeros that stand for data that is not there */
    size_t pos;                  /* bytes decoded */
    struct inflate_cut cut;      /* of the block that is being read */
    struct code literals, distances;
};

/* ---- Bits [3.1.1] ---- */

static inline uint64_t little_endian(const uint8_t *at) /* which compilers know for one load */
{
    return (uint64_t)at[7] << 56 | (uint64_t)at[6] << 48 | (uint64_t)at[5] << 40 |
           (uint64_t)at[4] << 32 | (uint64_t)at[3] << 24 | (uint64_t)at[2] << 16 |
           (uint64_t)at[1] << 8 | (uint64_t)at[0];
}

static inline uint64_t lowest(uint64_t bits, unsigned count) /* below 64 */
{
    return bits & ((UINT64_C(1) << count) - 1);
}

static void refill(struct inflater *in)
{
    in->bits = lowest(in->bits, in->count);
    for (; in->count < 56; in->count += 8) {
        if (in->at < in->size)
            in->bits |= (uint64_t)in->data[in->at++] << in->count;
        else
            in->ghosts += 8;
    }
}

static unsigned take(struct inflater *in, unsigned length) /* at most 32, and at hand */
{
    unsigned value = (unsigned)lowest(in->bits, length);
    in->bits >>= length;
    in->count -= length;
    return value;
}

static int is_spent(const struct inflater *in)
{
    return in->ghosts > in->count;
}

static size_t bit_of(const struct inflater *in)
{
    return in->at * 8 + in->ghosts - in->count;
}

/* ---- Tables [3.2.2] ---- */

static unsigned reversed(unsigned code, unsigned length)
{
    unsigned result = 0;
    for (; length; length--, code >>= 1)
        result = result << 1 | (code & 1);
    return result;
}

/* Build a table from code lengths. A code must be complete, but for a single one of one bit, and none
 * at all [3.2.7]. */
static int make_code(struct code *table, const uint8_t *lengths, unsigned count, unsigned look)
{
    unsigned counts[LONGEST + 1] = {0}, next[LONGEST + 1], code = 0, index = 0;
    for (unsigned i = 0; i < count; i++)
        counts[lengths[i]]++;
    for (unsigned length = 1; length <= LONGEST; length++) {
        code <<= 1;
        table->base[length] = (int32_t)index - (int32_t)code;
        next[length] = index;
        code += counts[length];
        index += counts[length];
        if (code > 1u << length)
            return 0;
        table->limit[length] = code << (LONGEST - length);
    }
    if (code != 1u << LONGEST && index && (index > 1 || !counts[1]))
        return 0;
    table->limit[LONGEST + 1] = UINT32_MAX;
    if (code != 1u << LONGEST || table->limit[look] != 1u << LONGEST) /* else all will be filled */
        for (unsigned i = 0; i < 1u << look; i++)
            table->look[i] = NONE;
    for (unsigned i = 0; i < count; i++) {
        unsigned length = lengths[i];
        if (!length)
            continue;
        table->symbols[next[length]] = (uint16_t)i;
        code = reversed((unsigned)((int32_t)next[length]++ - table->base[length]), length);
        if (i == END_OF_BLOCK) {
            table->end_code = code;
            table->end_bits = length;
        }
        for (; length <= look && code < 1u << look; code += 1u << length)
            table->look[code] = table->values[i] + ENTRY(0, length, length);
    }
    return 1;
}

/* What a code means that is longer than a look; NONE where there is no such code. */
static uint32_t search(const struct code *table, uint64_t bits)
{
    unsigned ahead = reversed((unsigned)lowest(bits, LONGEST), LONGEST), length = 1;
    while (ahead >= table->limit[length])
        length++;
    if (length > LONGEST)
        return NONE;
    int32_t index = table->base[length] + (int32_t)(ahead >> (LONGEST - length));
    return table->values[table->symbols[index]] + ENTRY(0, length, length);
}

static inline uint32_t entry_of(const struct code *table, uint64_t bits, unsigned look)
{
    uint32_t entry = table->look[lowest(bits, look)];
    return entry & NONE ? search(table, bits) : entry;
}

static inline size_t value_of(uint32_t entry, uint64_t bits)
{
    return (entry >> 16) + (size_t)(lowest(bits, entry & 63) >> (entry >> 8 & 15));
}

static void set_values(struct inflater *in) /* [3.2.5] */
{
    static const uint16_t LENGTHS[29] = {3,  4,  5,  6,  7,  8,  9,  10,  11,  13,  15,  17,  19, 23, 27,
                                         31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint16_t STEPS[30] = {1,    2,    3,    4,    5,    7,    9,    13,   17,    25,
                                       33,   49,   65,   97,   129,  193,  257,  385,  513,   769,
                                       1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    for (unsigned i = 0; i < END_OF_BLOCK; i++)
        in->literals.values[i] = LITERAL | ENTRY(i, 0, 0);
    in->literals.values[END_OF_BLOCK] = END;
    for (unsigned i = 0; i < 29; i++)
        in->literals.values[257 + i] = ENTRY(LENGTHS[i], 0, i < 8 || i == 28 ? 0 : i / 4 - 1);
    in->literals.values[286] = in->literals.values[287] = NONE;
    for (unsigned i = 0; i < 30; i++)
        in->distances.values[i] = ENTRY(STEPS[i], 0, i < 4 ? 0 : i / 2 - 1);
    in->distances.values[30] = in->distances.values[31] = NONE;
}

static int fixed_codes(struct inflater *in) /* [3.2.6] */
{
    uint8_t lengths[LITERALS];
    memset(lengths, 8, LITERALS);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    set_values(in);
    if (!make_code(&in->literals, lengths, LITERALS, LOOK))
        return 0;
    memset(lengths, 5, DISTANCES);
    return make_code(&in->distances, lengths, DISTANCES, SHORT_LOOK);
}

/* Read the code lengths of a dynamic block, by the code that stands in `distances` meanwhile. */
static int read_lengths(struct inflater *in, uint8_t *lengths, unsigned wanted)
{
    for (unsigned done = 0; done < wanted;) {
        refill(in);
        uint32_t entry = entry_of(&in->distances, in->bits, SHORT_LOOK);
        unsigned symbol = entry >> 16, run = 1;
        if (entry & NONE || is_spent(in))
            return 0;
        take(in, entry & 63);
        if (symbol == 16)
            run = 3 + take(in, 2);
        else if (symbol > 16)
            run = symbol == 17 ? 3 + take(in, 3) : 11 + take(in, 7);
        if (run > wanted - done || (symbol == 16 && !done))
            return 0;
        memset(lengths + done, symbol < 16 ? (int)symbol : symbol == 16 ? lengths[done - 1] : 0, run);
        done += run;
    }
    return 1;
}

static int dynamic_codes(struct inflater *in) /* [3.2.7] */
{
    static const uint8_t ORDER[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[LITERALS + DISTANCES] = {0};
    unsigned literals = 257 + take(in, 5), distances = 1 + take(in, 5), given = 4 + take(in, 4);
    for (unsigned i = 0; i < given; i++) {
        refill(in);
        lengths[ORDER[i]] = (uint8_t)take(in, 3);
    }
    for (unsigned i = 0; i < 19; i++)
        in->distances.values[i] = ENTRY(i, 0, 0);
    if (literals > 286 || distances > 30 || !make_code(&in->distances, lengths, 19, SHORT_LOOK))
        return 0;
    memset(lengths, 0, sizeof lengths);
    if (!read_lengths(in, lengths, literals + distances) || !lengths[END_OF_BLOCK])
        return 0;
    set_values(in);
    return make_code(&in->literals, lengths, literals, LOOK) &&
           make_code(&in->distances, lengths + literals, distances, SHORT_LOOK);
}

/* ---- Cuts ---- */

/* Remember this place, if it is one that was asked for. */
static void offer(struct inflater *in)
{
    struct inflate_job *job = in->job;
    in->cut.raw = in->pos;
    in->cut.bit = bit_of(in);
    if (in->pos <= job->first)
        job->before = in->cut;
    if (in->pos >= job->last && job->is_over) {
        job->after = in->cut;
        job->is_over = 0;
    }
}

/* ---- Decoded bytes ---- */

/* Look for the last row that needs no row above it, among those that begin before `pos`. */
static void follow_chain(struct inflate_job *job, size_t pos)
{
    if (job->first < 2 * job->stride)
        return;
    size_t last = job->first - job->stride < pos ? job->first - job->stride : pos - 1;
    for (size_t row = last - last % job->stride; row > job->chain; row -= job->stride)
        if (job->raw[row - job->start] <= NEEDS_NO_ROW_ABOVE) {
            job->chain = row;
            return;
        }
}

/* Have room for `more` bytes behind `pos`, or for all that are kept: forget what nobody needs any more,
 * then ask for memory. */
static enum inflate_status make_room(struct inflate_job *job, size_t pos, size_t more)
{
    size_t wanted = job->room - pos < more ? job->room - pos : more;
    if (pos >= job->room || job->held - (pos - job->start) >= wanted)
        return INFLATE_OK;
    if (pos) {
        follow_chain(job, pos);
        size_t start = pos < job->first ? pos : job->first;
        start = start < KEPT ? 0 : start - KEPT;
        start = job->chain < start ? job->chain : start;
        if (start - job->start > job->held / 2) { /* else it would move too often */
            memmove(job->raw, job->raw + (start - job->start), pos - start);
            job->start = start;
        }
    }
    if (job->held - (pos - job->start) >= wanted)
        return INFLATE_OK;
    size_t held = job->held * 2 > pos - job->start + more ? job->held * 2 : pos - job->start + more;
    held = held < job->room - job->start ? held : job->room - job->start;
    uint8_t *raw = realloc(job->raw, held);
    if (!raw)
        return INFLATE_NO_MEMORY;
    job->raw = raw;
    job->held = held;
    return INFLATE_OK;
}

/* ---- Blocks [3.2.3] ---- */

static enum inflate_status stored_block(struct inflater *in) /* [3.2.4] */
{
    struct inflate_job *job = in->job;
    take(in, in->count & 7); /* the rest of the byte */
    refill(in);
    unsigned length = take(in, 16), check = take(in, 16);
    if (is_spent(in))
        return INFLATE_CUT_SHORT;
    in->at = bit_of(in) / 8;
    in->bits = in->count = in->ghosts = 0;
    if (length != (check ^ 0xFFFF))
        return INFLATE_BAD_BLOCK;
    if (length > in->size - in->at)
        return INFLATE_CUT_SHORT;
    if (make_room(job, in->pos, length))
        return INFLATE_NO_MEMORY;
    if (in->pos < job->room)
        memcpy(job->raw + (in->pos - job->start), in->data + in->at,
               length < job->room - in->pos ? length : job->room - in->pos);
    in->at += length;
    in->pos += length;
    return INFLATE_OK;
}

/* Decode one symbol with care: 1 for more, 0 at the end of the block, -1 for what is no code. */
static int careful_symbol(struct inflater *in)
{
    struct inflate_job *job = in->job;
    refill(in);
    uint32_t entry = entry_of(&in->literals, in->bits, LOOK);
    size_t value = value_of(entry, in->bits);
    take(in, entry & 63);
    if (entry & (NONE | END) || is_spent(in))
        return entry & NONE || is_spent(in) ? -1 : 0;
    if (entry & LITERAL) {
        if (in->pos < job->room)
            job->raw[in->pos - job->start] = (uint8_t)value;
        in->pos++;
        return 1;
    }
    entry = entry_of(&in->distances, in->bits, SHORT_LOOK);
    size_t distance = value_of(entry, in->bits), length = value;
    take(in, entry & 63);
    if (entry & NONE || is_spent(in) || distance > in->pos)
        return -1;
    if (in->pos >= job->last && in->pos - distance < job->last)
        job->is_over = 1; /* refers to what will be replaced: no cut before it will do */
    for (; length; length--, in->pos++)
        if (in->pos < job->room)
            job->raw[in->pos - job->start] = job->raw[in->pos - job->start - distance];
    return 1;
}

/* Up to 16 bytes too many are written: short matches, which are most, take no loop. */
static inline void copy_match(uint8_t *to, size_t distance, size_t length)
{
    const uint8_t *from = to - distance, *end = to + length;
    if (distance >= 8) {
        memcpy(to, from, 8);
        memcpy(to + 8, from + 8, 8);
        for (to += 16, from += 16; to < end; to += 8, from += 8)
            memcpy(to, from, 8);
    } else if (distance == 1) {
        memset(to, *from, length);
    } else {
        while (to < end)
            *to++ = *from++;
    }
}

#define REFILL()                                                                                       \
    do {                                                                                               \
        bits |= little_endian(data + at) << count;                                                     \
        at += (63 - count) >> 3;                                                                       \
        count |= 56;                                                                                   \
    } while (0)
#define DROP(length) (bits >>= (length), count -= (length))

/* Decode symbols up to `stop` bytes, with MARGIN bytes of room behind it if they are kept; what is left
 * of the data is AHEAD bytes at least. The state is kept in registers. */
static inline int fast_symbols(struct inflater *in, size_t stop, int keep)
{
    const uint8_t *data = in->data;
    uint8_t *raw = in->job->raw;
    size_t start = in->job->start, at = in->at, pos = in->pos, safe = in->size - AHEAD;
    uint64_t bits = lowest(in->bits, in->count);
    unsigned count = in->count;
    int more = 1;
    while (pos < stop && at <= safe) {
        REFILL();
        uint32_t entry = in->literals.look[lowest(bits, LOOK)];
        for (int i = 0; i < 4 && entry & LITERAL; i++) {
            DROP(entry & 63);
            if (keep)
                raw[pos - start] = (uint8_t)(entry >> 16);
            pos++;
            entry = in->literals.look[lowest(bits, LOOK)];
        }
        if (entry & LITERAL)
            continue;
        REFILL();
        if (entry & (NONE | END)) {
            if (entry & NONE)
                entry = search(&in->literals, bits);
            if (entry & (NONE | END)) {
                more = entry & NONE ? -1 : 0;
                DROP(entry & NONE ? 0 : entry & 63);
                break;
            }
            if (entry & LITERAL) {
                DROP(entry & 63);
                if (keep)
                    raw[pos - start] = (uint8_t)(entry >> 16);
                pos++;
                continue;
            }
        }
        size_t length = value_of(entry, bits);
        DROP(entry & 63);
        entry = entry_of(&in->distances, bits, SHORT_LOOK);
        size_t distance = value_of(entry, bits);
        DROP(entry & 63);
        if (entry & NONE || distance > pos) {
            more = -1;
            break;
        }
        if (keep)
            copy_match(raw + (pos - start), distance, length);
        pos += length;
    }
    in->at = at;
    in->pos = pos;
    in->bits = bits;
    in->count = count;
    return more;
}

/* How far symbols may be decoded without looking at each of them: not where a cut is looked for. */
static size_t next_limit(const struct inflater *in)
{
    const struct inflate_job *job = in->job;
    size_t pos = in->pos;
    size_t limit = pos < job->first ? job->first : pos < job->last ? job->last : SIZE_MAX;
    if (pos >= job->last && pos - job->last < INFLATE_WINDOW)
        limit = pos;
    return pos < job->room && job->room < limit ? job->room : limit;
}

static enum inflate_status coded_block(struct inflater *in)
{
    for (int more = 1; more;) {
        size_t limit = next_limit(in);
        int fast = in->size - in->at > AHEAD && limit > MARGIN && in->pos < limit - MARGIN;
        if (make_room(in->job, in->pos, fast ? WORK : MARGIN))
            return INFLATE_NO_MEMORY;
        if (fast && in->pos < in->job->room) {
            size_t held = in->job->start + in->job->held;
            more = fast_symbols(in, (held < limit ? held : limit) - MARGIN, 1);
        } else if (fast)
            more = fast_symbols(in, limit - MARGIN, 0);
        else {
            offer(in);
            more = careful_symbol(in);
        }
        if (more < 0)
            return is_spent(in) ? INFLATE_CUT_SHORT : INFLATE_BAD_CODE;
    }
    return INFLATE_OK;
}

static enum inflate_status block(struct inflater *in, int *final)
{
    refill(in);
    in->cut = (struct inflate_cut){.header = bit_of(in), .body = bit_of(in)};
    offer(in);
    *final = (int)take(in, 1);
    unsigned type = take(in, 2);
    if (is_spent(in))
        return INFLATE_CUT_SHORT;
    if (type == 0)
        return stored_block(in);
    if (type == 3 || !(type == 1 ? fixed_codes(in) : dynamic_codes(in)))
        return is_spent(in) ? INFLATE_CUT_SHORT : INFLATE_BAD_BLOCK;
    in->cut.body = bit_of(in);
    in->cut.end_code = in->literals.end_code;
    in->cut.end_bits = in->literals.end_bits;
    return coded_block(in);
}

enum inflate_status inflate_between(struct inflate_job *job, size_t *at)
{
    struct inflater in = {.job = job, .data = job->data, .size = job->size, .at = job->begin};
    enum inflate_status status = job->begin <= job->size ? INFLATE_OK : INFLATE_CUT_SHORT;
    job->raw = NULL;
    job->start = job->held = job->chain = 0;
    int final = 0;
    job->is_over = 1;
    while (!status && !final)
        status = block(&in, &final);
    job->total = in.pos;
    job->end = (bit_of(&in) + 7) / 8;
    *at = in.at;
    return status;
}
