#!/usr/bin/env bash
# Builds every consumer, the large ones too, runs the tests with the real programs, and writes docs/compatibility.md
# from what they said. `deno task consumers`; from nothing it takes about an hour on two cores, and a few minutes later.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
started=$SECONDS
bash .ci/install || exit 1
PATH=$(bash .ci/install --where):$PATH
bash tests/heavy/build.sh || exit 1
PATH=$(bash tests/heavy/build.sh --where):$PATH
export PATH
echo "everything is built ($((SECONDS - started)) s)"
export GANTRY_REQUIRE_TOOLS=1
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
# Neither releases nor shells are consumers.
mapfile -t files < <(find tests/heavy tests/interop -name '*_test.ts' | sort | grep -v -e /release_test -e /shells_test)
deno test -A --frozen --preload ./tests/support/preload.ts --sanitize-ops --sanitize-resources \
  --junit-path="$report" "${files[@]}" || status=$?
deno run -A --frozen scripts/compatibility.ts "$report" && deno fmt --quiet docs/compatibility.md || status=1
echo "done in $((SECONDS - started)) s"
exit "$status"
