/* See jpeg.h and jpeg_bits.h. Clauses in brackets are those of ITU-T T.81. */
#include "jpeg_bits.h"

#include <string.h>

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

/* ---- Bits and places ---- */

struct reader refilled_slowly(struct reader in)
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

struct jpeg_place place_of(const struct reader *in)
{
    int left = in->count > in->ghosts ? in->count - in->ghosts : 0;
    size_t offset = in->at;
    for (int i = 0; i < (left + 7) / 8; i++) /* a 0 behind a 0xFF is always a stuffed one */
        offset -= offset >= 2 && !in->data[offset - 1] && in->data[offset - 2] == 0xFF ? 2 : 1;
    return (struct jpeg_place){offset, (unsigned)(-left & 7)};
}

void go_to(struct reader *in, struct jpeg_place place)
{
    in->at = place.offset < in->size ? place.offset : in->size;
    in->bits = 0;
    in->count = in->ghosts = 0;
    *in = refilled_slowly(*in);
    if (place.bit)
        take(in, place.bit & 7);
}

void limit_to(struct reader *in, size_t limit)
{
    struct jpeg_place place = place_of(in);
    if (limit < in->size)
        in->size = limit;
    go_to(in, place);
}

size_t behind(const uint8_t *data, size_t size, struct jpeg_place place)
{
    if (!place.bit || place.offset >= size)
        return place.offset;
    size_t width = data[place.offset] == 0xFF ? 2 : 1;
    return width < size - place.offset ? place.offset + width : size;
}

size_t find_marker(const uint8_t *data, size_t size, size_t at)
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

enum jpeg_status decode_block(struct reader *in, const struct jpeg_table *dc,
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
