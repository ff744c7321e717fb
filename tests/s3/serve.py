"""Serves an S3 store on this machine for tests, until standard input closes; prints the port.

moto (PyPI) keeps the objects in memory. Requests are served one after the other, so that what it does on condition
is done at once: with threads, two writers could both find a name free.
"""

import os
import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def leash():
    sys.stdin.read()
    os._exit(0)


server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(server.port, flush=True)
threading.Thread(target=leash, daemon=True).start()
server.serve_forever()
