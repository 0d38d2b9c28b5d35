"""Work on parts in threads; which thread takes a part changes nothing of what it computes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def each[Part](work: Callable[[Part], None], parts: Iterable[Part], threads: int) -> None:
    """Call `work` for every part; NumPy and faiss let other threads run meanwhile."""
    if threads == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, parts):
            pass
