/* Proving what was spliced: see jpeg.h. */
#include "jpeg_block.h"
#include "jpeg_walk.h"

#include <string.h>

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
