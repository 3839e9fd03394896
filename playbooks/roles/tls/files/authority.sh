#!/bin/sh
# Make an authority of our own: authority.sh NAME
set -eu
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=degoog $1" \
  -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout /etc/degoog/tls/authority.key -out /etc/degoog/tls/authority.new
chmod 0644 /etc/degoog/tls/authority.new
mv /etc/degoog/tls/authority.new /etc/degoog/tls/authority.pem
