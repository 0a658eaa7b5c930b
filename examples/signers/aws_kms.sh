#!/bin/sh
# A signer whose key never leaves AWS KMS: `--sign-key 'exec:examples/signers/aws_kms.sh alias/release'`.
# The key is asymmetric, for SIGN_VERIFY, with ECC_NIST_P256. Who calls it needs kms:GetPublicKey and kms:Sign.
set -eu
action=$1 key=$2
case $action in
  public-key)
    echo "-----BEGIN PUBLIC KEY-----"
    aws kms get-public-key --key-id "$key" --query PublicKey --output text | fold -w 64
    echo "-----END PUBLIC KEY-----"
    ;;
  sign)
    # A message may have 4096 bytes, a digest any. The signature comes in ASN.1 DER, in Base64.
    digest=$(mktemp)
    trap 'rm -f "$digest"' EXIT
    openssl dgst -sha256 -binary > "$digest"
    aws kms sign --key-id "$key" --message "fileb://$digest" --message-type DIGEST \
      --signing-algorithm ECDSA_SHA_256 --query Signature --output text
    ;;
  *) echo "cannot $action" >&2 && exit 2 ;;
esac
