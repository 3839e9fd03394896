#!/bin/sh
# Unpack a release into its folder: unpack.sh FILE FOLDER. Everybody may read it, however strict root is about new files.
set -eu
umask 022
tar --extract --file "$1" --directory "$2" --strip-components=1 --no-same-owner --no-same-permissions
