"""The optional packages that looking needs, each loaded when it is first used."""

from __future__ import annotations

from typing import Any

from ailabel.errors import AilabelError, MissingExtraError

__all__ = ["engine_package", "opencv"]

_PURPOSE = "looking for a visible label"


def opencv() -> Any:  # noqa: ANN401 - its types are looser than its functions
    """Return OpenCV, which comes with RapidOCR.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise MissingExtraError("ocr", _PURPOSE) from None
    return cv2


def engine_package() -> Any:  # noqa: ANN401 - the package has no types
    """Return RapidOCR, its runtime being there too.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
        AilabelError: it cannot be loaded.
    """
    try:
        import numpy as np
        import onnxruntime
        import rapidocr
    except ImportError:
        raise MissingExtraError("ocr", _PURPOSE) from None
    except Exception as error:  # a damaged installation
        raise AilabelError("rapidocr cannot be loaded: {reason}", reason=repr(error)) from error
    del np, onnxruntime
    return rapidocr
