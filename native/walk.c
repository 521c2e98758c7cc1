/* See walk.h. Whatever is out of the ordinary ends a walk and is left to Python, which has the words. */
#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64 /* pread beyond 2 GiB where a long has 32 bits */
#include "walk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PNG_HEAD = 8, PNG_FRAME = 12, OGG_HEAD = 27, OGG_MOST = OGG_HEAD + 255, OGG_FIRST = 2 };
enum { EBML_HEAD = 12 }; /* an id of four bytes, and the longest size */

static uint32_t big32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int is_name(const uint8_t *at)
{
    for (int i = 0; i < 4; i++) {
        uint8_t small = at[i] | 0x20;
        if (small < 'a' || small > 'z')
            return 0;
    }
    return 1;
}

static int has_pixels(const char *type)
{
    return !memcmp(type, "IDAT", 4) || !memcmp(type, "fdAT", 4);
}

static int png_keep(struct png_walk *walk, struct png_row row)
{
    if (walk->used == walk->room) {
        size_t room = walk->room ? 2 * walk->room : 64;
        struct png_row *rows = realloc(walk->rows, room * sizeof *rows);
        if (!rows)
            return -1;
        walk->rows = rows;
        walk->room = room;
    }
    walk->rows[walk->used++] = row;
    return 0;
}

int png_walk(struct png_walk *walk)
{
    uint8_t head[PNG_HEAD];
    struct png_row row = {"", 0, 0};
    size_t most = walk->most < WALK_STEPS ? walk->most : WALK_STEPS;
    while (walk->count < most && memcmp(row.type, "IEND", 4) &&
           pread(walk->fd, head, PNG_HEAD, walk->offset) == PNG_HEAD && is_name(head + 4)) {
        row.offset = walk->offset;
        row.length = big32(head);
        memcpy(row.type, head + 4, 4);
        if (walk->size - walk->offset < PNG_FRAME ||
            walk->size - walk->offset - PNG_FRAME < (int64_t)row.length)
            return 0;
        walk->offset += PNG_FRAME + (int64_t)row.length;
        walk->count++;
        if ((walk->with_pixels || !has_pixels(row.type)) && png_keep(walk, row))
            return -1;
    }
    return 0;
}

int64_t ogg_skip(int fd, int64_t offset, int64_t size)
{
    uint8_t head[OGG_MOST];
    for (unsigned steps = 0; steps < WALK_STEPS; steps++) {
        ssize_t got = pread(fd, head, OGG_MOST, offset);
        if (got < OGG_HEAD || memcmp(head, "OggS", 4) || head[4] || head[5] & OGG_FIRST ||
            got < OGG_HEAD + head[26])
            return offset;
        int64_t end = offset + OGG_HEAD + head[26];
        for (int i = 0; i < head[26]; i++)
            end += head[OGG_HEAD + i];
        if (end > size)
            return offset;
        offset = end;
    }
    return offset;
}

int64_t ebml_skip(int fd, int64_t offset, int64_t size, uint32_t id, size_t *count)
{
    uint8_t head[EBML_HEAD];
    size_t most = *count < WALK_STEPS ? *count : WALK_STEPS;
    for (*count = 0; *count < most; (*count)++) {
        if (pread(fd, head, EBML_HEAD, offset) != EBML_HEAD || big32(head) != id || !head[4])
            return offset;
        int width = 1;
        for (uint8_t first = head[4]; !(first & 0x80); first = (uint8_t)(first << 1))
            width++;
        uint64_t length = head[4] & (0xFFu >> width), unknown = ((uint64_t)1 << 7 * width) - 1;
        for (int i = 1; i < width; i++)
            length = length << 8 | head[4 + i];
        int64_t body = offset + 4 + width;
        if (length == unknown || body > size || length > (uint64_t)(size - body))
            return offset;
        offset = body + (int64_t)length;
    }
    return offset;
}

size_t jpeg_header(const uint8_t *block, size_t size, int64_t left, struct jpeg_row *rows,
                   size_t room)
{
    size_t count = 0, at = 0;
    unsigned marker = 0;
    while (count < room && marker != 0xDA && at + 4 <= size && block[at] == 0xFF) {
        unsigned length = 2 + ((unsigned)block[at + 2] << 8 | block[at + 3]);
        marker = block[at + 1];
        if (marker <= 0x01 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD9) || length < 4 ||
            (int64_t)(at + length) > left)
            return count;
        rows[count++] = (struct jpeg_row){marker, length, at};
        at += length;
    }
    return count;
}
