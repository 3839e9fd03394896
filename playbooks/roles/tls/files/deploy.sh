#!/bin/sh
# certbot runs this after each renewal, and the playbook each time, with RENEWED_LINEAGE as its only argument.
set -eu
umask 077
place=/etc/degoog/tls/$(basename "$RENEWED_LINEAGE")
[ -e "$place/letsencrypt" ] || exit 0 # a name that has other certificates, or is none of ours
cmp -s "$RENEWED_LINEAGE/fullchain.pem" "$place/fullchain.pem" && cmp -s "$RENEWED_LINEAGE/privkey.pem" "$place/privkey.pem" && exit
cp "$RENEWED_LINEAGE/privkey.pem" "$place/privkey.pem"
cp "$RENEWED_LINEAGE/fullchain.pem" "$place/fullchain.pem"
chmod 0644 "$place/fullchain.pem"
# nginx has read it: the playbook need not tell it again.
stamp=/var/lib/degoog/applied/nginx
if systemctl reload nginx && [ -e "$stamp" ]; then touch "$stamp"; fi
echo placed
