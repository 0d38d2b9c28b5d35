"""Whether a service can be reached at all, found out in seconds and not after all retries."""

from functools import cache
from urllib.parse import urlsplit

import requests

#: (connect, read). An answer may take longer; that nobody answers the door shows at once.
_SECONDS = (3.0, 1.0)


def why_unreachable(url: str) -> str:
    """A reason in a few words, or nothing where the host of `url` can be reached."""
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
