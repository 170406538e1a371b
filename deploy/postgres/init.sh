#!/bin/bash
# One database and one user for each service; nobody enters another's. Runs once, when the cluster is made.
set -euo pipefail
for service in engagements scheduling documents notifications billing; do
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE USER $service PASSWORD '$service';
CREATE DATABASE $service OWNER $service ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE $service FROM PUBLIC;
SQL
done
