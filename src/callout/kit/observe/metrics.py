"""Prometheus metrics (names of the API specification §8); never a tenant or a person in a label."""

from prometheus_client import Counter, Gauge, Histogram

http_requests = Counter("http_requests_total", "Answered requests.", ["service", "route", "status"])
http_seconds = Histogram(
    "http_request_seconds",
    "Time to the first byte of the answer.",
    ["service", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
conversations_processed = Counter("conversations_processed_total", "Analysed conversations.")
triggers_fired = Counter("triggers_fired_total", "Fired trigger rules.", ["type"])
dispatch_waves = Counter("dispatch_waves_total", "Waves of offers sent.")
offers = Counter("offers_total", "Offers by what became of them.", ["status"])
decision_seconds = Histogram("dispatch_decision_seconds", "Time to choose the vendors of one wave.")
orders = Counter("orders_total", "Orders by the state they entered.", ["status"])
invoices = Counter("invoices_total", "Documents by the state they entered.", ["status"])
messages = Counter("messages_total", "Messages by channel and outcome.", ["channel", "status"])
provider_requests = Counter("provider_requests_total", "Requests to outside services.", ["provider", "status"])
queue_depth = Gauge("queue_depth", "Workflows waiting.", ["queue"])
realtime_connections = Gauge("realtime_connections", "Open event streams.")
