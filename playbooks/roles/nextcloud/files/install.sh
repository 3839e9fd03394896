#!/bin/sh
# Install Nextcloud: install.sh ADMIN DATABASE HOME PHP, run as the account Nextcloud runs under.
# The first account's password is drawn here and never used: occ wants one on its command line.
set -eu
admin=$1 database=$2 home=$3 php=$4
export NEXTCLOUD_CONFIG_DIR="$home/config"
occ() { "/usr/bin/php$php" "$home/current/occ" --no-interaction "$@"; }
occ maintenance:install --database pgsql --database-host /run/postgresql --database-name "$database" \
  --database-user "$database" --data-dir "$home/data" \
  --admin-user "$admin" --admin-pass "$(head -c 30 /dev/urandom | base64)"
