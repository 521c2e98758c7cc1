"""What is told about files, one module an output format.

Each module binds ``render(header, files) -> Iterator[str]``: it takes reports one after the other
and yields text as soon as it can.
"""
