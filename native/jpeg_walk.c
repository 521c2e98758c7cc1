/* See jpeg_walk.h. Clauses in brackets are those of ITU-T T.81. */
#include "jpeg_walk.h"

#include <string.h>

enum { RST0 = 0xD0 };

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

size_t mcus(const struct jpeg_scan *scan)
{
    return (size_t)scan->across * scan->down;
}

void walk_from(struct walk *walk, const struct jpeg_scan *scan, struct jpeg_place place,
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

void look_far(struct walk *walk, struct starts starts[JPEG_COMPONENTS])
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

int is_in_box(const struct jpeg_scan *scan, size_t mcu)
{
    size_t x = mcu % scan->across, y = mcu / scan->across;
    return x >= scan->left && x < scan->right && y >= scan->top && y < scan->bottom;
}

int is_before_restart(const struct walk *walk)
{
    unsigned interval = walk->scan->interval;
    return interval && walk->mcu && walk->mcu % interval == 0 && walk->mcu < mcus(walk->scan);
}

enum jpeg_status pass_restart(struct walk *walk)
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

enum jpeg_status skip_mcu(struct walk *walk)
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

enum jpeg_status walk_to(struct walk *walk, size_t target)
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

size_t first_mcu(const struct jpeg_scan *scan)
{
    return (size_t)scan->top * scan->across + scan->left;
}

size_t interval_end(const struct jpeg_scan *scan, size_t mcu)
{
    size_t total = mcus(scan);
    if (!scan->interval)
        return total;
    size_t end = (mcu / scan->interval + 1) * scan->interval;
    return end < total ? end : total;
}

size_t last_mcu(const struct jpeg_scan *scan)
{
    return (size_t)(scan->bottom - 1) * scan->across + scan->right - 1;
}

size_t stop_mcu(const struct jpeg_scan *scan)
{
    size_t end = interval_end(scan, last_mcu(scan));
    return last_mcu(scan) + 2 < end ? last_mcu(scan) + 2 : end;
}

size_t run_outside(const struct jpeg_scan *scan, size_t mcu, size_t end)
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

enum jpeg_status skip_run(struct walk *walk, size_t run)
{
    enum jpeg_status status = JPEG_OK;
    for (; !status && run; run--, walk->mcu++)
        status = skip_mcu(walk);
    return status;
}
