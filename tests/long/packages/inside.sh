#!/usr/bin/env bash
# Usage: inside.sh, in a bare root with the packages in /packages. Installs, runs, upgrades, removes and purges them.
set -eEuo pipefail
. /etc/os-release
packages=(openloop-factor openloop-server openloop-monitor)
state=/var/lib/openloop # what systemd would make for the service's own user, here nobody's
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND" >&2; cat /tmp/*.log 2>/dev/null | tail -n 20 >&2' ERR

passed() { echo "debian $VERSION_ID: $*"; }
fail() { echo "debian $VERSION_ID: FAILED: $*" >&2; exit 1; }
apt() { apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/tmp/apt.log 2>&1; }
file_of() { echo "/packages/$2$1"_*.deb; } # PACKAGE [next/]

# Every file with its kind and the target of a link; below /etc with what is in it, too. Not what logs, caches and the
# package manager write about any package.
files() {
    { find / -xdev \( -path /tmp -o -path /packages -o -path /try -o -path /var/log -o -path /var/cache -o -path /var/lib/apt \
        -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/dpkg/triggers \) -prune -o -printf '%y %p %l\n'
    find /etc -xdev -type f -exec sha256sum {} +; } | sort
}

# What a package needs, as apt finds it from a state without it; installed alone, so that whatever comes afterwards is ours.
install_needs() {
    local needs
    needs=$(apt-get install --simulate --no-install-recommends "$(file_of "$1" "")" | awk '$1 == "Inst" { print $2 }')
    grep -qx "$1" <<<"$needs" || fail "apt would not install $1"
    needs=$(grep -vx "$1" <<<"$needs") || return 0
    apt install $needs
}

install() {
    apt install "$(file_of "$1" "")"
    [ "$(dpkg-query --show --showformat '${db:Status-Abbrev}' "$1")" = "ii " ] || fail "$1 is not installed"
    dpkg --verify "$1"
}

start_service() { # as the unit does, but for systemd
    rm -f /tmp/ready
    setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/nonexistent XDG_DATA_HOME=/var/lib \
        openloop-server --log-format json --port 0 >/tmp/ready 2>/tmp/server.log &
    server=$!
    until grep -q listening /tmp/ready; do # for as long as it lives: it says one or the other
        kill -0 "$server" || fail "openloop-server ended: $(tail -n 3 /tmp/server.log)"
        sleep 0.1
    done
    port=$(sed 's/.*://' /tmp/ready)
}

stop_service() {
    kill -TERM "$server"
    wait "$server" || fail "openloop-server ended with $?"
}

ask() { # METHOD PATH [BODY]: the answer, whole; bash speaks TCP, so that the root stays bare
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
        "$1" "$2" "${#3}" "$3" >&3
    timeout 30 cat <&3
    exec 3>&-
}

apt-get update -qq
for package in "${packages[@]}"; do
    files >"/tmp/before-$package"
    install_needs "$package"
    files >"/tmp/needs-$package"
    install "$package"
    files >"/tmp/with-$package"
    passed "$package $(dpkg-query --show --showformat '${Version}' "$package") installs in a bare root, with $(
        comm -13 "/tmp/before-$package" "/tmp/needs-$package" | grep -c '/var/lib/dpkg/info/.*\.list' || true) packages that it needs"
done

[ "$(openloop-factor 360)" = "360: 2 2 2 3 3 5" ] || fail "openloop-factor 360"
bash -c '. /usr/share/bash-completion/completions/openloop-factor && complete -p openloop-factor' >/dev/null
passed "$(openloop-factor --version | head -n 1) factors 360, and bash completes it"

openloop-server --version >/dev/null
[ -e /etc/systemd/system/multi-user.target.wants/openloop-server.service ] || fail "the service is not enabled"
[ ! -e /etc/systemd/system/multi-user.target.wants/openloop-monitor.service ] || fail "the monitor's service is enabled"
[ -z "$(find /etc/systemd -name '*openloop*.socket')" ] || fail "the socket is enabled"
passed "the service is enabled, the monitor's and the socket are not"

mkdir -m 0700 "$state"
chown nobody:nogroup "$state"
start_service
ask GET /health "" | grep -q '"status":"healthy"' || fail "/health"
job=$(ask POST /factorizations '{"n":"1000000016000000063"}' | sed -n 's/^[Ll]ocation: *\(.*\)\r$/\1/p')
[ -n "$job" ] || fail "no job was taken"
passed "$(openloop-server --version) answers as nobody, and takes a job"

openloop-monitor --headless --duration 3s --quiet --json /tmp/report.json --assert 'health.errors=0' \
    "health=http://127.0.0.1:$port/health" >/tmp/monitor.log 2>&1 || [ $? = 4 ] || fail "openloop-monitor: $(cat /tmp/monitor.log)"
grep -q '"errors": *0' /tmp/report.json
ls /usr/lib/*/qt6/plugins/platforms/libqxcb.so >/dev/null || fail "no window can be shown"
passed "$(openloop-monitor --version) measures it without a display"

apt install "$(file_of openloop-factor next/)" "$(file_of openloop-server next/)" "$(file_of openloop-monitor next/)"
for package in "${packages[@]}"; do
    [ "$(dpkg-query --show --showformat '${Version}' "$package")" = \
        "$(dpkg-deb --field "$(file_of "$package" next/)" Version)" ] || fail "$package was not upgraded"
done
ask GET /health "" | grep -q '"status":"healthy"' || fail "/health while its program was replaced"
stop_service
start_service
ask GET "$job" "" | grep -q '"state":"done".*1000000007' || fail "the job is lost by the upgrade"
stop_service
passed "upgraded over the running service: $(dpkg-query --show --showformat '${Version}' openloop-server) knows its jobs"

apt remove "${packages[@]}"
[ -s "$state/openloop.sqlite" ] || [ -n "$(ls -A "$state")" ] || fail "removal took the state"
[ ! -e /usr/bin/openloop-server ] || fail "removal left the program"
passed "removed, the state is kept"
dpkg --purge "${packages[@]}" >/tmp/apt.log 2>&1 # apt no longer knows those that a removal left nothing of
{
    cat /tmp/before-openloop-factor
    for package in "${packages[@]}"; do
        comm -13 "/tmp/before-$package" "/tmp/needs-$package"
    done
} | sort -u >/tmp/expected
files >/tmp/after
left=$(comm -13 /tmp/expected /tmp/after)
[ -z "$left" ] || fail "a purge leaves: $left"
[ -z "$(find / -xdev -iname '*openloop*' -not -path '/packages/*' -not -path '/tmp/*')" ] || fail "a name of ours is left"
passed "purged, nothing is left: $(wc -l <"/tmp/with-openloop-monitor") entries before, $(wc -l </tmp/after) after"
