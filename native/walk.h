/* Walking files whose structures say how long they are, by reading nothing but their headers.
 *
 * No walk takes more than so many steps at once, which takes some milliseconds: whoever calls goes on
 * from there, and the interpreter sees meanwhile whether somebody wants to stop it.
 */
#ifndef AILABEL_WALK_H
#define AILABEL_WALK_H

#include <stddef.h>
#include <stdint.h>

enum { WALK_STEPS = 1 << 16 };

struct png_row {
    char type[4];
    int64_t offset;
    uint32_t length;
};

struct png_walk {
    int fd;
    int64_t offset, size; /* where the next chunk begins, and how long the file is */
    size_t count, most;   /* chunks that were passed, and may be passed at all */
    int with_pixels;      /* whether IDAT and fdAT are among the rows */
    struct png_row *rows; /* to be freed by the caller */
    size_t used, room;
};

/* Walk chunks as long as they are whole and named, through IEND; 0, or -1 where memory is short. */
int png_walk(struct png_walk *walk);

/* Pass over whole Ogg pages that begin no stream; return where the next other bytes stand. */
int64_t ogg_skip(int fd, int64_t offset, int64_t size);

/* Pass over whole EBML elements of known size and one id, at most so many as `count` says; return
 * where the next other bytes stand, and in `count` how many were passed. */
int64_t ebml_skip(int fd, int64_t offset, int64_t size, uint32_t id, size_t *count);

struct jpeg_row {
    unsigned marker, length;
    size_t at;
};

/* Walk the segments whose heads lie in a block, through SOS; return how many rows were filled.
 * `left` is how much of the file stands from the block's beginning on. */
size_t jpeg_header(const uint8_t *block, size_t size, int64_t left, struct jpeg_row *rows,
                   size_t room);

#endif
