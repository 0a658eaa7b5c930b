#!/bin/sh
# Installs gantry's binary for this machine, after its checksum was verified; no root is needed.
#
#   curl -fsSL https://github.com/gantry/gantry/releases/latest/download/install.sh | sh
#   GANTRY_VERSION=1.2.3 GANTRY_BIN=/usr/local/bin sh install.sh
#
# GANTRY_VERSION  the release to take; the newest when it is not set
# GANTRY_BIN      where the program goes; ~/.local/bin when it is not set
# GANTRY_RELEASES where releases are, for a mirror: FILE is at $GANTRY_RELEASES/download/vVERSION/FILE, and that of the
#                 newest release at $GANTRY_RELEASES/latest/download/FILE
set -eu

releases=${GANTRY_RELEASES:-https://github.com/gantry/gantry/releases}
version=${GANTRY_VERSION:-}
version=${version#v}
bin=${GANTRY_BIN:-${HOME:-}/.local/bin}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The name of the binary that runs on this machine.
binary() {
  case "$(uname -s)" in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    *) fail "There is no binary for $(uname -s); on Windows take gantry-x86_64-pc-windows-msvc.exe from $releases" ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) processor=x86_64 ;;
    aarch64 | arm64) processor=aarch64 ;;
    *) fail "There is no binary for the processor $(uname -m), only for x86_64 and aarch64" ;;
  esac
  if [ "$system" = unknown-linux-gnu ] && [ -n "$(ls /lib/ld-musl-* 2>/dev/null)" ] &&
    [ -z "$(ls /lib*/ld-linux-* /lib/*/ld-linux-* 2>/dev/null)" ]; then
    fail "gantry needs glibc 2.27 or newer, and this system has musl; take the container image instead"
  fi
  echo "gantry-$processor-$system"
}

# download URL FILE
download() {
  if has curl; then
    # A mirror may speak plain HTTP, but nobody may lead from HTTPS to it.
    case "$1" in
      https:*) protocols='=https' ;;
      *) protocols='=http,https' ;;
    esac
    curl -fsSL --retry 3 --proto "$protocols" --proto-redir "$protocols" -o "$2" "$1" || return 1
  elif has wget; then
    wget -q -O "$2" "$1" || return 1
  else
    fail "Cannot download anything: there is neither curl nor wget"
  fi
}

# The SHA-256 of a file, in hexadecimal.
checksum() {
  if has sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 <"$1" | sed 's/^.* //'
  else
    fail "Cannot verify the download: there is neither sha256sum nor shasum nor openssl"
  fi
}

main() {
  case "$bin" in
    /.local/bin) fail "Neither GANTRY_BIN nor HOME is set: where should gantry go?" ;;
  esac
  file=$(binary)
  if [ -n "$version" ]; then from=$releases/download/v$version; else from=$releases/latest/download; fi
  mkdir -p "$bin" || fail "Cannot make the directory $bin: set GANTRY_BIN to another one"
  # Beside its place, so that it gets its name in one step, and an old one keeps running.
  work=$(mktemp -d "$bin/.gantry.XXXXXX") || fail "Cannot write to $bin: set GANTRY_BIN to another directory"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  download "$from/SHA256SUMS" "$work/SHA256SUMS" || fail "Cannot download $from/SHA256SUMS"
  want=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$work/SHA256SUMS")
  [ -n "$want" ] || fail "$from/SHA256SUMS has no $file"
  download "$from/$file" "$work/gantry" || fail "Cannot download $from/$file"
  got=$(checksum "$work/gantry")
  [ "$got" = "$want" ] || fail "$from/$file is damaged: its SHA-256 is $got, and SHA256SUMS says $want; nothing is installed"
  chmod 755 "$work/gantry"
  said=$("$work/gantry" version 2>&1) || fail "The downloaded gantry does not run on this machine: $said"
  mv -f "$work/gantry" "$bin/gantry"
  printf '%s is in %s\n' "$said" "$bin/gantry"
  case ":${PATH:-}:" in
    *":$bin:"*) ;;
    *) printf 'It is not on PATH yet: export PATH="%s:$PATH"\n' "$bin" ;;
  esac
}

# Called last, so that a download of this script that broke off does nothing.
main
