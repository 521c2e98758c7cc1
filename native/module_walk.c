/* The Python side of walk.h, and of searching. What is not found or not understood is no error. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

#include "walk.h"

enum { JPEG_ROWS = 256 }; /* of one block, which holds a KiB */

/* bytes.find for needles without a rare end: the C library's search is several times as fast. */
PyObject *py_find(PyObject *module, PyObject *args)
{
    Py_buffer data, needle;
    Py_ssize_t start, found = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*n", &data, &needle, &start))
        return NULL;
    if (start >= 0 && start <= data.len && needle.len) {
        const char *begin = data.buf;
        const char *place =
            memmem(begin + start, (size_t)(data.len - start), needle.buf, (size_t)needle.len);
        if (place)
            found = place - begin;
    }
    PyBuffer_Release(&data);
    PyBuffer_Release(&needle);
    return PyLong_FromSsize_t(found);
}

/* (file, offset, size of the file, id of four bytes, most) -> (offset of other bytes, passed) */
PyObject *py_ebml_skip(PyObject *module, PyObject *args)
{
    int fd;
    long long offset, size;
    unsigned id;
    Py_ssize_t most;
    (void)module;
    if (!PyArg_ParseTuple(args, "iLLIn", &fd, &offset, &size, &id, &most))
        return NULL;
    size_t count = most > 0 ? (size_t)most : 0;
    Py_BEGIN_ALLOW_THREADS
    offset = ebml_skip(fd, offset, size, id, &count);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("(Ln)", offset, (Py_ssize_t)count);
}

/* (block, where it stands, size of the file) -> [(marker, offset, length), ...] */
PyObject *py_jpeg_header(PyObject *module, PyObject *args)
{
    const char *block;
    Py_ssize_t length;
    long long offset, size;
    struct jpeg_row rows[JPEG_ROWS];
    (void)module;
    if (!PyArg_ParseTuple(args, "y#LL", &block, &length, &offset, &size))
        return NULL;
    size_t count =
        jpeg_header((const uint8_t *)block, (size_t)length, size - offset, rows, JPEG_ROWS);
    PyObject *found = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; found && i < count; i++) {
        PyObject *row = Py_BuildValue("(ILI)", rows[i].marker, offset + (long long)rows[i].at,
                                      rows[i].length);
        if (!row || PyList_SetItem(found, (Py_ssize_t)i, row))
            Py_CLEAR(found);
    }
    return found;
}

/* (file, offset, size of the file) -> where to go on: at what is no page of sound, or at the next */
PyObject *py_ogg_skip(PyObject *module, PyObject *args)
{
    int fd;
    long long offset, size;
    (void)module;
    if (!PyArg_ParseTuple(args, "iLL", &fd, &offset, &size))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    offset = ogg_skip(fd, offset, size);
    Py_END_ALLOW_THREADS
    return PyLong_FromLongLong(offset);
}

static PyObject *png_rows(const struct png_walk *walk)
{
    PyObject *found = PyList_New((Py_ssize_t)walk->used);
    for (size_t i = 0; found && i < walk->used; i++) {
        const struct png_row *from = &walk->rows[i];
        PyObject *row = Py_BuildValue("(y#LI)", from->type, (Py_ssize_t)4, (long long)from->offset,
                                      (unsigned)from->length);
        if (!row || PyList_SetItem(found, (Py_ssize_t)i, row))
            Py_CLEAR(found);
    }
    return found;
}

/* (file, offset, size of the file, most chunks, with pixels) -> (rows, offset, chunks passed) */
PyObject *py_png_chunks(PyObject *module, PyObject *args)
{
    long long offset, size;
    Py_ssize_t most;
    struct png_walk walk;
    PyObject *result = NULL;
    int status;
    (void)module;
    memset(&walk, 0, sizeof walk);
    if (!PyArg_ParseTuple(args, "iLLnp", &walk.fd, &offset, &size, &most, &walk.with_pixels))
        return NULL;
    walk.offset = offset;
    walk.size = size;
    walk.most = most > 0 ? (size_t)most : 0;
    Py_BEGIN_ALLOW_THREADS
    status = png_walk(&walk);
    Py_END_ALLOW_THREADS
    PyObject *rows = status ? PyErr_NoMemory() : png_rows(&walk);
    if (rows)
        result = Py_BuildValue("(NLn)", rows, (long long)walk.offset, (Py_ssize_t)walk.count);
    free(walk.rows);
    return result;
}
