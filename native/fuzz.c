/* Damage scans and streams, and run the extension's code over them: see scripts/sanitize_run.py.
 *
 * A job is a file: a letter, numbers of four bytes each, tables, data; or a letter and a file that is
 * to be walked. It is run as it is, which must work, then damaged again and again, which may fail but
 * must not do anything else. Built with
 * -fsanitize=address,undefined, so that whatever goes wrong stops the program.
 */
#define _GNU_SOURCE 1 /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inflate.h"
#include "jpeg.h"
#include "walk.h"

enum { MOST = 1 << 22, MOST_BLOCKS = 4096 };

struct source {
    const uint8_t *data;
    size_t size, at;
};

static uint32_t number(struct source *in)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | (in->at < in->size ? in->data[in->at++] : 0);
    return value;
}

static const uint8_t *bytes(struct source *in, size_t count)
{
    const uint8_t *found = in->data + in->at;
    if (count > in->size - in->at)
        return NULL;
    in->at += count;
    return found;
}

static uint64_t state;

static uint32_t chance(uint32_t below) /* xorshift */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) % below;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

/* ---- JPEG ---- */

static int read_scan(struct source *in, struct jpeg_scan *scan, struct jpeg_table *tables)
{
    scan->across = number(in);
    scan->down = number(in);
    scan->interval = number(in);
    scan->count = number(in);
    scan->left = number(in);
    scan->top = number(in);
    scan->right = number(in);
    scan->bottom = number(in);
    if (!scan->across || !scan->down || scan->down > (1u << 30) / scan->across || scan->count < 1 ||
        scan->count > JPEG_COMPONENTS || scan->left >= scan->right || scan->right > scan->across ||
        scan->top >= scan->bottom || scan->bottom > scan->down)
        return 0;
    for (unsigned c = 0; c < scan->count; c++) {
        struct jpeg_component *part = &scan->components[c];
        part->across = number(in) % 5;
        part->down = number(in) % 5;
        part->dc = number(in) & 3;
        part->ac = number(in) & 3;
        for (unsigned k = 0; k < JPEG_BLOCK; k++)
            part->quantiser[k] = (uint16_t)(number(in) | 1);
        if (!part->across || !part->down ||
            (size_t)(scan->right - scan->left) * (scan->bottom - scan->top) > MOST_BLOCKS)
            return 0;
    }
    for (unsigned t = 0; t < JPEG_TABLES; t++) {
        uint32_t size = number(in);
        const uint8_t *body = bytes(in, size);
        if (!body || jpeg_table_make(&tables[t], body, size))
            return 0;
    }
    scan->tables = tables;
    scan->data = in->data + in->at;
    scan->size = in->size - in->at;
    return 1;
}

static size_t plane_size(const struct jpeg_scan *scan, unsigned c)
{
    const struct jpeg_component *part = &scan->components[c];
    return (size_t)part->across * part->down * JPEG_BLOCK * (scan->right - scan->left) *
           (scan->bottom - scan->top);
}

/* A patch that was damaged must be told from a good one, but for the last bits, which fill a byte. */
static void check_proof(const struct jpeg_scan *scan, const struct jpeg_cursor *cursor,
                        const uint8_t *const before[], const uint8_t *const after[],
                        struct jpeg_patch *patch)
{
    size_t at;
    if (jpeg_prove(scan, scan->tables, cursor, before, after, patch, &at))
        fail("a good patch was not proved");
    for (int i = 0; i < 8 && patch->size; i++) {
        size_t place = chance((uint32_t)patch->size);
        uint8_t bit = (uint8_t)(1u << chance(8));
        patch->data[place] ^= bit;
        if (!jpeg_prove(scan, scan->tables, cursor, before, after, patch, &at))
            fail("a damaged patch was proved");
        patch->data[place] ^= bit;
    }
}

static int run_jpeg(struct source in)
{
    static struct jpeg_table tables[JPEG_TABLES];
    struct jpeg_scan scan = {0};
    struct jpeg_cursor cursor;
    struct jpeg_patch patch;
    uint8_t *planes[JPEG_COMPONENTS] = {0}, *painted[JPEG_COMPONENTS] = {0};
    size_t at = 0;
    if (!read_scan(&in, &scan, tables))
        return 0;
    for (unsigned c = 0; c < scan.count; c++) {
        planes[c] = calloc(1, plane_size(&scan, c));
        painted[c] = malloc(plane_size(&scan, c));
    }
    int works = !jpeg_read(&scan, planes, &cursor, &at);
    if (works) {
        uint32_t kind = chance(3);
        for (unsigned c = 0; c < scan.count; c++)
            for (size_t i = 0; i < plane_size(&scan, c); i++)
                painted[c][i] = kind == 0 || i / 64 % 3 ? planes[c][i]
                                : kind == 1 ? (uint8_t)chance(256) : (uint8_t)(255 - planes[c][i] / 4);
        const uint8_t *const *before = (const uint8_t *const *)planes;
        const uint8_t *const *after = (const uint8_t *const *)painted;
        enum jpeg_status status = jpeg_splice(&scan, tables, &cursor, before, after, &patch, &at);
        if (!status)
            check_proof(&scan, &cursor, before, after, &patch);
        else if (status != JPEG_NO_CODE && status != JPEG_BAD_CODE)
            fail("a scan that was read was not spliced");
        free(patch.data);
        free(patch.blocks);
    }
    for (unsigned c = 0; c < scan.count; c++) {
        free(planes[c]);
        free(painted[c]);
    }
    return works;
}

