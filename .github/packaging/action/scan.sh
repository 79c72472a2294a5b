#!/usr/bin/env bash
# Hands the inputs of the action to "skout ci" as they are. In: SKOUT_* variables. Out: what skout ci writes.
set -euo pipefail

options=()
yes() { [ "$1" = true ]; }
with() { [ -z "$2" ] || options+=("$1=$2"); }

with --config "$SKOUT_CONFIG"
with --baseline "$SKOUT_BASELINE"
with --base "$SKOUT_BASE"
with --sarif "$SKOUT_SARIF"
with --report "$SKOUT_REPORT"
yes "$SKOUT_ANNOTATIONS" || options+=(--no-annotations)
yes "$SKOUT_SUMMARY" || options+=(--no-summary)
if yes "$SKOUT_FETCH"; then options+=(--fetch); fi
case $SKOUT_SCOPE in
  auto) ;;
  history) options+=(--all) ;;
  *) printf '::error title=skout::scope is auto or history, not %q\n' "$SKOUT_SCOPE"; exit 2 ;;
esac
while IFS= read -r option; do
  [ -z "$option" ] || options+=("$option")
done <<<"$SKOUT_ARGS"

status=0
"$SKOUT_PROGRAM" ci "${options[@]+"${options[@]}"}" || status=$?
case $SKOUT_FAIL_ON in
  findings) ;;
  none) [ "$status" != 1 ] || status=0 ;;
  *) printf '::error title=skout::fail-on is findings or none, not %q\n' "$SKOUT_FAIL_ON"; exit 2 ;;
esac
exit "$status"
