# SPDX-License-Identifier: GPL-3.0-or-later
# An https upstream that ends its answers by TLS's close_notify alone: the connection below stays. Of /lost it says
# the length, and forgets the twelfth request; /broken it leaves unanswered, and closes. Of /worn it leaves the eleventh
# and the next two unanswered, answers one, and forgets one.
"""Usage: tls_upstream.py CERTIFICATE KEY; prints its port."""
import socket
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
kept = []
asked = {b"/lost": 0, b"/worn": 0}
while True:
    plain = listener.accept()[0]
    try:
        connection = context.wrap_socket(plain, server_side=True)
        request = connection.recv(4096)  # the whole of it; or who asked does not believe us
        if not request:
            continue
        path = request.split(b" ")[1]
        if path in asked:
            asked[path] += 1
        if path == b"/broken" or (path == b"/worn" and 11 <= asked[path] <= 13):
            connection.close()
            continue
        if (path, asked.get(path)) in {(b"/lost", 12), (b"/worn", 15)}:
            kept.append(connection)
            continue
        length = b"Content-Length: 3\r\n" if path in asked else b""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length + b"\r\n[1]")
        connection.settimeout(0)
        kept.append(connection)
        connection.unwrap()
    except OSError:  # its own close_notify is not there yet, nor waited for
        pass
