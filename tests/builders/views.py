"""Views for tests: files with a hole, which count what is read of them."""

from __future__ import annotations

from ailabel.io.source import View


class SparseView(View):
    """A file whose middle is zeros.

    Args:
        head: its first bytes.
        hole: how many zeros follow.
        tail: its last bytes.
    """

    __slots__ = ("bytes_read", "head", "reads", "tail")

    def __init__(self, head: bytes, hole: int, tail: bytes = b"", name: str = "sparse") -> None:
        from ailabel.io.source import Limits

        super().__init__(len(head) + hole + len(tail), name, Limits())
        self.head, self.tail = head, tail
        self.reads = self.bytes_read = 0

    def _get(self, offset: int, length: int) -> bytes:
        self.reads += 1
        self.bytes_read += length
        begin, end = offset, offset + length
        front = self.head[begin:end]
        start = self.size - len(self.tail)
        back = self.tail[max(begin - start, 0) : end - start] if end > start else b""
        return front + bytes(length - len(front) - len(back)) + back
