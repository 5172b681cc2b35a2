#!/bin/sh
# Measures the server with wrk on this machine against a bare Kestrel endpoint that returns the same bytes: bench/load.sh [seconds a round]
# Prints a Markdown table. Wants: wrk curl jq (apt-get install wrk curl jq).
set -eu
cd "$(dirname "$0")/.."
. scripts/sdk.sh
need wrk:wrk curl:curl jq:jq
seconds=${1:-8}
connections=64
work=$(mktemp -d)
trap 'kill $server $bare 2>/dev/null || true; rm -rf "$work"' EXIT
server="" bare=""

publish="-c Release -r $(rid) --self-contained -p:PublishReadyToRun=true -v q --nologo"
# shellcheck disable=SC2086
dotnet publish bench/Bare $publish -o "$work/bare"
program=${STRONGROOM_SERVER:-dist/strongroom-server}
[ -n "${STRONGROOM_SERVER:-}" ] || [ -x dist/strongroom-server ] || ./build

cat >"$work/server.hcl" <<EOF
listener "tcp" {
  address     = "127.0.0.1:18310"
  tls_disable = 1
}
storage "file" {
  path = "$work/vault"
}
EOF
export VAULT_ADDR=http://127.0.0.1:18310
"$work/bare/Bare" 18311 >/dev/null 2>&1 & bare=$!
began=$(date +%s%N)
$program -config="$work/server.hcl" >"$work/server.log" 2>&1 & server=$!
until curl -sf -o /dev/null "$VAULT_ADDR/v1/sys/seal-status"; do sleep 0.02; done
first=$((($(date +%s%N) - began) / 1000000))

call() { curl -sf -X "$1" -H "X-Vault-Token: ${token:-}" "$VAULT_ADDR/v1/$2" ${3:+-d "$3"}; }
init=$(call PUT sys/init '{"secret_shares": 1, "secret_threshold": 1}')
token=$(echo "$init" | jq -r .root_token)
call PUT sys/unseal "{\"key\": $(echo "$init" | jq '.keys[0]')}" >/dev/null
call POST sys/mounts/secret '{"type": "kv", "options": {"version": "2"}}'
call PUT sys/policies/acl/app '{"policy": "path \"secret/*\" { capabilities = [\"create\", \"read\", \"update\"] }"}'
for i in $(seq 100); do call POST "secret/data/app/s$i" '{"data": {"password": "one-two-three-four", "username": "application"}}' >/dev/null; done
call POST sys/auth/approle '{"type": "approle"}'
call POST auth/approle/role/app '{"token_policies": "app", "token_ttl": "1h"}'
role=$(call GET auth/approle/role/app/role-id | jq -r .data.role_id)
secret=$(call POST auth/approle/role/app/secret-id '{}' | jq -r .data.secret_id)
app=$(call POST auth/token/create '{"policies": ["app"], "ttl": "24h"}' | jq -r .auth.client_token)

resident() { awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/$server/status"; }
idle=$(resident)
export TOKEN="$app" ROLE="$role" SECRET="$secret" ROOT="$token"
run() { wrk -t1 -c"${3:-$connections}" -d"${seconds}s" --latency -s "bench/load/$1.lua" "$2" >"$work/$1.txt"; }
rate() { awk '/Requests\/sec/ {printf "%d", $2}' "$work/$1.txt"; }
p99() { awk '/99%/ {print $2}' "$work/$1.txt"; }
bad() { awk '/Non-2xx/ {print " (" $NF " failed)"}' "$work/$1.txt"; }

run read "$VAULT_ADDR" # warm
run bare http://127.0.0.1:18311
run read "$VAULT_ADDR"
run write "$VAULT_ADDR"
run login "$VAULT_ADDR"
run token "$VAULT_ADDR"
loaded=$(resident)
wrk -t1 -c64 -d"$((seconds + 4))s" -s bench/load/write.lua "$VAULT_ADDR" >/dev/null & sleep 2
wrk -t1 -c16 -d"${seconds}s" --latency -s bench/load/read.lua "$VAULT_ADDR" >"$work/mixed.txt"
wait $!

row() { echo "| $1 | $(rate "$2")$(bad "$2") | $(awk "BEGIN {printf \"%.2f\", $(rate "$2") / $(rate bare)}") | $(p99 "$2") |"; }
echo "| $connections connections | requests/s | of bare Kestrel | p99 |"
echo "|---|---:|---:|---:|"
row "bare Kestrel, the same bytes" bare
row "read of a secret: token, policy, audit" read
row "durable write of a secret, audited" write
row "login by AppRole, durable" login
row "new token, durable" token
row "read (16 connections) while 64 write" mixed
echo
echo "First answer after ${first} ms; resident memory ${idle} MiB idle, ${loaded} MiB after these rounds."
