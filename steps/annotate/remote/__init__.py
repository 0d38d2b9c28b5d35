"""Curated annotations (UniProt, taxonomy, InterPro, TED, Biocentral's predictions).

Asked of the remote services by protspace's retrievers, and worded by its transformers, so that
columns, encodings and scores are those of `protspace annotate`. What was answered once is in the
cache; a source that cannot be asked leaves gaps, and says so.
"""

import os

# A bar for each batch of each source would fill the log.
os.environ.setdefault("TQDM_DISABLE", "1")
