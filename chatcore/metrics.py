"""What `/metrics` tells of the kernel, for Prometheus."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("chatcore_sockets", "Open sockets of this process")
ACKS = Counter("chatcore_acks_total", "Messages acknowledged over the socket")
