"""Find out in seconds whether a host can be reached, before requests that are tried again."""

from functools import cache
from urllib.parse import urlsplit

import requests

#: (connect, read). A slow answer is fine; a host that cannot be reached shows at once.
_SECONDS = (3.0, 1.0)


def why_unreachable(url: str) -> str:
    """Return why the host of `url` cannot be reached, in a few words; empty if it can be."""
    parts = urlsplit(url)
    return _why(f"{parts.scheme}://{parts.netloc}/")


@cache
def _why(root: str) -> str:
    try:
        requests.head(root, timeout=_SECONDS, allow_redirects=False)
    except requests.ReadTimeout:
        return ""
    except requests.exceptions.ProxyError:
        return f"{urlsplit(root).hostname} cannot be reached through the proxy"
    except requests.RequestException:
        return f"{urlsplit(root).hostname} cannot be reached"
    return ""
