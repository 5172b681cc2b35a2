#!/bin/sh
# Measures the server with wrk on this machine against a bare Kestrel endpoint that returns the same bytes:
#   bench/load.sh [seconds a round] [rates|slow|flush|tls|memory|restart|entries ...]
# Without a name all of them, of which memory (a million reads) and restart (100,000 leases) take about a minute each. Prints Markdown.
# STRONGROOM_SERVER and BARE name programs to start instead of publishing them. Wants: wrk curl jq openssl, and cc for slow.
set -eu
cd "$(dirname "$0")/.."
. scripts/sdk.sh
need wrk:wrk curl:curl jq:jq openssl:openssl
seconds=${1:-8}
[ $# -eq 0 ] || shift
parts=${*:-rates slow flush tls memory restart entries}
connections=64
work=$(mktemp -d)
server="" bare=""
trap 'kill $server $bare 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

publish="-c Release -r $(rid) --self-contained -p:PublishReadyToRun=true -v q --nologo"
# shellcheck disable=SC2086
[ -n "${BARE:-}" ] || dotnet publish bench/Bare $publish -o "$work/bare"
[ -n "${STRONGROOM_SERVER:-}" ] || [ -x dist/strongroom-server ] || ./build
${BARE:-$work/bare/Bare} 18311 >/dev/null 2>&1 & bare=$!

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
export VAULT_ADDR=http://127.0.0.1:18310

# serve FOLDER [more configuration]: starts a server; "first" is how long its first answer took.
serve() {
    cat >"$work/server.hcl" <<EOF
listener "tcp" {
  address     = "127.0.0.1:18310"
  tls_disable = 1
}
listener "tcp" {
  address       = "127.0.0.1:18312"
  tls_cert_file = "$work/tls.crt"
  tls_key_file  = "$work/tls.key"
}
storage "file" {
  path = "$work/$1"
}
${2:-}
EOF
    began=$(date +%s%N)
    ${STRONGROOM_SERVER:-dist/strongroom-server} -config="$work/server.hcl" >"$work/server.log" 2>&1 & server=$!
    until curl -sf -o /dev/null "$VAULT_ADDR/v1/sys/seal-status"; do sleep 0.01; done
    first=$((($(date +%s%N) - began) / 1000000))
}
stop() { kill "$server"; wait "$server" || true; server=""; }
call() { curl -sf -X "$1" -H "X-Vault-Token: ${token:-}" "$VAULT_ADDR/v1/$2" ${3:+-d "$3"}; }
fill() {
    token=""
    init=$(call PUT sys/init '{"secret_shares": 1, "secret_threshold": 1}')
    token=$(echo "$init" | jq -r .root_token)
    key=$(echo "$init" | jq '.keys[0]')
    call PUT sys/unseal "{\"key\": $key}" >/dev/null
    call POST sys/mounts/secret '{"type": "kv", "options": {"version": "2"}}'
    call PUT sys/policies/acl/app '{"policy": "path \"secret/*\" { capabilities = [\"create\", \"read\", \"update\"] }"}'
    for i in $(seq 100); do call POST "secret/data/app/s$i" '{"data": {"password": "one-two-three-four", "username": "application"}}' >/dev/null; done
    call POST sys/auth/approle '{"type": "approle"}'
    call POST auth/approle/role/app '{"token_policies": "app", "token_ttl": "1h"}'
    role=$(call GET auth/approle/role/app/role-id | jq -r .data.role_id)
    secret=$(call POST auth/approle/role/app/secret-id '{}' | jq -r .data.secret_id)
    app=$(call POST auth/token/create '{"policies": ["app"], "ttl": "24h"}' | jq -r .auth.client_token)
    export TOKEN="$app" ROLE="$role" SECRET="$secret" ROOT="$token"
}
resident() { awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/$server/status"; }
# run SCRIPT ADDRESS [NAME [SECONDS]]
run() { wrk -t1 -c$connections -d"${4:-$seconds}s" --latency -s "bench/load/$1.lua" "$2" >"$work/${3:-$1}.txt"; }
rate() { awk '/Requests\/sec/ {printf "%d", $2}' "$work/$1.txt"; }
p99() { awk '/99%/ {print $2}' "$work/$1.txt"; }
bad() { awk '/Non-2xx/ {print " (" $NF " failed)"}' "$work/$1.txt"; }
of() { awk "BEGIN {printf \"%.2f\", $(rate "$1") / $2}"; }
row() { echo "| $1 | $(rate "$2")$(bad "$2") | $(of "$2" "$(rate bare)") | $(p99 "$2") |"; }
# pairs SCRIPT ADDRESS NAME: three rounds in turn with bare Kestrel, which a busy machine slows down alike; keeps those with the middle ratio.
pairs() {
    for i in 1 2 3; do
        run bare http://127.0.0.1:18311 "bare$i"
        run "$1" "$2" "$3$i"
    done
    middle=$(for i in 1 2 3; do echo "$(of "$3$i" "$(rate "bare$i")") $i"; done | sort -n | sed -n '2s/.* //p')
    cp "$work/bare$middle.txt" "$work/bare.txt"
    cp "$work/$3$middle.txt" "$work/$3.txt"
}
warm() { run read "$VAULT_ADDR" warm; run bare http://127.0.0.1:18311; }
head="| $connections connections | requests/s | of bare Kestrel | p99 |
|---|---:|---:|---:|"

rates() {
    serve rates; fill
    echo "First answer after ${first} ms; resident memory $(resident) MiB idle."
    warm
    pairs read "$VAULT_ADDR" read
    for script in write login token; do
        run $script "$VAULT_ADDR" warm
        run $script "$VAULT_ADDR"
    done
    wrk -t1 -c64 -d"$((seconds + 4))s" -s bench/load/write.lua "$VAULT_ADDR" >/dev/null & writer=$!
    sleep 2
    wrk -t1 -c16 -d"${seconds}s" --latency -s bench/load/read.lua "$VAULT_ADDR" >"$work/mixed.txt"
    wait "$writer"
    echo "After all rounds: $(resident) MiB."
    stop
    flushes=$(dotnet run -c Release --project bench/Strongroom.Bench -- disk 1 "$work")
    printf '\n%s\n' "$head"
    row "bare Kestrel, the same bytes" bare
    row "read of a secret: token, policy, audit" read
    row "durable write of a secret, audited" write
    row "login by AppRole, durable" login
    row "new token, durable" token
    row "read (16 connections) while 64 write" mixed
    printf '\nThe disk flushes %s times a second, one by one: durable writes are %s of that.\n' "$flushes" "$(of write "$flushes")"
}
# The same writes on a disk whose flush takes 2 ms more: most disks in a cloud.
slow() {
    cc -shared -fPIC -O2 -o "$work/slowdisk.so" bench/load/slowdisk.c
    export SLOWDISK_MS=2 LD_PRELOAD="$work/slowdisk.so"
    serve slow
    unset LD_PRELOAD
    fill
    run write "$VAULT_ADDR" warm
    run write "$VAULT_ADDR" slow
    stop
    flushes=$(LD_PRELOAD="$work/slowdisk.so" dotnet run -c Release --project bench/Strongroom.Bench -- disk 1 "$work")
    unset SLOWDISK_MS
    printf '\nWhen a flush takes 2 ms more, the disk flushes %s times a second, one by one, and takes %s durable writes a second: %s of that.\n' \
        "$flushes" "$(rate slow)" "$(of slow "$flushes")"
}
flush() {
    serve flush 'audit_flush = "always"'; fill; warm
    pairs read "$VAULT_ADDR" flushed
    stop
    printf '\n%s\n' "$head"
    row "read with its audit record flushed to the disk before the answer" flushed
}
tls() {
    serve tls; fill; warm
    run read "$VAULT_ADDR" plain
    run read https://127.0.0.1:18312 tls
    stop
    printf '\nHTTPS: %s reads/s, %s of %s by HTTP.\n' "$(rate tls)" "$(of tls "$(rate plain)")" "$(rate plain)"
}
memory() {
    serve memory; fill
    idle=$(resident) reads=0
    while [ "$reads" -lt 1000000 ]; do
        run read "$VAULT_ADDR" memory 10
        reads=$((reads + $(awk '/requests in/ {print $1}' "$work/memory.txt")))
    done
    printf '\nResident memory: %s MiB idle, %s MiB after %s reads.\n' "$idle" "$(resident)" "$reads"
    stop
}
restart() {
    serve restart; fill
    made=0
    while [ "$made" -lt 100000 ]; do
        run token "$VAULT_ADDR" many 10
        made=$((made + $(awk '/requests in/ {print $1}' "$work/many.txt")))
    done
    stop
    serve restart
    call PUT sys/unseal "{\"key\": $key}" >/dev/null
    call GET auth/token/lookup-self >/dev/null
    printf '\nStart with %s leases: %s ms to the first answer by token.\n' "$made" "$((($(date +%s%N) - began) / 1000000))"
    stop
}
# From the start of the program to the first read of a secret and to the first answer that something is absent, with few entries and many.
entries() {
    serve entries; fill; stop
    held=0
    for count in 1000 1000000; do
        dotnet run -c Release --project bench/Strongroom.Bench -- grow "$work/entries/vault.db" $((count - held))
        held=$count
        serve entries
        call PUT sys/unseal "{\"key\": $key}" >/dev/null
        token=$TOKEN
        call GET secret/data/app/s1 >/dev/null
        read=$((($(date +%s%N) - began) / 1000000))
        call GET secret/data/app/none >/dev/null || true
        absent=$((($(date +%s%N) - began) / 1000000))
        printf '\nWith %s entries: first answer after %s ms, first secret after %s ms, first absence after %s ms.\n' "$count" "$first" "$read" "$absent"
        stop
    done
}
for part in $parts; do "$part"; done
