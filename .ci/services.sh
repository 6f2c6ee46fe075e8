#!/usr/bin/env bash
# Make sure that what the tests need besides Python is there; then run a command, if one is given,
# with DATABASE_URL and REDIS_URL saying where it is.
#
#   bash .ci/services.sh chromium fonts                       install (Debian) what is missing
#   bash .ci/services.sh postgresql redis -- <command …>      the same, start it, run the command
#
# A DATABASE_URL or REDIS_URL that is set already names servers of your own; those are left alone.
set -euo pipefail

local_database="postgresql://postgres@127.0.0.1:5432/postgres"
local_redis="redis://127.0.0.1:6379/15"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
    command -v apt-get >/dev/null || {
        echo "Please install by hand (there is no apt-get here): $*" >&2
        return 1
    }
    echo "Installing Debian packages: $*"
    if [ -z "${packages_updated:-}" ]; then
        as_root apt-get update -qq
        packages_updated=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

wait_for() {
    local seconds=$1
    shift
    for _ in $(seq "$((seconds * 5))"); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.2
    done
    return 1
}

postgresql_answers() {
    psql --no-psqlrc --quiet --dbname "$local_database" --command "SELECT 1"
}

ensure_postgresql() {
    [ -z "${DATABASE_URL:-}" ] || return 0
    if command -v psql >/dev/null && postgresql_answers >/dev/null 2>&1; then return 0; fi
    if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
        install_packages postgresql postgresql-client
    fi
    local hba
    hba=$(ls /etc/postgresql/*/main/pg_hba.conf | tail -n 1)
    # The tests make and drop databases, so they come as the superuser, from this machine only.
    if ! as_root grep -q "^host all postgres 127.0.0.1/32 trust" "$hba"; then
        echo "Letting user postgres in from 127.0.0.1 without a password ($hba)"
        as_root sed -i "1i host all postgres 127.0.0.1/32 trust" "$hba"
    fi
    as_root service postgresql start >/dev/null 2>&1 || true
    as_root service postgresql reload >/dev/null 2>&1 || true
    wait_for 30 postgresql_answers || {
        echo "PostgreSQL does not answer at $local_database" >&2
        return 1
    }
}

redis_answers() {
    [ "$(redis-cli -h 127.0.0.1 -p 6379 ping)" = PONG ]
}

ensure_redis() {
    [ -z "${REDIS_URL:-}" ] || return 0
    command -v redis-server >/dev/null || install_packages redis-server
    if redis_answers >/dev/null 2>&1; then return 0; fi
    as_root service redis-server start >/dev/null 2>&1 ||
        redis-server --bind 127.0.0.1 --port 6379 --save "" --daemonize yes >/dev/null
    wait_for 15 redis_answers || {
        echo "Redis does not answer at 127.0.0.1:6379" >&2
        return 1
    }
}

ensure_chromium() {
    command -v chromium >/dev/null || install_packages chromium
}

ensure_node() {
    command -v npm >/dev/null || install_packages nodejs npm
}

ensure_fonts() {
    # Thai and Latin letters for the pages that name a fallback font.
    if command -v fc-list >/dev/null && [ -n "$(fc-list :lang=th)" ]; then return 0; fi
    install_packages fontconfig fonts-thai-tlwg fonts-dejavu-core
}

while [ $# -gt 0 ]; do
    if [ "$1" = "--" ]; then
        shift
        export DATABASE_URL="${DATABASE_URL:-$local_database}"
        export REDIS_URL="${REDIS_URL:-$local_redis}"
        exec "$@"
    fi
    "ensure_$1"
    shift
done
