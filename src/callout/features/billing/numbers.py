"""How document numbers look; the counters themselves are kept by orders."""


def document_number(prefix: str, counter: int, padding: int) -> str:
    """`INV-0001` from prefix, counter and the least number of digits."""
    return f"{prefix}{counter:0{padding}d}"
