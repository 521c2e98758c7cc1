/* ailabel.codecs._native: the Python side of jpeg.h, inflate.h and filters.h; see module_walk.c, too.
 *
 * Arguments are checked here, files are checked there. A file that breaks its format raises ValueError
 * with a reason and an offset; wrong arguments raise TypeError. The lock of the interpreter is let go
 * wherever a whole scan or stream is walked.
 */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "filters.h"
#include "inflate.h"
#include "jpeg.h"

enum { MOST_MCUS = 1 << 30 };

/* One JPEG scan and what its description needs in memory. */
struct job {
    struct jpeg_scan scan;
    struct jpeg_table *tables; /* to read with, then to write with */
    Py_buffer data, components, quantisers;
    size_t planes[JPEG_COMPONENTS]; /* bytes of each */
};

static void job_free(struct job *job)
{
    PyMem_Free(job->tables);
    PyBuffer_Release(&job->data);
    PyBuffer_Release(&job->components);
    PyBuffer_Release(&job->quantisers);
}

static PyObject *jpeg_error(enum jpeg_status status, size_t at)
{
    const char *reason = "damaged code";
    if (status == JPEG_NO_MEMORY)
        return PyErr_NoMemory();
    if (status == JPEG_BAD_TABLE)
        reason = "bad table";
    else if (status == JPEG_CUT_SHORT)
        reason = "cut short";
    else if (status == JPEG_NO_RESTART)
        reason = "no restart marker";
    else if (status == JPEG_NOT_PROVED)
        reason = "not proved";
    PyObject *value = Py_BuildValue("(sn)", reason, (Py_ssize_t)at);
    if (value)
        PyErr_SetObject(PyExc_ValueError, value);
    Py_XDECREF(value);
    return NULL;
}

static int make_tables(struct jpeg_table *tables, PyObject *bodies)
{
    for (Py_ssize_t i = 0; i < JPEG_TABLES; i++) {
        char *body;
        Py_ssize_t size;
        PyObject *item = PyTuple_GetItem(bodies, i);
        if (!item || PyBytes_AsStringAndSize(item, &body, &size))
            return -1;
        if (jpeg_table_make(&tables[i], (const uint8_t *)body, (size_t)size)) {
            jpeg_error(JPEG_BAD_TABLE, (size_t)i);
            return -1;
        }
    }
    return 0;
}

static int take_components(struct job *job)
{
    struct jpeg_scan *scan = &job->scan;
    const uint8_t *given = job->components.buf, *quantiser = job->quantisers.buf;
    Py_ssize_t count = job->components.len / 4;
    if (count < 1 || count > JPEG_COMPONENTS || job->components.len != 4 * count ||
        job->quantisers.len != 2 * JPEG_BLOCK * count)
        return -1;
    scan->count = (unsigned)count;
    for (unsigned c = 0; c < scan->count; c++, given += 4) {
        struct jpeg_component *part = &scan->components[c];
        part->across = given[0];
        part->down = given[1];
        part->dc = given[2];
        part->ac = given[3];
        if (part->across < 1 || part->across > 4 || part->down < 1 || part->down > 4 ||
            part->dc > 3 || part->ac > 3)
            return -1;
        for (unsigned k = 0; k < JPEG_BLOCK; k++, quantiser += 2)
            if (!(part->quantiser[k] = (uint16_t)(quantiser[0] << 8 | quantiser[1])))
                return -1;
        uint64_t blocks = (uint64_t)part->across * part->down * (scan->right - scan->left) *
                          (scan->bottom - scan->top); /* 2^34 at the most */
        if (blocks > (uint64_t)PY_SSIZE_T_MAX / JPEG_BLOCK)
            return -1;
        job->planes[c] = (size_t)blocks * JPEG_BLOCK;
    }
    return 0;
}

static int is_box(const struct jpeg_scan *scan)
{
    return scan->across > 0 && scan->down > 0 && scan->down <= MOST_MCUS / scan->across &&
           scan->left < scan->right && scan->right <= scan->across && scan->top < scan->bottom &&
           scan->bottom <= scan->down;
}

