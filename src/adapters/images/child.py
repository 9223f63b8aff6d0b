"""The child process of `sandboxed`: JSON request in argv, image on stdin; a line of JSON and the files on stdout."""

import json
import sys

from adapters.images.encoding import encode
from adapters.kit.sandbox import limit_resources
from booking_domain.files.ports import Unacceptable


def main() -> None:
    request = json.loads(sys.argv[1])
    limit_resources(cpu_seconds=request["cpu_seconds"], memory_bytes=request["memory_bytes"])
    try:
        encoded = encode(sys.stdin.buffer.read(), request["content_type"])
    except Unacceptable as unacceptable:
        sys.stdout.write(json.dumps({"because": unacceptable.because.value}))
        return
    sizes = [(size, len(file)) for size, file in encoded.by_size.items()]
    head = {"width": encoded.size.width, "height": encoded.size.height, "files": sizes}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(encoded.by_size.values()))


if __name__ == "__main__":
    main()
