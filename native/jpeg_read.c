/* Reading the samples under a box: see jpeg.h. */
#include "jpeg_block.h"
#include "jpeg_walk.h"

#include <string.h>

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