/* Take a description as `_native.pyi` gives it; it must be freed unless this fails. */
static int job_take(struct job *job, PyObject *given, unsigned sets)
{
    PyObject *bodies = NULL;
    struct jpeg_scan *scan = &job->scan;
    memset(job, 0, sizeof *job);
    if (!PyTuple_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "a scan is described by a tuple");
        return -1;
    }
    if (!PyArg_ParseTuple(given, "y*(III)y*O!y*(IIII)", &job->data, &scan->across, &scan->down,
                          &scan->interval, &job->components, &PyTuple_Type, &bodies,
                          &job->quantisers, &scan->left, &scan->top, &scan->right, &scan->bottom)) {
        memset(job, 0, sizeof *job); /* the buffers are released already */
        return -1;
    }
    if (!is_box(scan) || PyTuple_Size(bodies) != JPEG_TABLES || take_components(job)) {
        PyErr_SetString(PyExc_TypeError, "a scan is described by other values");
        job_free(job);
        return -1;
    }
    scan->data = job->data.buf;
    scan->size = (size_t)job->data.len;
    job->tables = PyMem_Calloc(sets * JPEG_TABLES, sizeof *job->tables);
    if (!job->tables)
        PyErr_NoMemory();
    if (!job->tables || make_tables(job->tables, bodies)) {
        job_free(job);
        return -1;
    }
    scan->tables = job->tables;
    return 0;
}

static PyObject *read_planes(struct job *job)
{
    uint8_t *planes[JPEG_COMPONENTS] = {NULL};
    struct jpeg_cursor cursor;
    enum jpeg_status status;
    size_t at = 0;
    PyObject *result = NULL, *cut = PyTuple_New((Py_ssize_t)job->scan.count);
    memset(&cursor, 0, sizeof cursor); /* its padding is handed out, too */
    for (unsigned c = 0; cut && c < job->scan.count; c++) {
        PyObject *plane = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)job->planes[c]);
        if (!plane || PyTuple_SetItem(cut, (Py_ssize_t)c, plane)) {
            Py_DECREF(cut);
            return NULL;
        }
        planes[c] = (uint8_t *)PyBytes_AsString(plane);
        memset(planes[c], 0, job->planes[c]);
    }
    if (!cut)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    status = jpeg_read(&job->scan, planes, &cursor, &at);
    Py_END_ALLOW_THREADS
    if (status)
        jpeg_error(status, at);
    else
        result = Py_BuildValue("(y#O)", (char *)&cursor, (Py_ssize_t)sizeof cursor, cut);
    Py_DECREF(cut);
    return result;
}

static PyObject *py_jpeg_read(PyObject *module, PyObject *given)
{
    struct job job;
    (void)module;
    if (job_take(&job, given, 1))
        return NULL;
    PyObject *result = read_planes(&job);
    job_free(&job);
    return result;
}

static int take_planes(const struct job *job, PyObject *given, const uint8_t *planes[])
{
    if (PyTuple_Size(given) != (Py_ssize_t)job->scan.count)
        return -1;
    for (unsigned c = 0; c < job->scan.count; c++) {
        PyObject *plane = PyTuple_GetItem(given, (Py_ssize_t)c);
        if (!PyBytes_Check(plane) || PyBytes_Size(plane) != (Py_ssize_t)job->planes[c])
            return -1;
        planes[c] = (const uint8_t *)PyBytes_AsString(plane);
    }
    return 0;
}

/* The symbols that the tables lack, as pairs of table and symbol. */
static PyObject *missing_pairs(const struct jpeg_patch *patch)
{
    char pairs[2 * JPEG_TABLES * 256];
    Py_ssize_t size = 0;
    for (int table = 0; table < JPEG_TABLES; table++)
        for (int symbol = 0; symbol < 256; symbol++)
            if (patch->missing[table][symbol]) {
                pairs[size++] = (char)table;
                pairs[size++] = (char)symbol;
            }
    return PyBytes_FromStringAndSize(pairs, size);
}

