/* Walking over the MCUs of a scan, for the files beside this one [T.81 A.2]. */
#ifndef AILABEL_JPEG_WALK_H
#define AILABEL_JPEG_WALK_H

#include "jpeg_bits.h"

/* What the bits at the start of a block tell at one look: the DC difference, and coefficients behind it,
 * as in `jpeg_table.skip`; difference << 16 | end << 15 | coefficients << 8 | bits; 0 for none. */
struct starts {
    uint32_t of[1 << JPEG_STRIDE];
};

struct walk {
    const struct jpeg_scan *scan;
    const struct starts *starts[JPEG_COMPONENTS]; /* for long walks; or NULL */
    struct reader in;
    int32_t predictions[JPEG_COMPONENTS];
    size_t mcu;
};

/* How many MCUs a scan has. */
size_t mcus(const struct jpeg_scan *scan);

/* Begin at an MCU whose place and predictions are known; NULL for none. */
void walk_from(struct walk *walk, const struct jpeg_scan *scan, struct jpeg_place place,
               const int32_t predictions[], size_t mcu);

/* Make a walk faster by tables of its own; components that share their tables share them too. */
void look_far(struct walk *walk, struct starts starts[JPEG_COMPONENTS]);

int is_in_box(const struct jpeg_scan *scan, size_t mcu);

/* Whether a restart marker stands before the next MCU. */
int is_before_restart(const struct walk *walk);

/* Pass the restart marker that stands before this MCU: it begins behind the byte in which the data
 * ends, and predictions begin anew [E.2.4]. */
enum jpeg_status pass_restart(struct walk *walk);

/* Walk over the blocks of an MCU. */
enum jpeg_status skip_mcu(struct walk *walk);

/* Go to an MCU; whole restart intervals are passed by their markers. */
enum jpeg_status walk_to(struct walk *walk, size_t target);

/* The first MCU of the box, and the one at which predictions agree again: behind the MCU that follows
 * the box, since every MCU has all components, or at the end of its restart interval. */
size_t first_mcu(const struct jpeg_scan *scan);

/* The MCU before which the next restart marker stands, or behind the last. */
size_t interval_end(const struct jpeg_scan *scan, size_t mcu);

size_t last_mcu(const struct jpeg_scan *scan);

size_t stop_mcu(const struct jpeg_scan *scan);

/* How many MCUs follow one after the other outside the box, before a restart marker and `end`. */
size_t run_outside(const struct jpeg_scan *scan, size_t mcu, size_t end);

/* Walk over MCUs without a restart marker between them. */
enum jpeg_status skip_run(struct walk *walk, size_t run);

#endif
