"""What `/metrics` tells of the kernel, for Prometheus."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("chatcore_sockets", "Open sockets of this process")
ACKS = Counter("chatcore_acks_total", "Messages acknowledged over the socket")
SEARCH_BEHIND = Gauge(
    "chatcore_search_behind_seconds",
    "How long the oldest message has been waiting to be found by search",
    ["messages"],
)
CACHE_READS = Counter(
    "chatcore_cache_reads_total",
    "Reads of a cache, by whether it had what was wanted",
    ["cache", "result"],
)
