#!/bin/sh
# Publishes the container images of a release, by gantry itself: the binary on distroless/cc, and on its debug variant,
# which has a shell.
#
#   publish_images.sh RELEASE TARGET [BASE [DEBUG_BASE]]
#
# RELEASE is the directory of the release's files, TARGET a repository such as oci://ghcr.io/acme/gantry. Tags are the
# version, which never moves, and `latest`; with `-debug` for the debug variant, and with `-arm64` for Arm.
set -eu

release=$1
target=$2
base=${3:-oci://gcr.io/distroless/cc-debian12}
debug=${4:-oci://gcr.io/distroless/cc-debian12:debug}
gantry=$release/gantry-$(uname -m)-unknown-linux-gnu
version=$("$gantry" version | cut -d ' ' -f 2)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# publish PROCESSOR PLATFORM BASE SUFFIX
publish() {
  binary=$release/gantry-$1-unknown-linux-gnu
  if [ ! -e "$binary" ]; then
    echo "There is no $binary, so there is no image of it" >&2
    return
  fi
  rm -rf "$work/root"
  mkdir -p "$work/root/usr/local/bin"
  cp "$binary" "$work/root/usr/local/bin/gantry"
  "$gantry" push "$work/root" "$target" --no-config --profile image --platform "$2" --base "$3" \
    --entrypoint /usr/local/bin/gantry --tag "$version$4" --immutable \
    --source https://github.com/gantry/gantry --annotation "org.opencontainers.image.version=$version"
  "$gantry" tag "$target:$version$4" "latest$4"
}

publish x86_64 linux/amd64 "$base" ""
publish aarch64 linux/arm64 "$base" -arm64
publish x86_64 linux/amd64 "$debug" -debug
publish aarch64 linux/arm64 "$debug" -debug-arm64
