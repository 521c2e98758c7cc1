/* See jpeg.h. Clauses in brackets are those of ITU-T T.81. */
#include "jpeg.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 1024,        /* bytes that one block can take, stuffing and restart marker included */
    DC_LIMIT = 2047,    /* a difference has at most 11 bits [table F.1] */
    AC_LIMIT = 1023,    /* a coefficient has at most 10 bits [table F.2] */
    END_OF_BLOCK = 0x00,
    ZERO_RUN = 0xF0,    /* 16 zeros [F.1.2.2.1] */
    RST0 = 0xD0,
};

static const uint8_t ZIGZAG[JPEG_BLOCK] = { /* [figure A.6] */
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

/* ---- Huffman tables ---- */

static void fill_look(struct jpeg_table *table, unsigned code, unsigned length, unsigned symbol)
{
    if (length > JPEG_LOOK)
        return;
    unsigned spare = JPEG_LOOK - length;
    for (unsigned i = 0; i < 1u << spare; i++)
        table->look[(code << spare) + i] = (uint16_t)(length << 8 | symbol);
}

/* For every start of an AC code: how many whole symbols it holds, magnitudes included, up to the end of
 * the block. A scan that is only walked needs no more. */
static void fill_skip(struct jpeg_table *table)
{
    for (unsigned start = 0; start < 1u << JPEG_STRIDE; start++) {
        unsigned used = 0, coefficients = 0, end = 0;
        while (!end) {
            unsigned ahead = (start << used) & ((1u << JPEG_STRIDE) - 1);
            unsigned entry = table->look[ahead >> (JPEG_STRIDE - JPEG_LOOK)];
            unsigned symbol = entry & 255, bits = (entry >> 8) + (symbol & 15);
            if (!entry || used + bits > JPEG_STRIDE)
                break;
            used += bits;
            end = symbol < ZERO_RUN && !(symbol & 15);
            coefficients += end ? 0 : (symbol >> 4) + 1;
        }
        table->skip[start] = used ? end << 16 | coefficients << 8 | used : 0;
    }
}

enum jpeg_status jpeg_table_make(struct jpeg_table *table, const uint8_t *body, size_t size)
{
    unsigned code = 0, index = 0;
    memset(table, 0, sizeof *table);
    table->limit[17] = UINT32_MAX;
    if (size < 16)
        return size ? JPEG_BAD_TABLE : JPEG_OK; /* a selector that nothing may use */
    for (unsigned length = 1; length <= 16; length++, code <<= 1) {
        table->base[length] = (int32_t)index - (int32_t)code;
        for (unsigned i = 0; i < body[length - 1]; i++, code++, index++) {
            if (index >= 256 || 16 + (size_t)index >= size || code >= 1u << length)
                return JPEG_BAD_TABLE;
            unsigned symbol = table->symbols[index] = body[16 + index];
            table->code[symbol] = (uint16_t)code;
            table->size[symbol] = (uint8_t)length;
            fill_look(table, code, length, symbol);
        }
        table->limit[length] = code << (16 - length);
    }
    fill_skip(table);
    return JPEG_OK;
}

/* ---- Reading bits [F.2.2] ---- */

struct reader {
    const uint8_t *data;
    size_t size, at;  /* the next byte */
    uint64_t bits;    /* those that come next, at the top */
    int count;        /* how many */
    int ghosts;       /* of them, zeros that stand for data that is not there */
};

static inline uint64_t big_endian(const uint8_t *at) /* which compilers know for one load */
{
    return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 |
           (uint64_t)at[3] << 32 | (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
           (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

/* By value, so that the fast way can keep a reader in registers. */
static struct reader refilled_slowly(struct reader in)
{
    in.bits = in.count ? in.bits & ~UINT64_C(0) << (64 - in.count) : 0;
    while (in.count <= 56) {
        uint64_t byte = 0;
        if (in.at < in.size && in.data[in.at] != 0xFF)
            byte = in.data[in.at++];
        else if (in.size - in.at >= 2 && in.data[in.at + 1] == 0) { /* stuffed [F.1.2.3] */
            byte = 0xFF;
            in.at += 2;
        } else
            in.ghosts += 8; /* a marker, or the end */
        in.bits |= byte << (56 - in.count);
        in.count += 8;
    }
    return in;
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

static inline unsigned take(struct reader *in, unsigned length) /* 1 to 32 */
{
    unsigned value = (unsigned)(in->bits >> (64 - length));
    in->bits <<= length;
    in->count -= (int)length;
    return value;
}

static int is_spent(const struct reader *in)
{
    return in->ghosts > in->count;
}

static struct jpeg_place place_of(const struct reader *in)
{
    int left = in->count > in->ghosts ? in->count - in->ghosts : 0;
    size_t offset = in->at;
    for (int i = 0; i < (left + 7) / 8; i++) /* a 0 behind a 0xFF is always a stuffed one */
        offset -= offset >= 2 && !in->data[offset - 1] && in->data[offset - 2] == 0xFF ? 2 : 1;
    return (struct jpeg_place){offset, (unsigned)(-left & 7)};
}

static void go_to(struct reader *in, struct jpeg_place place)
{
    in->at = place.offset < in->size ? place.offset : in->size;
    in->bits = 0;
    in->count = in->ghosts = 0;
    *in = refilled_slowly(*in);
    if (place.bit)
        take(in, place.bit & 7);
}

/* Read no further than to an offset. */
static void limit_to(struct reader *in, size_t limit)
{
    struct jpeg_place place = place_of(in);
    if (limit < in->size)
        in->size = limit;
    go_to(in, place);
}

/* Where the byte that a place cuts in two ends. */
static size_t behind(const uint8_t *data, size_t size, struct jpeg_place place)
{
    if (!place.bit || place.offset >= size)
        return place.offset;
    size_t width = data[place.offset] == 0xFF ? 2 : 1;
    return width < size - place.offset ? place.offset + width : size;
}

static size_t find_marker(const uint8_t *data, size_t size, size_t at)
{
    while (at < size) {
        const uint8_t *found = memchr(data + at, 0xFF, size - at);
        at = found ? (size_t)(found - data) : size;
        if (size - at < 2)
            return size;
        if (data[at + 1] != 0 && data[at + 1] != 0xFF)
            return at;
        at += data[at + 1] ? 1 : 2;
    }
    return size;
}

/* ---- Symbols [F.2.2.3] ---- */

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

/* Decode a block; coefficients in zig-zag order [F.2.2]. */
static enum jpeg_status decode_block(struct reader *in, const struct jpeg_table *dc,
                                     const struct jpeg_table *ac, int32_t *prediction,
                                     int16_t block[JPEG_BLOCK])
{
    memset(block, 0, JPEG_BLOCK * sizeof *block);
    refill(in);
    if (decode_dc(in, dc, prediction))
        return JPEG_BAD_CODE;
    block[0] = (int16_t)*prediction;
    for (unsigned k = 1; k < JPEG_BLOCK; k++) {
        if (in->count < 32)
            refill(in);
        int symbol = decode(in, ac);
        if (symbol < 0)
            return JPEG_BAD_CODE;
        unsigned bits = (unsigned)symbol & 15;
        k += (unsigned)symbol >> 4;
        if (!bits) {
            if (symbol != ZERO_RUN)
                break;
            continue;
        }
        if (k >= JPEG_BLOCK)
            return JPEG_BAD_CODE;
        block[k] = (int16_t)extend(take(in, bits), bits);
    }
    return is_spent(in) ? JPEG_CUT_SHORT : JPEG_OK;
}

/* What the bits at the start of a block tell at one look: the DC difference, and the coefficients behind
 * it, as `fill_skip` has them; difference << 16 | end << 15 | coefficients << 8 | bits; 0 for none. */
struct starts {
    uint32_t of[1 << JPEG_STRIDE];
};

static void fill_starts(struct starts *starts, const struct jpeg_table *dc, const struct jpeg_table *ac)
{
    for (unsigned start = 0; start < 1u << JPEG_STRIDE; start++) {
        unsigned entry = dc->look[start >> (JPEG_STRIDE - JPEG_LOOK)];
        unsigned length = entry >> 8, bits = entry & 255, used = length + bits;
        starts->of[start] = 0;
        if (!entry || used > JPEG_STRIDE)
            continue;
        unsigned value = start >> (JPEG_STRIDE - used) & ((1u << bits) - 1);
        uint32_t rest = ac->skip[(start << used) & ((1u << JPEG_STRIDE) - 1)];
        if (used + (rest & 255) > JPEG_STRIDE || (rest >> 8 & 255) >= JPEG_BLOCK - 1)
            rest = 0; /* some of its bits are not of this start */
        starts->of[start] = (uint32_t)(bits ? extend(value, bits) : 0) << 16 | (rest >> 16) << 15 |
                            (rest >> 8 & 255) << 8 | (used + (rest & 255));
    }
}

/* Walk over a block. */
static inline enum jpeg_status skip_block(struct reader *in, const struct starts *starts,
                                          const struct jpeg_table *dc, const struct jpeg_table *ac,
                                          int32_t *prediction)
{
    if (in->count < 32)
        refill(in);
    unsigned k = 1;
    uint32_t start = starts ? starts->of[in->bits >> (64 - JPEG_STRIDE)] : 0;
    if (start) {
        take(in, start & 255);
        *prediction += (int16_t)(start >> 16);
        if (*prediction < -DC_LIMIT || *prediction > DC_LIMIT)
            return JPEG_BAD_CODE;
        k = start >> 15 & 1 ? JPEG_BLOCK : 1 + (start >> 8 & 127);
    } else if (decode_dc(in, dc, prediction))
        return JPEG_BAD_CODE;
    while (k < JPEG_BLOCK) {
        if (in->count < 32)
            refill(in);
        uint32_t entry = ac->skip[in->bits >> (64 - JPEG_STRIDE)];
        unsigned next = k + (entry >> 8 & 255);
        if (entry && next < JPEG_BLOCK) { /* else the last symbols may be of the next block */
            take(in, entry & 255);
            if (entry >> 16)
                break;
            k = next;
            continue;
        }
        int symbol = decode(in, ac);
        if (symbol < 0)
            return JPEG_BAD_CODE;
        if (symbol & 15)
            take(in, (unsigned)symbol & 15);
        else if (symbol != ZERO_RUN)
            break;
        k += ((unsigned)symbol >> 4) + 1;
        if (k > JPEG_BLOCK && symbol & 15)
            return JPEG_BAD_CODE;
    }
    return is_spent(in) ? JPEG_CUT_SHORT : JPEG_OK;
}

/* ---- Walking over MCUs [A.2] ---- */

struct walk {
    const struct jpeg_scan *scan;
    const struct starts *starts[JPEG_COMPONENTS]; /* for long walks; or NULL */
    struct reader in;
    int32_t predictions[JPEG_COMPONENTS];
    size_t mcu;
};

static size_t mcus(const struct jpeg_scan *scan)
{
    return (size_t)scan->across * scan->down;
}

static void walk_from(struct walk *walk, const struct jpeg_scan *scan, struct jpeg_place place,
                      const int32_t predictions[], size_t mcu)
{
    memset(walk, 0, sizeof *walk);
    walk->scan = scan;
    walk->in.data = scan->data;
    walk->in.size = scan->size;
    walk->mcu = mcu;
    if (predictions)
        memcpy(walk->predictions, predictions, sizeof walk->predictions);
    go_to(&walk->in, place);
}

/* Make a walk faster by tables of its own; components that share their tables share them too. */
static void look_far(struct walk *walk, struct starts starts[JPEG_COMPONENTS])
{
    const struct jpeg_component *parts = walk->scan->components;
    for (unsigned c = 0; c < walk->scan->count; c++) {
        unsigned same = 0;
        while (parts[same].dc != parts[c].dc || parts[same].ac != parts[c].ac)
            same++;
        if (same == c)
            fill_starts(&starts[c], &walk->scan->tables[parts[c].dc],
                        &walk->scan->tables[4 + parts[c].ac]);
        walk->starts[c] = &starts[same];
    }
}

static int is_in_box(const struct jpeg_scan *scan, size_t mcu)
{
    size_t x = mcu % scan->across, y = mcu / scan->across;
    return x >= scan->left && x < scan->right && y >= scan->top && y < scan->bottom;
}

static int is_before_restart(const struct walk *walk)
{
    unsigned interval = walk->scan->interval;
    return interval && walk->mcu && walk->mcu % interval == 0 && walk->mcu < mcus(walk->scan);
}

/* Pass the restart marker that stands before this MCU: it begins behind the byte in which the data
 * ends, and predictions begin anew [E.2.4]. */
static enum jpeg_status pass_restart(struct walk *walk)
{
    const struct jpeg_scan *scan = walk->scan;
    struct reader *in = &walk->in;
    size_t at = find_marker(scan->data, scan->size, behind(scan->data, scan->size, place_of(in)));
    unsigned number = (unsigned)(walk->mcu / scan->interval - 1) & 7;
    go_to(in, (struct jpeg_place){at, 0});
    if (scan->size - at < 2 || scan->data[at + 1] != RST0 + number)
        return JPEG_NO_RESTART;
    go_to(in, (struct jpeg_place){at + 2, 0});
    memset(walk->predictions, 0, sizeof walk->predictions);
    return JPEG_OK;
}

static enum jpeg_status skip_mcu(struct walk *walk)
{
    const struct jpeg_scan *scan = walk->scan;
    struct reader in = walk->in;
    enum jpeg_status status = JPEG_OK;
    for (unsigned c = 0; !status && c < scan->count; c++) {
        const struct jpeg_component *part = &scan->components[c];
        const struct jpeg_table *dc = &scan->tables[part->dc], *ac = &scan->tables[4 + part->ac];
        int32_t prediction = walk->predictions[c];
        for (unsigned i = 0; !status && i < part->across * part->down; i++)
            status = skip_block(&in, walk->starts[c], dc, ac, &prediction);
        walk->predictions[c] = prediction;
    }
    walk->in = in;
    return status;
}

/* Go to an MCU; whole restart intervals are passed by their markers. */
static enum jpeg_status walk_to(struct walk *walk, size_t target)
{
    const struct jpeg_scan *scan = walk->scan;
    enum jpeg_status status = JPEG_OK;
    while (!status && walk->mcu < target) {
        size_t ahead = scan->interval ? scan->interval - walk->mcu % scan->interval : target;
        if (scan->interval && ahead <= target - walk->mcu && walk->mcu + ahead < mcus(scan)) {
            go_to(&walk->in, (struct jpeg_place){find_marker(scan->data, scan->size, walk->in.at), 0});
            walk->mcu += ahead;
        } else {
            status = skip_mcu(walk);
            walk->mcu++;
        }
        if (!status && is_before_restart(walk))
            status = pass_restart(walk);
    }
    return status;
}

/* The first MCU of the box, and the one at which predictions agree again: behind the MCU that follows
 * the box, since every MCU has all components, or at the end of its restart interval. */
static size_t first_mcu(const struct jpeg_scan *scan)
{
    return (size_t)scan->top * scan->across + scan->left;
}

static size_t interval_end(const struct jpeg_scan *scan, size_t mcu)
{
    size_t total = mcus(scan);
    if (!scan->interval)
        return total;
    size_t end = (mcu / scan->interval + 1) * scan->interval;
    return end < total ? end : total;
}

static size_t last_mcu(const struct jpeg_scan *scan)
{
    return (size_t)(scan->bottom - 1) * scan->across + scan->right - 1;
}

static size_t stop_mcu(const struct jpeg_scan *scan)
{
    size_t end = interval_end(scan, last_mcu(scan));
    return last_mcu(scan) + 2 < end ? last_mcu(scan) + 2 : end;
}

/* How many MCUs follow one after the other outside the box, before a restart marker and `end`. */
static size_t run_outside(const struct jpeg_scan *scan, size_t mcu, size_t end)
{
    size_t x = mcu % scan->across, y = mcu / scan->across, stop = mcu;
    size_t limit = interval_end(scan, mcu) < end ? interval_end(scan, mcu) : end;
    if (y < scan->top || (y == scan->top && x < scan->left))
        stop = first_mcu(scan);
    else if (mcu > last_mcu(scan))
        stop = limit;
    else if (x < scan->left)
        stop = y * scan->across + scan->left;
    else if (x >= scan->right)
        stop = (y + 1) * scan->across + scan->left;
    return (stop < limit ? stop : limit) - mcu;
}

static enum jpeg_status skip_run(struct walk *walk, size_t run)
{
    enum jpeg_status status = JPEG_OK;
    for (; !status && run; run--, walk->mcu++)
        status = skip_mcu(walk);
    return status;
}

/* ---- Samples [A.3.3] ---- */

struct matrix {
    float at[8][8];
};

/* The transform and its inverse, which is its transpose. */
struct cosines {
    struct matrix forward, inverse;
};

static struct cosines cosines(void)
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

/* The samples of a block, less 128, not yet rounded or cut. */
static void to_samples(const struct cosines *cosine, const int16_t block[], const uint16_t quantiser[],
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

/* Where a block stands in the plane of its component. */
struct spot {
    size_t offset, stride;
};

static struct spot spot_of(const struct jpeg_scan *scan, unsigned c, size_t mcu, unsigned block)
{
    const struct jpeg_component *part = &scan->components[c];
    size_t x = mcu % scan->across - scan->left, y = mcu / scan->across - scan->top;
    size_t stride = (size_t)(scan->right - scan->left) * part->across * 8;
    size_t row = (y * part->down + block / part->across) * 8;
    return (struct spot){row * stride + (x * part->across + block % part->across) * 8, stride};
}

static void store(uint8_t *plane, struct spot spot, const struct matrix *samples)
{
    for (unsigned x = 0; x < 8; x++)
        for (unsigned y = 0; y < 8; y++)
            plane[spot.offset + x * spot.stride + y] =
                (uint8_t)(within(samples->at[x][y] + 128.0F, 0.0F, 255.0F) + 0.5F);
}

static int differs(const uint8_t *before, const uint8_t *after, struct spot spot)
{
    int found = 0;
    for (unsigned x = 0; x < 8 && !found; x++)
        found = memcmp(before + spot.offset + x * spot.stride, after + spot.offset + x * spot.stride, 8);
    return found;
}

/* Move coefficients by what the samples have changed: those that stay take no part, so that they are
 * coded as exactly as they were [A.3.4]. */
static void move_block(const struct cosines *cosine, const uint16_t quantiser[], const uint8_t *before,
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

/* ---- Reading the box ---- */

static enum jpeg_status read_mcu(struct walk *walk, const struct cosines *cosine,
                                 uint8_t *const planes[])
{
    const struct jpeg_scan *scan = walk->scan;
    for (unsigned c = 0; c < scan->count; c++) {
        const struct jpeg_component *part = &scan->components[c];
        const struct jpeg_table *dc = &scan->tables[part->dc], *ac = &scan->tables[4 + part->ac];
        for (unsigned i = 0; i < part->across * part->down; i++) {
            int16_t block[JPEG_BLOCK];
            struct matrix samples;
            enum jpeg_status status = decode_block(&walk->in, dc, ac, &walk->predictions[c], block);
            if (status)
                return status;
            to_samples(cosine, block, part->quantiser, &samples);
            store(planes[c], spot_of(scan, c, walk->mcu, i), &samples);
        }
    }
    return JPEG_OK;
}

enum jpeg_status jpeg_read(const struct jpeg_scan *scan, uint8_t *const planes[],
                           struct jpeg_cursor *cursor, size_t *at)
{
    struct cosines cosine = cosines();
    size_t stop = stop_mcu(scan), last = last_mcu(scan), end = interval_end(scan, last);
    struct starts starts[JPEG_COMPONENTS];
    struct walk walk;
    walk_from(&walk, scan, (struct jpeg_place){0, 0}, NULL, 0);
    look_far(&walk, starts);
    enum jpeg_status status = walk_to(&walk, first_mcu(scan));
    cursor->start = place_of(&walk.in);
    memcpy(cursor->predictions, walk.predictions, sizeof cursor->predictions);
    while (!status && walk.mcu <= last) {
        status = is_in_box(scan, walk.mcu) ? read_mcu(&walk, &cosine, planes) : skip_mcu(&walk);
        walk.mcu++;
        if (!status && walk.mcu <= last && is_before_restart(&walk))
            status = pass_restart(&walk);
    }
    for (cursor->stop = place_of(&walk.in); !status && walk.mcu < end;) {
        status = skip_mcu(&walk);
        if (++walk.mcu == stop)
            cursor->stop = place_of(&walk.in);
    }
    cursor->end = place_of(&walk.in);
    *at = walk.in.at;
    return status;
}

/* ---- Writing bits [F.1.2] ---- */

struct writer {
    uint8_t *data;
    size_t size, room;
    uint64_t bits;  /* the last ones, at the bottom */
    unsigned count; /* of those not yet in `data`, below 8 */
};

static enum jpeg_status make_room(struct writer *out, size_t more)
{
    if (out->room - out->size >= more)
        return JPEG_OK;
    size_t room = out->room + out->room / 2 + more;
    uint8_t *data = realloc(out->data, room);
    if (!data)
        return JPEG_NO_MEMORY;
    out->data = data;
    out->room = room;
    return JPEG_OK;
}

static inline void put(struct writer *out, unsigned value, unsigned length) /* up to 32 */
{
    out->bits = out->bits << length | value;
    for (out->count += length; out->count >= 8; out->count -= 8) {
        uint8_t byte = (uint8_t)(out->bits >> (out->count - 8));
        out->data[out->size++] = byte;
        if (byte == 0xFF)
            out->data[out->size++] = 0; /* [F.1.2.3] */
    }
}

static void pad(struct writer *out) /* with ones [F.1.2.3] */
{
    if (out->count)
        put(out, (1u << (8 - out->count)) - 1, 8 - out->count);
}

static enum jpeg_status put_bytes(struct writer *out, const uint8_t *data, size_t size)
{
    if (make_room(out, size))
        return JPEG_NO_MEMORY;
    if (size)
        memcpy(out->data + out->size, data, size);
    out->size += size;
    return JPEG_OK;
}

static unsigned bit_length(int value)
{
    unsigned rest = (unsigned)(value < 0 ? -value : value), bits = 0;
    while (rest >> bits)
        bits++;
    return bits;
}

/* ---- Replacing blocks ---- */

struct splice {
    struct walk walk;
    const struct jpeg_table *coded;
    const uint8_t *const *before, *const *after;
    struct cosines cosine;
    int32_t predictions[JPEG_COMPONENTS]; /* of what is written */
    struct writer out;
    struct jpeg_patch *patch;
    size_t block_room;
    int lacking;
};

static void put_symbol(struct splice *it, unsigned table, unsigned symbol)
{
    const struct jpeg_table *coded = &it->coded[table];
    if (coded->size[symbol])
        put(&it->out, coded->code[symbol], coded->size[symbol]);
    else
        it->lacking = it->patch->missing[table][symbol] = 1;
}

static void put_value(struct splice *it, int value, unsigned bits) /* [F.1.2.1.1] */
{
    if (bits)
        put(&it->out, (unsigned)(value < 0 ? value + (1 << bits) - 1 : value), bits);
}

static void put_dc(struct splice *it, unsigned c, int value)
{
    int difference = value - it->predictions[c];
    unsigned bits = bit_length(difference);
    it->predictions[c] = value;
    put_symbol(it, it->walk.scan->components[c].dc, bits);
    put_value(it, difference, bits);
}

static void put_block(struct splice *it, unsigned c, const int16_t block[JPEG_BLOCK]) /* [F.1.2.2] */
{
    unsigned table = 4 + it->walk.scan->components[c].ac, run = 0;
    put_dc(it, c, block[0]);
    for (unsigned k = 1; k < JPEG_BLOCK; k++) {
        if (!block[k]) {
            run++;
            continue;
        }
        for (; run > 15; run -= 16)
            put_symbol(it, table, ZERO_RUN);
        unsigned bits = bit_length(block[k]);
        put_symbol(it, table, run << 4 | bits);
        put_value(it, block[k], bits);
        run = 0;
    }
    if (run)
        put_symbol(it, table, END_OF_BLOCK);
}

/* Write a block with the symbols that it has; only the DC difference may be another. */
static enum jpeg_status copy_block(struct splice *it, unsigned c)
{
    const struct jpeg_component *part = &it->walk.scan->components[c];
    const struct jpeg_table *tables = it->walk.scan->tables, *ac = &tables[4 + part->ac];
    struct reader *in = &it->walk.in;
    refill(in);
    if (decode_dc(in, &tables[part->dc], &it->walk.predictions[c]))
        return JPEG_BAD_CODE;
    put_dc(it, c, it->walk.predictions[c]);
    for (unsigned k = 1; k < JPEG_BLOCK; k++) {
        if (in->count < 32)
            refill(in);
        int symbol = decode(in, ac);
        if (symbol < 0)
            return JPEG_BAD_CODE;
        unsigned bits = (unsigned)symbol & 15;
        put_symbol(it, 4 + part->ac, (unsigned)symbol);
        if (bits)
            put(&it->out, take(in, bits), bits);
        else if (symbol != ZERO_RUN)
            break;
        k += (unsigned)symbol >> 4;
        if (k >= JPEG_BLOCK && bits)
            return JPEG_BAD_CODE;
    }
    return is_spent(in) ? JPEG_CUT_SHORT : JPEG_OK;
}

static enum jpeg_status keep_block(struct splice *it, const int16_t block[JPEG_BLOCK])
{
    struct jpeg_patch *patch = it->patch;
    if (patch->block_count == it->block_room) {
        size_t room = it->block_room * 2 + 256;
        int16_t *blocks = realloc(patch->blocks, room * JPEG_BLOCK * sizeof *blocks);
        if (!blocks)
            return JPEG_NO_MEMORY;
        patch->blocks = blocks;
        it->block_room = room;
    }
    memcpy(patch->blocks + patch->block_count++ * JPEG_BLOCK, block, JPEG_BLOCK * sizeof *block);
    return JPEG_OK;
}

static enum jpeg_status change_block(struct splice *it, unsigned c, struct spot spot)
{
    const struct jpeg_component *part = &it->walk.scan->components[c];
    const struct jpeg_table *tables = it->walk.scan->tables;
    int16_t block[JPEG_BLOCK];
    enum jpeg_status status = decode_block(&it->walk.in, &tables[part->dc], &tables[4 + part->ac],
                                           &it->walk.predictions[c], block);
    if (status)
        return status;
    move_block(&it->cosine, part->quantiser, it->before[c], it->after[c], spot, block);
    put_block(it, c, block);
    return keep_block(it, block);
}

static enum jpeg_status splice_mcu(struct splice *it)
{
    const struct jpeg_scan *scan = it->walk.scan;
    int inside = is_in_box(scan, it->walk.mcu);
    for (unsigned c = 0; c < scan->count; c++)
        for (unsigned i = 0; i < scan->components[c].across * scan->components[c].down; i++) {
            struct spot spot = {0, 0};
            enum jpeg_status status = make_room(&it->out, ROOM);
            if (inside)
                spot = spot_of(scan, c, it->walk.mcu, i);
            if (!status && inside && differs(it->before[c], it->after[c], spot))
                status = change_block(it, c, spot);
            else if (!status)
                status = copy_block(it, c);
            if (status)
                return status;
        }
    return JPEG_OK;
}

/* End an interval as it ended before: padding, then its own marker [E.1.4]. */
static enum jpeg_status splice_restart(struct splice *it)
{
    const struct jpeg_scan *scan = it->walk.scan;
    size_t from = behind(scan->data, scan->size, place_of(&it->walk.in));
    enum jpeg_status status = pass_restart(&it->walk);
    if (status)
        return status;
    pad(&it->out);
    memset(it->predictions, 0, sizeof it->predictions);
    return put_bytes(&it->out, scan->data + from, place_of(&it->walk.in).offset - from);
}

/* How many bits can be taken now from a reader whose last byte has `rest` bits too many. */
static unsigned ready(struct reader *in, unsigned rest)
{
    refill(in);
    int left = in->count - in->ghosts - (in->at >= in->size ? (int)rest : 0);
    return left < 0 ? 0 : left > 32 ? 32 : (unsigned)left;
}

/* Put the bits from one place to another behind what was written; no marker stands between them. */
static enum jpeg_status copy_bits(struct splice *it, struct jpeg_place from, struct jpeg_place to)
{
    const struct jpeg_scan *scan = it->walk.scan;
    struct reader in = {.data = scan->data, .size = behind(scan->data, scan->size, to)};
    if (make_room(&it->out, 2 * (in.size - from.offset) + ROOM))
        return JPEG_NO_MEMORY;
    go_to(&in, from);
    for (unsigned length; (length = ready(&in, (8 - to.bit) & 7));)
        put(&it->out, take(&in, length), length);
    return JPEG_OK;
}

/* Join what was written to what follows: at once where both stand at the same bit of a byte, else by
 * moving the bits up to the next marker. */
static enum jpeg_status join(struct splice *it, const struct jpeg_cursor *cursor)
{
    const struct jpeg_scan *scan = it->walk.scan;
    struct jpeg_place stop = cursor->stop;
    enum jpeg_status status = make_room(&it->out, ROOM);
    if (!status && it->out.count == stop.bit) {
        it->patch->to = behind(scan->data, scan->size, stop);
        if (stop.bit)
            put(&it->out, scan->data[stop.offset] & ((1u << (8 - stop.bit)) - 1), 8 - stop.bit);
        return JPEG_OK;
    }
    it->patch->to = behind(scan->data, scan->size, cursor->end);
    it->patch->moved = 1;
    if (!status)
        status = copy_bits(it, stop, cursor->end);
    if (!status)
        pad(&it->out);
    return status;
}

/* Whether tables write every symbol as it is read, so that what is not touched need not be moved. */
static int is_same_code(const struct jpeg_table *read, const struct jpeg_table *coded)
{
    for (unsigned t = 0; t < JPEG_TABLES; t++)
        for (unsigned s = 0; s < 256; s++)
            if (read[t].size[s] &&
                (read[t].size[s] != coded[t].size[s] || read[t].code[s] != coded[t].code[s]))
                return 0;
    return 1;
}

/* Whether the next blocks outside the box can be copied as they stand. */
static int agree(const struct splice *it)
{
    return !it->patch->whole &&
           !memcmp(it->predictions, it->walk.predictions, sizeof it->predictions);
}

static enum jpeg_status copy_run(struct splice *it, size_t run)
{
    struct jpeg_place from = place_of(&it->walk.in);
    enum jpeg_status status = skip_run(&it->walk, run);
    memcpy(it->predictions, it->walk.predictions, sizeof it->predictions);
    return status ? status : copy_bits(it, from, place_of(&it->walk.in));
}

static enum jpeg_status splice_all(struct splice *it, const struct jpeg_cursor *cursor)
{
    const struct jpeg_scan *scan = it->walk.scan;
    size_t end = it->patch->whole ? mcus(scan) : stop_mcu(scan);
    enum jpeg_status status = make_room(&it->out, ROOM);
    struct jpeg_place start = it->patch->whole ? (struct jpeg_place){0, 0} : cursor->start;
    it->patch->from = start.offset;
    if (start.bit)
        put(&it->out, scan->data[start.offset] >> (8 - start.bit), start.bit);
    while (!status && it->walk.mcu < end) {
        size_t run = agree(it) ? run_outside(scan, it->walk.mcu, end) : 0;
        if (run) {
            status = copy_run(it, run);
        } else {
            status = splice_mcu(it);
            it->walk.mcu++;
        }
        if (!status && it->walk.mcu < end && is_before_restart(&it->walk))
            status = splice_restart(it);
    }
    if (status || !it->patch->whole)
        return status ? status : join(it, cursor);
    it->patch->to = behind(scan->data, scan->size, place_of(&it->walk.in));
    pad(&it->out);
    return JPEG_OK;
}

static int is_inside(const struct jpeg_scan *scan, const struct jpeg_cursor *cursor)
{
    return cursor->start.offset <= cursor->stop.offset && cursor->stop.offset <= cursor->end.offset &&
           cursor->end.offset <= scan->size && cursor->start.bit < 8 && cursor->stop.bit < 8 &&
           cursor->end.bit < 8 && (!cursor->start.bit || cursor->start.offset < scan->size) &&
           (!cursor->stop.bit || cursor->stop.offset < scan->size);
}

enum jpeg_status jpeg_splice(const struct jpeg_scan *scan, const struct jpeg_table *coded,
                             const struct jpeg_cursor *cursor, const uint8_t *const before[],
                             const uint8_t *const after[], struct jpeg_patch *patch, size_t *at)
{
    struct splice it = {.coded = coded, .before = before, .after = after, .patch = patch};
    memset(patch, 0, sizeof *patch);
    if (!is_inside(scan, cursor))
        return JPEG_BAD_CODE;
    it.cosine = cosines();
    patch->whole = !is_same_code(scan->tables, coded);
    if (patch->whole)
        walk_from(&it.walk, scan, (struct jpeg_place){0, 0}, NULL, 0);
    else
        walk_from(&it.walk, scan, cursor->start, cursor->predictions, first_mcu(scan));
    memcpy(it.predictions, it.walk.predictions, sizeof it.predictions);
    enum jpeg_status status = splice_all(&it, cursor);
    patch->data = it.out.data;
    patch->size = it.out.size;
    *at = it.walk.in.at;
    return status ? status : it.lacking ? JPEG_NO_CODE : JPEG_OK;
}

/* ---- Proving ---- */

struct proof {
    struct walk old, new;
    const uint8_t *const *before, *const *after;
    const struct jpeg_patch *patch;
    size_t seen; /* changed blocks */
};

static enum jpeg_status prove_mcu(struct proof *it)
{
    const struct jpeg_scan *scan = it->old.scan, *made = it->new.scan;
    int inside = is_in_box(scan, it->old.mcu);
    for (unsigned c = 0; c < scan->count; c++) {
        const struct jpeg_component *part = &scan->components[c];
        for (unsigned i = 0; i < part->across * part->down; i++) {
            int16_t old[JPEG_BLOCK], new[JPEG_BLOCK];
            const int16_t *meant = old;
            enum jpeg_status status = decode_block(&it->old.in, &scan->tables[part->dc],
                &scan->tables[4 + part->ac], &it->old.predictions[c], old);
            if (!status)
                status = decode_block(&it->new.in, &made->tables[part->dc],
                    &made->tables[4 + part->ac], &it->new.predictions[c], new);
            if (inside && differs(it->before[c], it->after[c], spot_of(scan, c, it->old.mcu, i))) {
                if (it->seen == it->patch->block_count)
                    return JPEG_NOT_PROVED;
                meant = it->patch->blocks + it->seen++ * JPEG_BLOCK;
            }
            if (status || memcmp(new, meant, sizeof new))
                return JPEG_NOT_PROVED;
        }
    }
    return JPEG_OK;
}

/* From here to a place of the old data, both hold the same bits. */
static enum jpeg_status prove_bits(struct reader *old, struct reader *new, struct jpeg_place end)
{
    struct reader part = *old;
    unsigned rest = (8 - end.bit) & 7, length;
    limit_to(&part, behind(part.data, part.size, end));
    while ((length = ready(&part, rest))) {
        unsigned other = ready(new, 0);
        length = length < other ? length : other;
        if (!length || take(&part, length) != take(new, length))
            return JPEG_NOT_PROVED;
    }
    return JPEG_OK;
}

static enum jpeg_status prove_run(struct proof *it, size_t run)
{
    struct reader old = it->old.in;
    if (skip_run(&it->old, run))
        return JPEG_NOT_PROVED;
    memcpy(it->new.predictions, it->old.predictions, sizeof it->new.predictions);
    return prove_bits(&old, &it->new.in, place_of(&it->old.in));
}

/* The byte in which data ends is filled up with ones. */
static int is_padded(const struct reader *new)
{
    struct reader rest = *new;
    unsigned left = (8 - place_of(new).bit) & 7;
    refill(&rest);
    return !left || take(&rest, left) == (1u << left) - 1;
}

/* Behind that byte both have the same up to the same restart marker. */
static enum jpeg_status prove_restart(struct proof *it)
{
    struct reader *old = &it->old.in, *new = &it->new.in;
    size_t from = behind(old->data, old->size, place_of(old));
    size_t start = behind(new->data, new->size, place_of(new));
    if (!is_padded(new) || pass_restart(&it->old) || pass_restart(&it->new))
        return JPEG_NOT_PROVED;
    size_t length = place_of(old).offset - from;
    int same = place_of(new).offset - start == length &&
               !memcmp(old->data + from, new->data + start, length);
    return same ? JPEG_OK : JPEG_NOT_PROVED;
}

/* Behind the last block that can differ, both hold the same bits up to where the patch ends. */
static enum jpeg_status prove_rest(struct proof *it, struct jpeg_place end)
{
    struct reader *new = &it->new.in;
    if (prove_bits(&it->old.in, new, end) || !is_padded(new) || ready(new, 0) > 7)
        return JPEG_NOT_PROVED;
    return JPEG_OK;
}

enum jpeg_status jpeg_prove(const struct jpeg_scan *scan, const struct jpeg_table *coded,
                            const struct jpeg_cursor *cursor, const uint8_t *const before[],
                            const uint8_t *const after[], const struct jpeg_patch *patch, size_t *at)
{
    struct jpeg_scan made = *scan;
    struct proof it = {.before = before, .after = after, .patch = patch};
    struct jpeg_place begin = {0, patch->whole ? 0 : cursor->start.bit};
    const int32_t *predictions = patch->whole ? NULL : cursor->predictions;
    size_t first = patch->whole ? 0 : first_mcu(scan);
    size_t end = patch->whole ? mcus(scan) : stop_mcu(scan);
    enum jpeg_status status = JPEG_OK;
    made.data = patch->data;
    made.size = patch->size;
    made.tables = coded;
    if (begin.bit && (!patch->size || (patch->data[0] ^ scan->data[patch->from]) >> (8 - begin.bit)))
        return JPEG_NOT_PROVED; /* what stands before the box in its first byte */
    walk_from(&it.old, scan, (struct jpeg_place){patch->from, begin.bit}, predictions, first);
    walk_from(&it.new, &made, begin, predictions, first);
    while (!status && it.old.mcu < end) {
        int agree = !patch->whole &&
                    !memcmp(it.old.predictions, it.new.predictions, sizeof it.old.predictions);
        size_t run = agree ? run_outside(scan, it.old.mcu, end) : 0;
        status = run ? prove_run(&it, run) : prove_mcu(&it);
        it.old.mcu += !run;
        it.new.mcu = it.old.mcu;
        if (!status && it.old.mcu < end && is_before_restart(&it.old))
            status = prove_restart(&it);
    }
    if (!status && it.seen != patch->block_count)
        status = JPEG_NOT_PROVED;
    *at = it.new.in.at;
    if (status || patch->whole)
        return status || is_padded(&it.new.in) ? status : JPEG_NOT_PROVED;
    return prove_rest(&it, patch->moved ? cursor->end : (struct jpeg_place){patch->to, 0});
}
