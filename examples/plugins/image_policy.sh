#!/bin/sh
# A policy gate in POSIX shell: no manifest may use an image by the tag latest. It stands before the archive, so that
# nothing is packed that would not be allowed, and `gantry plan` says so too.
set -eu

case ${1-} in
metadata)
  cat <<'END'
{
  "protocol": [1],
  "name": "examples:image-policy",
  "version": "1.0.0",
  "stage": "before:archive",
  "description": "Stops the publication when an image has the tag latest.",
  "files": true
}
END
  ;;
run)
  # One JSON document on one line; the directory is the only part that this needs.
  files=$(sed -n 's/.*"filesDirectory" *: *"\([^"\\]*\)".*/\1/p')
  cd "$files"
  found=$(find . -type f \( -name '*.yaml' -o -name '*.yml' \) \
    -exec grep -nE '^[ -]*image: *["'\'']?[^ "'\'']+:latest["'\'']? *$' /dev/null {} + || true)
  if [ -z "$found" ]; then
    echo '{}'
    exit 0
  fi
  printf '%s\n' "$found" >&2
  first=$(printf '%s\n' "$found" | sed -n '1s/^\.\/\([^:]*\):.*/\1/p' | tr -d '"\\')
  printf '{"failed":{"code":"POLICY","message":"An image in %s has the tag latest","path":"%s","hint":"%s"}}\n' \
    "$first" "$first" "name a version, or better a digest"
  ;;
*)
  echo "usage: $0 metadata|run" >&2
  exit 2
  ;;
esac
