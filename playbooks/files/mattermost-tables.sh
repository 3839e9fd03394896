#!/bin/sh
# Say how far the tables are: Mattermost notes every migration in db_migrations as it goes.
set -eu
psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$1" \
  --command "SELECT count(*) || ' ' || coalesce(max(version), 0) FROM db_migrations"
