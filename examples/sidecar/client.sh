#!/bin/sh
# Prints a venue and its bookings by a word, as JSON: a client of the sidecar with curl alone.
set -eu

gateway=${GATEWAY_URL:-http://localhost:3000}
connection=${CONNECTION_ID:-demo-venue}
tries=3

head=$(mktemp)
body=$(mktemp)
trap 'rm -f "$head" "$body"' EXIT

header() { # NAME: its value in the last answer
  sed -n "s/^$1: *//Ip" "$head" | tr -d '\r' | tail -n 1
}

get() { # PATH [CURL OPTION...]
  path=$1
  shift
  left=$tries
  while :; do
    left=$((left - 1))
    status=$(curl --silent --show-error --max-time 90 --dump-header "$head" --output "$body" --write-out '%{http_code}' \
      --header "Connection-Id: $connection" --header 'Roller-Max-Wait: 20' \
      ${API_KEY:+--header "Authorization: Bearer $API_KEY"} "$@" "$gateway/roller$path") || exit 1
    case $status in
      2*) cat "$body"; echo; return ;;
      429) [ "$left" -gt 0 ] && sleep "$(header Retry-After)" && continue ;;
    esac
    # A problem document of the gateway has the facts in detail and an instruction in hint; any other error is ROLLER's own.
    echo "$(header Roller-Answered-By) answered $status:" >&2
    cat "$body" >&2
    echo >&2
    exit 1
  done
}

get /venues/me
get /bookings --get --data-urlencode "keywords=${1:-smith}"