static PyObject *splice(struct job *job, const struct jpeg_cursor *cursor, const uint8_t *before[],
                        const uint8_t *after[])
{
    const struct jpeg_table *coded = job->tables + JPEG_TABLES;
    struct jpeg_patch patch;
    enum jpeg_status status;
    PyObject *result = NULL;
    size_t at = 0;
    Py_BEGIN_ALLOW_THREADS
    status = jpeg_splice(&job->scan, coded, cursor, before, after, &patch, &at);
    if (!status)
        status = jpeg_prove(&job->scan, coded, cursor, before, after, &patch, &at);
    Py_END_ALLOW_THREADS
    if (status == JPEG_NO_CODE)
        result = missing_pairs(&patch);
    else if (status)
        jpeg_error(status, at);
    else
        result = Py_BuildValue("(nny#)", (Py_ssize_t)patch.from, (Py_ssize_t)patch.to,
                               (char *)patch.data, (Py_ssize_t)patch.size);
    free(patch.data);
    free(patch.blocks);
    return result;
}

static PyObject *py_jpeg_splice(PyObject *module, PyObject *args)
{
    PyObject *given, *before, *after, *coded, *result = NULL;
    const uint8_t *old[JPEG_COMPONENTS], *new[JPEG_COMPONENTS];
    const char *place;
    Py_ssize_t size;
    struct jpeg_cursor cursor;
    struct job job;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y#O!O!O!", &PyTuple_Type, &given, &place, &size, &PyTuple_Type,
                          &before, &PyTuple_Type, &after, &PyTuple_Type, &coded) ||
        job_take(&job, given, 2))
        return NULL;
    if (size != (Py_ssize_t)sizeof cursor || PyTuple_Size(coded) != JPEG_TABLES ||
        take_planes(&job, before, old) || take_planes(&job, after, new)) {
        PyErr_SetString(PyExc_TypeError, "a cursor and planes of the scan are needed");
    } else if (!make_tables(job.tables + JPEG_TABLES, coded)) {
        memcpy(&cursor, place, sizeof cursor);
        result = splice(&job, &cursor, old, new);
    }
    job_free(&job);
    return result;
}

static PyObject *inflate_error(enum inflate_status status, size_t at)
{
    const char *reason = status == INFLATE_CUT_SHORT ? "cut short" : "damaged code";
    if (status == INFLATE_NO_MEMORY)
        return PyErr_NoMemory();
    PyObject *value = Py_BuildValue("(sn)", reason, (Py_ssize_t)at);
    if (value)
        PyErr_SetObject(PyExc_ValueError, value);
    Py_XDECREF(value);
    return NULL;
}

static PyObject *cut_tuple(const struct inflate_cut *cut)
{
    return Py_BuildValue("(nnnnII)", (Py_ssize_t)cut->raw, (Py_ssize_t)cut->bit,
                         (Py_ssize_t)cut->header, (Py_ssize_t)cut->body, cut->end_code, cut->end_bits);
}

static PyObject *found_tuple(const struct inflate_job *job)
{
    PyObject *before = cut_tuple(&job->before);
    PyObject *after = job->is_over ? Py_NewRef(Py_None) : cut_tuple(&job->after);
    PyObject *result = NULL;
    if (before && after)
        result = Py_BuildValue("(y#nOOnn)", (char *)job->raw, (Py_ssize_t)(job->room - job->start),
                               (Py_ssize_t)job->start, before, after, (Py_ssize_t)job->total,
                               (Py_ssize_t)job->end);
    Py_XDECREF(before);
    Py_XDECREF(after);
    return result;
}

