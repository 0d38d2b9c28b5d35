"""Remote sources of annotations: UniProt, its taxonomy, InterPro, TED, Biocentral's predictions.

They are queried by protspace's retrievers, and its transformers format their answers, so columns,
encodings and scores are those of `protspace annotate`. Answers are cached; a source that does not
answer leaves missing annotations, which are reported.
"""

import os

# protspace would draw a progress bar for each batch into the log.
os.environ.setdefault("TQDM_DISABLE", "1")
