#!/bin/sh
# Take sites away whose certificate is missing: aside.sh SITE… names those that it took. The next steps write them anew.
set -eu
for site do
  [ -e "$site" ] || continue
  for certificate in $(sed -n 's/^ *ssl_certificate *\([^ ;]*\) *;.*/\1/p' "$site"); do
    if [ ! -e "$certificate" ] && [ -e "$site" ]; then
      rm "$site"
      echo "$site"
    fi
  done
done
