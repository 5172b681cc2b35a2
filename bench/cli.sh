#!/bin/sh
# Measures `strongroom run -- true` with 50 secrets from the embedded vault against its neighbours, in one run.
# Needs hyperfine, age, pass, gpg and npm; prints a Markdown table. Usage: ./build && bench/cli.sh
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/sdk.sh"
need hyperfine:hyperfine age:age pass:pass gpg:gnupg npm:npm jq:jq >&2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export PH_OPT_OUT=true HOME="$work/home" NO_COLOR=1; mkdir -p "$HOME" "$work/project" "$work/plain" "$work/encrypted" "$work/varlock"
PATH="$root/dist:$PATH"

dotnet publish "$root/bench/Empty" -c Release -r "$(rid)" --self-contained -p:PublishTrimmed=true -p:PublishReadyToRun=true \
    -p:PublishSingleFile=true -o "$work/empty" -v q --nologo >&2
dotnet publish "$root/bench/Empty" -c Release -r "$(rid)" -p:PublishAot=true -o "$work/native" -v q --nologo >&2 || echo "no native program here" >&2
( cd "$work" && npm install --silent --no-fund --no-audit @dotenvx/dotenvx varlock >&2 )
bin="$work/node_modules/.bin"

i=0; while [ $i -lt 50 ]; do i=$((i + 1)); echo "SECRET_$i=value-$i-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"; done > "$work/plain/.env"
cp "$work/plain/.env" "$work/encrypted/.env"; cp "$work/plain/.env" "$work/varlock/.env.schema"
( cd "$work/encrypted" && "$bin/dotenvx" encrypt -q >&2 )
( cd "$work/project" && cp ../plain/.env . && strongroom init -q && strongroom import .env -q && rm .env && strongroom run -- true )
age-keygen -o "$work/age.key" 2>/dev/null
age -r "$(age-keygen -y "$work/age.key")" -o "$work/env.age" "$work/plain/.env"
gpg --batch --quiet --passphrase '' --quick-generate-key bench@example.invalid default default never 2>/dev/null
pass init bench@example.invalid >/dev/null; pass insert -m env < "$work/plain/.env" >/dev/null

measure() { # name, folder, command
    ( cd "$work/$2" && hyperfine -N --warmup 3 --min-runs "${4:-20}" --export-json "$work/$1.json" "$3" >/dev/null 2>&1 ) || { echo "$1 failed" >&2; return; }
}
measure env plain "env true"
measure empty plain "$work/empty/Empty"
measure native plain "$work/native/Empty"
measure strongroom project "strongroom run -- true"
measure get project "strongroom get SECRET_25"
measure age plain "age -d -i $work/age.key $work/env.age"
measure pass plain "pass show env"
measure dotenvx plain "$bin/dotenvx run -q -- true" 10
measure varlock varlock "$bin/varlock run -- true" 10
measure dotenvx-encrypted encrypted "$bin/dotenvx run -q -- true" 5

floor=$(jq -r '.results[0].mean' "$work/empty.json"); ours=$(jq -r '.results[0].mean' "$work/strongroom.json")
echo "| command, 50 secrets | mean ms | × empty .NET program | × strongroom run |"
echo "|---|---:|---:|---:|"
row() {
    [ -e "$work/$1.json" ] && jq -r --argjson floor "$floor" --argjson ours "$ours" --arg name "$2" \
        '.results[0].mean as $m | "| \($name) | \($m*10000|round/10) | \($m/$floor*100|round/100) | \($m/$ours*100|round/100) |"' "$work/$1.json"
}
row env '`env true`'
row empty 'an empty .NET program, precompiled single file'
row native 'an empty .NET program, native'
row strongroom '**`strongroom run -- true`**, embedded vault'
row get '`strongroom get NAME`'
row age '`age -d` of one file'
row pass '`pass show` of one entry'
row dotenvx '`dotenvx run`, plain'
row dotenvx-encrypted '`dotenvx run`, encrypted'
row varlock '`varlock run`'
