# SPDX-License-Identifier: GPL-3.0-or-later
# An https upstream that ends its answers by TLS's close_notify alone: the connection below stays.
"""Usage: closes_by_notify.py CERTIFICATE KEY; prints its port."""
import socket
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
kept = []
while True:
    plain = listener.accept()[0]
    try:
        connection = context.wrap_socket(plain, server_side=True)
        if not connection.recv(4096):  # the whole request; or who asked does not believe us
            continue
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[1]")
        connection.settimeout(0)
        kept.append(connection)
        connection.unwrap()
    except OSError:  # its own close_notify is not there yet, nor waited for
        pass
