#!/bin/sh
# Waits until Temporal serves, then makes sure of the namespace and its retention. TEMPORAL_ADDRESS is read by the Temporal
# CLI itself; `namespace create` does not read TEMPORAL_NAMESPACE.
set -eu

attempt=1
until temporal operator cluster health >/dev/null 2>&1; do
  if [ "$attempt" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS does not serve after 2 minutes" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done

set -- --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# The server caches which namespaces there are, so that the first answers after its start may be wrong.
attempt=1
until temporal operator namespace update "$@" >/dev/null 2>&1 ||
  temporal operator namespace create "$@" >/dev/null 2>&1; do
  if [ "$attempt" -ge 10 ]; then
    temporal operator namespace create "$@"
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done
