"""Messages between the benchmark and the load generator, which is a separate process."""

import msgspec


class Job(msgspec.Struct):
    """Raw HTTP requests to send over a number of concurrent connections."""

    port: int
    connections: int
    expected_status: int
    requests: list[bytes]


class Measurement(msgspec.Struct):
    """`seconds` is from the first request to the last response; `latencies` are in seconds per request."""

    seconds: float
    latencies: list[float]
    processor_seconds: float = 0.0
    """CPU time of the server in that period."""

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The latency percentile in milliseconds."""
        ordered = sorted(self.latencies)
        return 1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """Build a raw HTTP request."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_read(request: bytes, path: str) -> bytes:
    """Build a GET request with the access token of another request."""
    token = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"authorization:"))
    return b"\r\n".join([f"GET {path} HTTP/1.1".encode(), b"host: 127.0.0.1", token, b"", b""])
