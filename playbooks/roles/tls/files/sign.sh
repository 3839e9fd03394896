#!/bin/sh
# Make a certificate of our own authority for one name: sign.sh NAME
set -eu
umask 077
name=$1 place=/etc/degoog/tls/$1
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
  -keyout "$place/privkey.new" -out "$place/request.pem"
printf 'subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n' "$name" > "$place/extensions"
openssl x509 -req -in "$place/request.pem" -CA /etc/degoog/tls/authority.pem -CAkey /etc/degoog/tls/authority.key \
  -CAcreateserial -days 397 -extfile "$place/extensions" -out "$place/leaf.pem"
cat "$place/leaf.pem" /etc/degoog/tls/authority.pem > "$place/fullchain.new"
mv "$place/privkey.new" "$place/privkey.pem"
mv "$place/fullchain.new" "$place/fullchain.pem"
chmod 0644 "$place/fullchain.pem"
rm -f "$place/request.pem" "$place/extensions" "$place/leaf.pem"
