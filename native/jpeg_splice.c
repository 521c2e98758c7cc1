/* Replacing blocks: see jpeg.h. Clauses in brackets are those of ITU-T T.81. */
#include "jpeg_block.h"
#include "jpeg_walk.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 1024, /* bytes that one block can take, stuffing and restart marker included */
    END_OF_BLOCK = 0x00,
};

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
