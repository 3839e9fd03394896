#!/bin/sh
# Say how far the tables are: which migrations ran, and the version of each application. Nextcloud notes every migration
# in oc_migrations as it goes, so what is said changes with the first one.
set -eu
psql --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$1" --command "
  SELECT (SELECT count(*) FROM oc_migrations) || ' ' || coalesce((SELECT md5(string_agg(appid || configvalue, ',' ORDER BY appid))
  FROM oc_appconfig WHERE configkey = 'installed_version'), '')"
