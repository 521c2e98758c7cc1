#!/bin/bash
# Sign labels with a private key that stays in an HSM or a smart card, by PKCS #11.
#
#   examples/sign-pkcs11.sh setup DIR    make a P-256 key in the token; its public key in DIR/label.pub
#   ailabel label FILE … --signer-path examples/sign-pkcs11.sh --public-key DIR/label.pub
#
# ailabel gives the bytes to sign on standard input and takes the signature from standard output.
# The PIN comes from the environment, where the token's own tools look for it too. To try it without
# hardware: apt-get install softhsm2 opensc, and PKCS11_MODULE as it stands.
set -euo pipefail

module=${PKCS11_MODULE:-/usr/lib/softhsm/libsofthsm2.so}
token=${PKCS11_TOKEN:-ailabel}
: "${AILABEL_PKCS11_PIN:?the PIN of the token, in the environment}"
export AILABEL_PKCS11_PIN

tool() { pkcs11-tool --module "$module" --token-label "$token" --login --pin env:AILABEL_PKCS11_PIN "$@"; }

if [ "${1:-}" = setup ]; then
  folder=${2:?the folder for label.pub}
  if [[ $module == *softhsm* ]]; then # a real token has been initialised by its owner
    softhsm2-util --init-token --free --label "$token" --pin "$AILABEL_PKCS11_PIN" --so-pin "$AILABEL_PKCS11_PIN" >&2
  fi
  tool --keypairgen --key-type EC:prime256v1 --label label --id 01 >&2
  tool --read-object --type pubkey --id 01 | openssl pkey -pubin -inform DER -pubout -out "$folder/label.pub"
  exit
fi

openssl dgst -sha256 -binary | tool --sign --mechanism ECDSA --id 01 --signature-format openssl \
  --input-file /dev/stdin --output-file /dev/stdout 2> >(grep -v '^Using' >&2)
