"""Who gets whom when several orders want the same vendors: one linear assignment over all of them. Pure."""

from collections.abc import Mapping, Sequence

Edges = Mapping[str, Mapping[str, float]]


def assign(edges: Edges, slots: Mapping[str, int]) -> dict[str, str]:
    """The pairs of order and vendor with the highest sum of worth; staying without a vendor is worth 0.

    Source: R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
    problems", Computing 38 (1987), as implemented by `lap`.

    Args:
        edges: order to vendor to worth, all worths positive; a pair that is absent cannot be made.
        slots: how many orders each vendor may still be given.

    Returns:
        Order to vendor; orders nobody is left for are absent. The same edges give the same pairs, in whatever order
        they are handed in.
    """
    orders = sorted(order for order, row in edges.items() if row)
    wanted = sorted({vendor for order in orders for vendor in edges[order]})
    seats = [vendor for vendor in wanted for _ in range(min(slots.get(vendor, 0), len(orders)))]
    if not orders or not seats:
        return {}
    pairs = _solve([[edges[order].get(vendor, 0.0) for vendor in seats] for order in orders])
    matched = {orders[row]: seats[column] for row, column in enumerate(pairs) if column >= 0}
    return {order: vendor for order, vendor in matched.items() if vendor in edges[order]}


def _solve(worth: Sequence[Sequence[float]]) -> list[int]:
    """The seat of every order; -1 for none."""
    import lap  # noqa: PLC0415 - brings numpy along, which only a process that matches needs
    import numpy as np  # noqa: PLC0415 - as above

    matrix = np.asarray(worth, dtype=float)
    _, seats, _ = lap.lapjv(matrix.max() - matrix, extend_cost=True)
    return [int(seat) for seat in seats]
