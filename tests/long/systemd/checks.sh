#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Within the systemd that boot.sh has started: what the units promise. Ends that systemd, by 0 if all of it holds.
exec >/mnt/log 2>&1
set -u
wrong=0
name=openloop-server
check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok     $what"
    else
        echo "FAILED $what"
        wrong=1
        systemctl --no-pager --lines=0 status $name | sed -n '/Active:/p;/Status:/p;/Process:/p'
        journalctl --no-pager --unit=$name --lines=3 --output=cat
    fi
}
soon() { # COMMAND...: within a minute
    local i
    for i in {1..600}; do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
show() { systemctl show -P "$1" $name; }
status_of() { curl -s -o /dev/null -w '%{http_code}' --max-time 20 "$@"; }
answers() { [ "$(status_of "$@")" = 200 ]; }
is() { [ "$1" = "$2" ]; }
drop_in() { # FILE, from standard input
    mkdir -p /etc/systemd/system/$name.service.d
    cat >"/etc/systemd/system/$name.service.d/$1.conf"
    systemctl daemon-reload
}
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -addext subjectAltName=DNS:localhost -keyout /etc/openloop/key.pem -out /etc/openloop/certificate.pem 2>/dev/null
    chmod 644 /etc/openloop/key.pem
}
subject() { openssl s_client -connect 127.0.0.1:8080 </dev/null 2>/dev/null | openssl x509 -noout -subject; }

mkdir -p /etc/openloop
echo 'OPENLOOP_DRAIN_DELAY=0' >/etc/default/$name
check "it is started when it listens" systemctl start $name
check "and answers then" answers http://127.0.0.1:8080/health
check "its status says where" is "$(show StatusText)" "listening on http://127.0.0.1:8080"
process=$(show MainPID)
check "it is not root" [ "$(stat -c %u "/proc/$process")" != 0 ]
check "it takes jobs" is "$(status_of -d '{"n":"91"}' http://127.0.0.1:8080/factorizations)" 202
check "its database works" answers http://127.0.0.1:8080/query_database
check "and keeps them where it should" test -s /var/lib/openloop/openloop.sqlite
check "/etc/default is read" grep -qz '^OPENLOOP_DRAIN_DELAY=0$' "/proc/$process/environ"
check "it stops" systemctl stop $name
check "in good order" is "$(show Result) $(show ExecMainStatus)" "success 0"

# LimitNICE= is out of reach of a systemd that lacks CAP_SYS_RESOURCE; the filter of system calls is the same.
if ((!(0x$(sed -n 's/^CapBnd:\t//p' /proc/1/status) >> 24 & 1))); then
    echo "here LimitNICE= grants nothing: a capability stands for it"
    echo -e '[Service]\nAmbientCapabilities=CAP_SYS_NICE\nCapabilityBoundingSet=CAP_SYS_NICE\nPrivateUsers=no' | drop_in nice
fi
systemctl start $name
# From Linux 6.12 on it asks for short slices instead.
wanted=$([ "$(printf '%s\n' 6.12 "$(uname -r)" | sort -V | head -n 1)" = 6.12 ] && echo 0 || echo -10)
check "its loop runs at nice $wanted" is "$(sed 's/.*) //' "/proc/$(show MainPID)/stat" | cut -d ' ' -f 17)" "$wanted"
systemctl stop $name
rm -f /etc/systemd/system/$name.service.d/nice.conf
systemctl daemon-reload

echo 'port = 8081' >/etc/openloop/server.ini
systemctl start $name
check "/etc/openloop/server.ini is read" answers http://127.0.0.1:8081/health
rm /etc/openloop/server.ini

install -m 600 /dev/stdin /etc/openloop/token <<<'first:secret-of-the-first'
token='LoadCredential=token:/etc/openloop/token\nEnvironment=OPENLOOP_TOKEN_FILE=%d/token'
if ! systemd-run --quiet --wait --unit=probe -p DynamicUser=yes -p LoadCredential=token:/etc/openloop/token \
    cat /run/credentials/probe.service/token; then
    echo "here no service can read its credentials: a file that all may read stands for one"
    chmod 644 /etc/openloop/token
    token='Environment=OPENLOOP_TOKEN_FILE=/etc/openloop/token'
fi
echo -e "[Service]\n$token" | drop_in token
systemctl restart $name
check "without a token nobody asks" is "$(status_of http://127.0.0.1:8080/metrics)" 401
check "with it, one does" answers -H 'Authorization: Bearer secret-of-the-first' http://127.0.0.1:8080/metrics
rm /etc/systemd/system/$name.service.d/token.conf

certificate before
printf '[Service]\nEnvironment=OPENLOOP_TLS_CERTIFICATE=/etc/openloop/certificate.pem OPENLOOP_TLS_KEY=/etc/openloop/key.pem\n' | drop_in tls
systemctl restart $name
check "it has its certificate" is "$(subject)" "subject=CN = before"
certificate after
check "it is reloaded" systemctl reload $name
check "and has the new one" is "$(subject)" "subject=CN = after"
echo nothing >/etc/openloop/key.pem
systemctl reload $name
check "a broken one is not taken" is "$(subject)" "subject=CN = after"
check "and the status says so" grep -q 'not read again: /etc/openloop/key.pem' <<<"$(show StatusText)"
rm /etc/systemd/system/$name.service.d/tls.conf

printf '[Service]\nWatchdogSec=2\n' | drop_in watchdog
systemctl restart $name
for i in {1..6}; do sleep 1; done # three times as long as the watchdog bears
check "whose loop turns is left alone" is "$(show NRestarts)" 0
check "and is active" is "$(show ActiveState)" active
process=$(show MainPID)
[ "$process" = 0 ] || kill -STOP "$process" # 0 would be this script
restarted() { [ "$(show NRestarts)" = 1 ]; }
check "whose loop is stuck begins anew" soon restarted
check "and answers again" soon answers http://127.0.0.1:8080/health
rm /etc/systemd/system/$name.service.d/watchdog.conf

printf '[Service]\nEnvironment=OPENLOOP_PORT=none\n' | drop_in usage
systemctl daemon-reload
systemctl stop $name
systemctl start $name 2>/dev/null
check "bad usage is not tried again" is "$(show Result) $(show ExecMainStatus) $(show NRestarts)" "exit-code 2 0"
rm /etc/systemd/system/$name.service.d/usage.conf
systemctl daemon-reload
systemctl reset-failed $name

check "the socket listens" systemctl start $name.socket
check "before the service does" is "$(show ActiveState)" inactive
check "who comes starts it" answers http://127.0.0.1:8080/health
check "by the socket that it was handed" is "$(show StatusText)" "listening on http://127.0.0.1:8080"
systemctl restart $name &
refused=0
while kill -0 $! 2>/dev/null; do
    answers --http1.1 -H 'Connection: close' http://127.0.0.1:8080/health || refused=$((refused + 1))
done
check "while it begins anew nobody is refused" is $refused 0
systemctl stop $name.socket $name
check "all is stopped in good order" is "$(show Result) $(show ExecMainStatus)" "success 0"

echo ended
systemctl --no-block exit $wrong
