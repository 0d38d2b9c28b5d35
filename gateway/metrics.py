"""Prometheus metrics of one gateway."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Metrics with a registry of their own: tests have several gateways in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.uploads = Counter(
            "gateway_uploads",
            "Uploads by code (ACCEPTED or why not)",
            ["code"],
            registry=self.registry,
        )
        self.runs = Counter(
            "gateway_runs", "Finished runs by outcome", ["outcome"], registry=self.registry
        )
        self.failures = Counter(
            "gateway_failures", "Runs that failed, by code", ["code"], registry=self.registry
        )
        self.resumed = Counter(
            "gateway_resumed",
            "Starts of Snakemake for runs that were interrupted",
            registry=self.registry,
        )
        self.forkservers_lost = Counter(
            "gateway_forkservers_lost",
            "Ends of the process that runs are forked from; it is started again",
            registry=self.registry,
        )
        self.runs_set_aside = Counter(
            "gateway_runs_set_aside",
            "Run directories that could not be read",
            registry=self.registry,
        )
        self.stage_seconds = Histogram(
            "gateway_stage_seconds",
            "Seconds of each step of finished runs",
            ["step"],
            buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600),
            registry=self.registry,
        )
        self.queued = Gauge("gateway_queue_depth", "Runs that wait", registry=self.registry)
        self.running = Gauge("gateway_running", "Runs that run", registry=self.registry)
        self.free = Gauge(
            "gateway_disk_free_bytes", "Free space below the run root", registry=self.registry
        )
        self.warm = Gauge(
            "gateway_warm",
            "Whether runs are forked (1) or started anew (0)",
            registry=self.registry,
        )
        self.set_aside = Gauge(
            "gateway_cache_set_aside",
            "Damaged caches that lie beside the cache",
            registry=self.registry,
        )
        self.cache_usable = Gauge(
            "gateway_cache_usable",
            "Whether the cache could be used when it was last pruned",
            registry=self.registry,
        )
        self.readers = Gauge("gateway_sse_readers", "Open event streams", registry=self.registry)

    def observe_steps(self, seconds: Iterable[tuple[str, float]]) -> None:
        """Count the seconds of steps."""
        for step, taken in seconds:
            self.stage_seconds.labels(step=step).observe(taken)
