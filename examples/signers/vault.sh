#!/bin/sh
# A signer whose key never leaves Vault or OpenBao: `--sign-key 'exec:examples/signers/vault.sh release'`.
# The key is one of the transit engine, of the type ecdsa-p256. VAULT_ADDR and VAULT_TOKEN are in the environment.
set -eu
action=$1 key=$2
case $action in
  public-key)
    vault read -format=json "transit/keys/$key" |
      jq -r '.data.keys[(.data.latest_version | tostring)].public_key'
    ;;
  sign)
    # The answer is vault:v1:SIGNATURE, in ASN.1 DER.
    base64 | tr -d '\n' |
      vault write -field=signature "transit/sign/$key/sha2-256" marshaling_algorithm=asn1 input=- |
      cut -d : -f 3
    ;;
  *) echo "cannot $action" >&2 && exit 2 ;;
esac
