"""Default values that the configuration and the command lines of steps share; costs no import."""

from typing import Final

BACKEND: Final = "biocentral"
BIOCENTRAL_URL: Final = "https://biocentral.rostlab.org"
REQUESTS_IN_FLIGHT: Final = 4
MISSING: Final = "refuse"
CACHE: Final = "default"
CACHE_DAYS: Final = 90
CACHE_GIGABYTES: Final = 20
ANNOTATION_DAYS: Final = 30
METRIC: Final = "euclidean"
N_NEIGHBORS: Final = 25
MIN_DIST: Final = 0.1
RANDOM_STATE: Final = 42
DEVICE: Final = "cpu"
CLUSTER_SELECTION: Final = "elbow"
CLUSTER_SPACE: Final = "both"
TRANSFER_NEIGHBORS: Final = 1
TRANSFER_METRIC: Final = "cosine"
BUNDLE_FORMAT: Final = 3
QUERY_DAYS: Final = 30
MAX_PROTEINS: Final = 100_000
