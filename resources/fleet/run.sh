#!/usr/bin/env bash
# Usage: run.sh BIN PEERS [PORT]
# A fleet on this machine: PostgreSQL, three servers on PORT+1 to PORT+3, nginx before them on PORT (8080) and, where a
# display is, the monitor. Ctrl-C ends all, the database included.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
peers=$(cd "$2/root" && pwd)
port=${3:-8080}
for taken in $(seq "$port" $((port + 3))); do
    if (: <>"/dev/tcp/127.0.0.1/$taken") 2>/dev/null; then
        echo "openloop: port $taken of 127.0.0.1 is taken; make fleet FLEET_PORT=N takes N to N+3" >&2
        exit 1
    fi
done

folder=$(mktemp -d)
names=() pids=()
stop() { # SIGNAL NAME: those of that name, and waits
    local signal=$1 i
    for i in "${!names[@]}"; do
        [[ ${names[i]} != "$2"* ]] || kill -s "$signal" "${pids[i]}" 2>/dev/null || true
    done
    for i in "${!names[@]}"; do
        [[ ${names[i]} != "$2"* ]] || wait "${pids[i]}" || true
    done
}
end() { # in the order in which they need each other
    trap '' INT TERM HUP
    stop TERM monitor
    stop QUIT nginx
    stop TERM server
    stop INT PostgreSQL
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# PostgreSQL refuses to run as root, and whom it runs as must be able to enter its files.
account=()
if [ "$(id -u)" = 0 ]; then
    account=(--reuid=nobody --regid="$(id -g nobody)" --clear-groups)
    chown nobody "$folder"
    if ! setpriv "${account[@]}" test -x "$peers/usr"; then
        mkdir "$folder/peers"
        cp -a "$peers/." "$folder/peers"
        peers=$folder/peers
    fi
fi
libraries=$(printf '%s:' "$peers"/usr/lib "$peers"/usr/lib/*-linux-* "$peers"/lib/*-linux-*)
postgres=$(printf '%s\n' "$peers"/usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# Neither Ctrl-C of the terminal nor an early end of this script leaves one of them behind or ends it out of turn.
start() { # NAME PROGRAM ARGUMENT...
    local name=$1
    shift
    setsid setpriv --pdeathsig TERM "$@" <&- &
    names+=("$name") pids+=($!)
}
await() { # WHAT COMMAND...: until it succeeds
    local what=$1 deadline=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -gt $deadline ] || ! kill -0 "${pids[-1]}" 2>/dev/null; then
            echo "openloop: $what did not start" >&2
            cat "$folder"/*.log >&2
            exit 1
        fi
        sleep 0.05
    done
}

cd "$folder"
setpriv "${account[@]}" "$postgres/initdb" -D "$folder/data" -U openloop -A trust -E UTF8 --no-sync >/dev/null
start PostgreSQL "${account[@]}" "$postgres/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c jit=off \
    >"$folder/postgresql.log" 2>&1
await PostgreSQL setpriv "${account[@]}" "$postgres/createdb" -h "$folder" -U openloop openloop

unset LD_LIBRARY_PATH # the servers and the monitor take what is installed
servers=()
for k in 1 2 3; do
    start "server $((port + k))" "$bin/openloop-server" --port $((port + k)) --node-name "node$k" --log-format text \
        --database "postgresql://openloop@/openloop?host=$folder" --trusted-proxy 127.0.0.1 \
        > >(trap '' INT TERM HUP; exec sed -u "s/^/node$k: /") 2>&1
    servers+=("${pids[-1]}")
    await "server $((port + k))" curl --silent --fail "http://127.0.0.1:$((port + k))/readyz"
done

sed "s/:8083/:$((port + 3))/; s/:8082/:$((port + 2))/; s/:8081/:$((port + 1))/; s/:8080/:$port/" "$here/nginx.conf" \
    >nginx.conf
mkdir nginx
[ "${#account[@]}" = 0 ] || chown nobody nginx
start nginx env LD_LIBRARY_PATH="$libraries" setpriv "${account[@]}" "$peers/usr/sbin/nginx" -p nginx \
    -e stderr -c "$folder/nginx.conf" -g 'daemon off;'
await nginx curl --silent --fail "http://127.0.0.1:$port/health"

url=http://127.0.0.1:$port
n=48181119420100527776686281622010901153280245482416192175629232964490138110329 # a minute of one thread
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -x "$bin/openloop-monitor" ]; then
    start monitor "$bin/openloop-monitor" "fleet=$url/health" "node1=http://127.0.0.1:$((port + 1))/health" \
        "node2=http://127.0.0.1:$((port + 2))/health" "node3=http://127.0.0.1:$((port + 3))/health"
fi
cat <<END
openloop: three servers behind $url; who they are: curl $url/nodes
openloop: a job that takes a while: curl -d '{"n":"$n"}' $url/factorizations
openloop: end one (kill -9 ${servers[*]}), and see another take it; Ctrl-C ends all
END
wait "${pids[@]}" || true
