/* What the files of the module's Python side share. */
#ifndef AILABEL_MODULE_H
#define AILABEL_MODULE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#define _GNU_SOURCE 1 /* memmem, which the BSDs and macOS have without it */
#include <Python.h>

PyObject *py_ebml_skip(PyObject *module, PyObject *args);
PyObject *py_find(PyObject *module, PyObject *args);
PyObject *py_jpeg_header(PyObject *module, PyObject *args);
PyObject *py_ogg_skip(PyObject *module, PyObject *args);
PyObject *py_png_chunks(PyObject *module, PyObject *args);

#endif
