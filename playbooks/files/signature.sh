#!/bin/sh
# Check a detached signature: signature.sh FINGERPRINT KEY SIGNATURE FILE, with that key alone and in a home of its own.
# What the key file claims counts for nothing: the signature must be of the key with this fingerprint, or a subkey of it.
set -eu
home=$(mktemp -d)
trap 'gpgconf --homedir "$home" --kill all >/dev/null 2>&1 || true; rm -rf "$home"' EXIT
gpg --homedir "$home" --batch --quiet --import "$2" 2>/dev/null || true
said=$(gpg --homedir "$home" --batch --status-fd 1 --verify "$3" "$4" 2>/dev/null) || true
if ! printf '%s\n' "$said" | grep -E "^\\[GNUPG:\\] VALIDSIG ($1 |.* $1\$)" >/dev/null; then
  echo "SIGNATURE_DIFFERS $(basename "$4")" >&2
  exit 1
fi
