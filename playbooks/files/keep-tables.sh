#!/bin/sh
# Keep a copy of a database: keep-tables.sh DATABASE FILE. The file appears once it is whole.
set -eu
umask 077
pg_dump --format=custom --file "$2.new" "$1"
mv "$2.new" "$2"
