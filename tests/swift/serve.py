"""OpenStack Swift with its S3 API in one process: `serve.py FOLDER PORT`, in the environment of requirements/swift.txt.

It checks signatures, expiry, type and length of presigned requests as S3 does. The account `test:tester` has the key
`testing`.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ANN204, FBT002

import ctypes
import signal
import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402

from swift.account.server import AccountController  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

CONTROLLERS = {"account": AccountController, "container": ContainerController, "object": ObjectController}
SWIFT = """
[swift-hash]
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors memory s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:memory]
paste.filter_factory = {module}:filter_factory
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
"""
PR_SET_PDEATHSIG = 1


class Memory:
    """What memcached would remember."""

    def __init__(self):
        self._values = {}

    def get(self, key, raise_on_error=False):
        return self._values.get(key)

    def set(self, key, value, **_options):
        self._values[key] = value

    def delete(self, key, **_options):
        self._values.pop(key, None)


def filter_factory(*_args, **_settings):
    memory = Memory()

    def around(app):
        def call(environ, start_response):
            environ["swift.cache"] = memory
            return app(environ, start_response)

        return call

    return around


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    (folder / "devices" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text(SWIFT)
    (folder / "proxy.conf").write_text(PROXY.format(folder=folder, module=Path(__file__).stem))
    sys.modules[Path(__file__).stem] = sys.modules["__main__"]
    utils.set_swift_dir(str(folder))
    settings = {"devices": str(folder / "devices"), "mount_check": "false", "swift_dir": str(folder)}
    listening = {name: eventlet.listen(("127.0.0.1", 0)) for name in CONTROLLERS}
    for name, socket in listening.items():
        builder = RingBuilder(4, 1, 0)
        place = {"ip": "127.0.0.1", "port": socket.getsockname()[1], "device": "disk"}
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, **place})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{name}.ring.gz"))
    for name, controller in CONTROLLERS.items():
        eventlet.spawn(wsgi.server, listening[name], controller(settings), log_output=False)
    proxy = eventlet.listen(("127.0.0.1", port))
    app = loadapp(str(folder / "proxy.conf"))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    wsgi.server(proxy, app, log_output=False)


main()
