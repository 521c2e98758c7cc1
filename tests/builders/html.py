"""HTML pages made by hand, by the HTML standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LABEL", "samples"]

LABEL: Final = (
    '{"Label":"1","ContentProducer":"001191110102MAD55U9H0F10002","ProduceID":"old-1",'
    '"ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
_QUOTED: Final = LABEL.replace('"', "&quot;")
_META: Final = f"<meta name='AIGC' content='{LABEL}'>"
_BODY: Final = "<body>\n<h1>标题</h1>\n<p>正文。</p>\n</body>\n</html>\n"
_HEAD: Final = (
    '<!DOCTYPE html>\n<html lang="zh">\n<head>\n  <meta charset="utf-8">\n  <title>题</title>\n'
)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield file names and pages of several kinds."""
    texts = {
        "empty.html": "",
        "page.html": f"{_HEAD}</head>\n{_BODY}",
        "small.htm": "<!doctype html><meta charset=utf-8><title>x</title><p>y",
        "no-head.html": f"<html>{_BODY}",
        "fragment.html": "\n<p>只有一段</p>\n",
        "text.html": "只有文字",
        "no-charset.html": f"<!DOCTYPE html>\n<html>\n<head>\n<title>x</title>\n</head>\n{_BODY}",
        "labelled.html": f"{_HEAD}  {_META}\n</head>\n{_BODY}",
        "quot.html": f'{_HEAD}<META CONTENT="{_QUOTED}" NAME="AIGC" /></head>{_BODY}',
        "unquoted.html": f"{_HEAD}<meta name=AIGC content={_QUOTED}></head>{_BODY}",
        "lower.html": f"{_HEAD}{_META.replace('AIGC', 'aigc')}</head>{_BODY}",
        "wrapped.html": _HEAD + _META.replace(LABEL, f'{{"AIGC":{LABEL}}}') + f"</head>{_BODY}",
        "property.html": f"{_HEAD}{_META.replace('name=', 'property=')}\n</head>{_BODY}",
        "site.html": f'{_HEAD}<meta property="site:AIGC" content="{_QUOTED}">\n</head>{_BODY}',
        "early.html": f"<html><head>\n{_META}\n<meta charset=utf-8>\n</head>{_BODY}",
        "first.html": f"{_META}\n{_META}\n<p>x</p>\n",
        "body.html": f"{_HEAD}</head><body><p>x</p>{_META}<p>y</p></body></html>",
        "two.html": f"{_HEAD}{_META}\n{_META}\n</head>{_BODY}",
        "foreign.html": f'{_HEAD}<meta name="AIGC" content="yes">\n<meta name="AIGC">\n</head>'
        f"{_BODY}",
        "mentions.html": f"{_HEAD}<!-- AIGC: {LABEL} --><script>var a = '{_META}';</script></head>"
        f"<body><template>{_META}</template><textarea>{_META}</textarea></body></html>",
        "page.xhtml": '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n  <title>x</title>\n'
        f'  <meta name="AIGC" content="{_QUOTED}"></meta>\n</head>\n{_BODY}',
        "plain.xhtml": '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>{_BODY}',
    }
    for name, text in texts.items():
        yield name, text.encode()
    page = f"{_HEAD}</head>\n{_BODY}"
    yield "crlf.html", page.replace("\n", "\r\n").encode()
    yield "bom.html", b"\xef\xbb\xbf" + page.encode()
    yield "wide.html", b"\xff\xfe" + page.encode("utf-16-le")
    yield "gbk.html", page.replace("utf-8", "gbk").encode("gbk")
    pragma = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    yield "gb2312.html", page.replace('<meta charset="utf-8">', pragma).encode("gb2312")
    yield "big5.html", "<meta charset=big5><p>中文內容</p>".encode("big5")
    yield "latin.html", b"<!doctype html><p>caf\xe9 na\xefve</p>"
