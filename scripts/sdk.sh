# Sourced by ./build, ./run and ./test: finds the .NET SDK and names this machine's runtime.

if ! command -v dotnet >/dev/null 2>&1; then
    echo "Strongroom is built with the .NET 10 SDK, and there is no 'dotnet' here." >&2
    echo "Get it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again." >&2
    exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

rid() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo linux-x64 ;;
        Linux-aarch64) echo linux-arm64 ;;
        Darwin-arm64) echo osx-arm64 ;;
        *) echo "no build for $(uname -sm)" >&2; exit 1 ;;
    esac
}

# Installs Debian packages that are missing, when we may; says so when we may not.
need() {
    missing=""
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
    done
    [ -z "$missing" ] || install $missing
}

# The same for shared libraries: need_library libname.so.1:package
need_library() {
    missing=""
    for pair in "$@"; do
        ldconfig -p 2>/dev/null | grep -q "${pair%%:*}" || missing="$missing ${pair##*:}"
    done
    [ -z "$missing" ] || install $missing
}

install() {
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "Installing $* …"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    else
        echo "Wanted too: $* (install them to run everything)" >&2
    fi
}

# The clients of other languages that the server and the fakes are tested with: Debian's hvac and boto3, and what tests/clients/node names.
need_client_libraries() {
    need node:nodejs npm:npm
    /usr/bin/python3 -c "import hvac" 2>/dev/null || install python3-hvac
    /usr/bin/python3 -c "import boto3" 2>/dev/null || install python3-boto3
    [ -d tests/clients/node/node_modules ] || (cd tests/clients/node && npm ci --no-audit --no-fund --loglevel=error) || echo "npm could not fetch the clients" >&2
}

# A PostgreSQL that tests start for themselves. Debian keeps its programs apart from the others.
need_postgresql() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install postgresql
}