static PyObject *py_inflate(PyObject *module, PyObject *args)
{
    Py_buffer data;
    Py_ssize_t begin, stride, room, first, last;
    struct inflate_job job;
    enum inflate_status status;
    size_t at = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*nnnnn", &data, &begin, &stride, &room, &first, &last))
        return NULL;
    PyObject *result = NULL;
    if (begin < 0 || stride < 1 || first < 0 || first > last || last > room || !room) {
        PyErr_SetString(PyExc_TypeError, "positions do not follow one another");
    } else {
        memset(&job, 0, sizeof job);
        job.data = data.buf;
        job.size = (size_t)data.len;
        job.begin = (size_t)begin;
        job.stride = (size_t)stride;
        job.room = (size_t)room;
        job.first = (size_t)first;
        job.last = (size_t)last;
        Py_BEGIN_ALLOW_THREADS
        status = inflate_between(&job, &at);
        Py_END_ALLOW_THREADS
        if (!status && job.total < job.room)
            status = INFLATE_CUT_SHORT;
        result = status ? inflate_error(status, at) : found_tuple(&job);
        free(job.raw);
    }
    PyBuffer_Release(&data);
    return result;
}

/* Take rows, stride, unit and the row above, which may be empty; return how many rows there are. */
static Py_ssize_t take_rows(PyObject *args, Py_buffer *rows, Py_buffer *above, Py_ssize_t numbers[2],
                            int filtered)
{
    if (!PyArg_ParseTuple(args, "y*nny*", rows, &numbers[0], &numbers[1], above))
        return -1;
    Py_ssize_t stride = numbers[0], row = stride + filtered;
    if (stride < 1 || stride > PY_SSIZE_T_MAX / 2 || numbers[1] < 1 || rows->len % row ||
        (above->len && above->len != stride)) {
        PyErr_SetString(PyExc_TypeError, "these are no rows of this length");
        PyBuffer_Release(rows);
        PyBuffer_Release(above);
        return -1;
    }
    return rows->len / row;
}

static PyObject *py_unfilter(PyObject *module, PyObject *args)
{
    Py_buffer rows, above;
    Py_ssize_t numbers[2], count = take_rows(args, &rows, &above, numbers, 1);
    int works = 1;
    (void)module;
    if (count < 0)
        return NULL;
    PyObject *pixels = PyBytes_FromStringAndSize(NULL, count * numbers[0]);
    if (pixels) {
        uint8_t *target = (uint8_t *)PyBytes_AsString(pixels);
        Py_BEGIN_ALLOW_THREADS
        works = png_unfilter(rows.buf, (size_t)count, (size_t)numbers[0], (size_t)numbers[1],
                             above.len ? above.buf : NULL, target);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&above);
    if (!works) {
        Py_CLEAR(pixels);
        PyErr_SetString(PyExc_ValueError, "unknown filter");
    }
    return pixels;
}

static PyObject *py_filter(PyObject *module, PyObject *args)
{
    Py_buffer pixels, above;
    Py_ssize_t numbers[2], count = take_rows(args, &pixels, &above, numbers, 0);
    (void)module;
    if (count < 0)
        return NULL;
    PyObject *rows = PyBytes_FromStringAndSize(NULL, count * (numbers[0] + 1));
    if (rows) {
        uint8_t *target = (uint8_t *)PyBytes_AsString(rows);
        Py_BEGIN_ALLOW_THREADS
        png_filter(pixels.buf, (size_t)count, (size_t)numbers[0], above.len ? above.buf : NULL,
                   target);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&pixels);
    PyBuffer_Release(&above);
    return rows;
}

static PyMethodDef METHODS[] = {
    {"ebml_skip", py_ebml_skip, METH_VARARGS, NULL},
    {"find", py_find, METH_VARARGS, NULL},
    {"jpeg_read", py_jpeg_read, METH_O, NULL},
    {"jpeg_splice", py_jpeg_splice, METH_VARARGS, NULL},
    {"png_filter", py_filter, METH_VARARGS, NULL},
    {"png_unfilter", py_unfilter, METH_VARARGS, NULL},
    {"inflate", py_inflate, METH_VARARGS, NULL},
    {"jpeg_header", py_jpeg_header, METH_VARARGS, NULL},
    {"ogg_skip", py_ogg_skip, METH_VARARGS, NULL},
    {"png_chunks", py_png_chunks, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot SLOTS[] = {{0, NULL}};

static PyModuleDef MODULE = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_native",
    .m_methods = METHODS,
    .m_slots = SLOTS,
};

PyMODINIT_FUNC PyInit__native(void);

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&MODULE);
}
