"""What the benchmarks share: timing by ratio within one run, and printing tables."""

import time


def best_of(function, repeats: int = 3) -> float:
    """Shortest wall time in seconds of a few calls; the machines are noisy."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def table(title: str, rows) -> None:
    """Print rows of (what, figure, comment)."""
    print(f"\n{title}")
    width = max(len(row[0]) for row in rows)
    for what, figure, comment in rows:
        print(f"  {what:<{width}}  {figure:>12}  {comment}")
