#!/bin/bash
# Whether /health answers 200 on this port; bash speaks TCP, so that the image needs no HTTP client.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/${OPENLOOP_PORT:-8080}"
printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
