#!/bin/sh
# A signer that has its key in a file: `--sign-key 'exec:examples/signers/openssl.sh release.pem'`.
# gantry reads such a key itself. This one shows the protocol, and is where to begin with another program.
set -eu
action=$1 key=$2
case $action in
  public-key) exec openssl pkey -in "$key" -pubout ;;
  # The bytes stand on standard input. Of RSA and ECDSA keys their SHA-256 is signed.
  sign) exec openssl dgst -sha256 -sign "$key" ;;
  *) echo "cannot $action" >&2 && exit 2 ;;
esac
