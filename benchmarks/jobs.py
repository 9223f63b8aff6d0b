"""What the load generator is asked, and what it answers; it runs in a process of its own."""

import msgspec


class Job(msgspec.Struct):
    """Send these requests, bytes as they go over the wire, over so many connections at a time."""

    port: int
    connections: int
    expected_status: int
    requests: list[bytes]


class Measured(msgspec.Struct):
    """How it went: seconds from the first request to the last answer, and of each request."""

    seconds: float
    latencies: list[float]
    processor_seconds: float = 0.0
    """What the server used meanwhile."""

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """A latency in milliseconds that so many percent of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return 1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """A request as it goes over the wire."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
