#!/usr/bin/env bash
# Start a session over HTTP and follow it to its end, with curl alone.
#
#   mmm serve --data-root examples &
#   bash examples/api/start-session.sh http://127.0.0.1:8080
set -euo pipefail
url=${1:-http://127.0.0.1:8080}
here=$(cd "$(dirname "$0")/.." && pwd)

body=$(printf '{"baseline": %s, "business_context": %s, "limits": {"max_iterations": 2, "evaluations_per_iteration": 50}}' \
  "$(cat "$here/baseline_model.json")" "$(cat "$here/business_context.json")")

# The key makes a retry safe: asked twice, started once.
started=$(curl -sS --fail-with-body -X POST "$url/v1/sessions" \
  -H 'content-type: application/json' -H "idempotency-key: example-$$" --data-binary "$body")
session=$(printf '%s' "$started" | sed -E 's/.*"session":"([^"]+)".*/\1/')
echo "session $session"

# Server-sent events: id is the sequence number, event the type; ends with the session.
curl -sSN "$url/v1/sessions/$session/events" | grep --line-buffered '^event:'

curl -sS "$url/v1/sessions/$session/report" | grep -o '"decision":"[^"]*"' | sed -n 1p