/* ---- Deflate ---- */

static void check_cut(const struct inflate_job *job, const struct inflate_cut *cut)
{
    if (cut->header > cut->body || cut->body > cut->bit || cut->bit > 8 * job->size ||
        cut->end_bits > 15)
        fail("a cut stands where none can be");
}

static int run_inflate(struct source in)
{
    struct inflate_job job = {0};
    size_t at = 0;
    job.begin = number(&in);
    job.stride = 1 + number(&in) % 5000;
    job.room = number(&in) % MOST;
    job.first = number(&in);
    job.last = number(&in);
    if (job.first > job.last || job.last > job.room)
        return 0;
    job.data = in.data + in.at;
    job.size = in.size - in.at;
    int works = !inflate_between(&job, &at);
    if (works) {
        check_cut(&job, &job.before);
        if (job.start > job.first || (job.before.raw > 65536 && job.start > job.before.raw - 32768))
            fail("too much was forgotten");
        if (job.before.raw > job.first || job.end > job.size)
            fail("the first cut stands too late");
        if (!job.is_over) {
            check_cut(&job, &job.after);
            if (job.after.raw < job.last || job.after.raw > job.total)
                fail("the second cut stands too early");
        }
    }
    free(job.raw);
    return works;
}

/* ---- Walks ---- */

/* Pass over what begins at any of the first bytes, as nobody knows here where something begins. */
static int passes_over(int fd, int64_t size)
{
    int works = 0;
    for (int64_t at = 0; at < size && at < 1024; at++) {
        size_t most = 1 + chance(1000);
        int64_t pages = ogg_skip(fd, at, size);
        int64_t clusters = ebml_skip(fd, at, size, 0x1F43B675, &most);
        if (pages < at || pages > size || clusters < at || clusters > size)
            fail("a walk left the file");
        works |= pages > at || clusters > at;
    }
    return works;
}

static int run_walks(struct source in)
{
    const uint8_t *data = in.data + in.at;
    int64_t size = (int64_t)(in.size - in.at);
    struct jpeg_row rows[256];
    struct png_walk walk = {0};
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("walk", 0);
    if (ftruncate(fd, 0) || pwrite(fd, data, (size_t)size, 0) != size)
        fail("no memory for a file");
    walk.fd = fd;
    walk.offset = 8;
    walk.size = size;
    walk.most = 1 + chance(1000);
    walk.with_pixels = (int)chance(2);
    if (png_walk(&walk) || walk.used > walk.count || (walk.count && walk.offset > size))
        fail("a walk left the file");
    free(walk.rows);
    size_t head = size > 1024 ? 1024 : (size_t)size;
    size_t found = head > 2 ? jpeg_header(data + 2, head - 2, size - 2, rows, 256) : 0;
    for (size_t i = 0; i < found; i++)
        if ((int64_t)(rows[i].at + rows[i].length) > size - 2)
            fail("a segment left the file");
    return passes_over(fd, size) || walk.count || found;
}

/* ---- Damage ---- */

static int run(const uint8_t *data, size_t size)
{
    struct source in = {data, size, 1};
    if (size && data[0] == 'W')
        return run_walks(in);
    return size && data[0] == 'J' ? run_jpeg(in) : run_inflate(in);
}

static size_t damage(uint8_t *data, size_t size)
{
    for (uint32_t i = 1 + chance(6); i; i--)
        data[1 + chance((uint32_t)size - 1)] = chance(4) ? (uint8_t)chance(256) : 0xFF;
    return chance(8) ? size : 2 + chance((uint32_t)size - 2);
}

int main(int count, char **names)
{
    long rounds = count > 2 ? atol(names[1]) : 0;
    size_t good = 0, all = 0;
    for (int i = 2; i < count; i++) {
        FILE *file = fopen(names[i], "rb");
        uint8_t *data = malloc(MOST), *copy;
        size_t size = file && data ? fread(data, 1, MOST, file) : 0;
        if (file)
            fclose(file);
        state = UINT64_C(88172645463325252) + (uint64_t)i;
        if (size < 16 || (!run(data, size) && data[0] != 'W')) /* some hold nothing to walk */
            fail(names[i]);
        for (long k = 0; k < rounds; k++, all++) {
            copy = malloc(size); /* of its own size, so that a byte too far is noticed */
            memcpy(copy, data, size);
            size_t kept = damage(copy, size);
            uint8_t *exact = malloc(kept);
            memcpy(exact, copy, kept);
            good += (size_t)run(exact, kept);
            free(exact);
            free(copy);
        }
        free(data);
    }
    printf("%zu damaged inputs, %zu of them could still be read\n", all, good);
    return 0;
}
