#!/bin/sh
# Runs a command of digest as the services do: as their user, with their settings, store and secrets.
#   install -m 755 digest.sh /usr/local/bin/digest
if [ -t 0 ] && [ -t 1 ]; then terminal=--pty; else terminal=--pipe; fi
exec systemd-run --quiet --wait --collect "$terminal" \
  --property=User=digest --property=DynamicUser=yes --property=UMask=0077 \
  --property=StateDirectory=digest --property=WorkingDirectory=/var/lib/digest \
  --property=EnvironmentFile=-/etc/digest/secrets \
  --setenv=DIGEST_STORE__URL=sqlite:////var/lib/digest/digest.db \
  --setenv=DIGEST_CONFIG=/etc/digest/digest.toml \
  /opt/digest/bin/digest "$@"
