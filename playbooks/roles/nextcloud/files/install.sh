#!/bin/sh
# Install Nextcloud: install.sh ADMIN DATABASE HOME PHP, run as the account Nextcloud runs under.
# occ makes the first account early and says "installed" last: what was cut off in between cannot be repeated on top of
# itself. A mark tells that it was, and only then are the tables emptied: nothing else was ever in them.
set -eu
admin=$1 database=$2 home=$3 php=$4
export NEXTCLOUD_CONFIG_DIR="$home/config"
mark="$home/config/installing"
drawn() { head -c 30 /dev/urandom | base64; }
if [ -e "$mark" ] && ! grep -qs "'installed' => true" "$home/config/config.php"; then
  psql --host /run/postgresql --dbname "$database" --quiet --set ON_ERROR_STOP=1 --command 'DROP SCHEMA public CASCADE' \
    --command 'CREATE SCHEMA public'
  rm -f "$home/config/config.php"
fi
: > "$mark"
# occ wants a password on its command line, where others can read it: a drawn one, which is another an instant later.
"$php" "$home/current/occ" --no-interaction maintenance:install --database pgsql --database-host /run/postgresql \
  --database-name "$database" --database-user "$database" --data-dir "$home/data" \
  --admin-user "$admin" --admin-pass "$(drawn)"
rm "$mark"
password=$(drawn)
printf '%s\n%s\n' "$password" "$password" | "$php" "$home/current/occ" user:resetpassword "$admin"
