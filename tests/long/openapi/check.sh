#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What others make of openapi.json: spectral finds nothing, and a client made by openapi-typescript compiles and calls
# every route of the real service. Needs npm. Usage: check.sh SERVER FOLDER; the folder keeps what npm installs.
set -eu
server=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
mkdir -p "$2"
cd "$2"
cp "$here/package.json" "$here/client.ts" .
npm install --silent --no-audit --no-fund --ignore-scripts
mkfifo ready.$$
"$server" --port 0 --database sqlite::memory: --log-format text > ready.$$ & pid=$!
trap 'kill $pid; rm -f ready.$$' EXIT
read -r line < ready.$$
url=${line##* }
curl --silent --show-error --fail "$url/openapi.json" > openapi.json
echo 'extends: ["spectral:oas"]' > .spectral.yaml
npx spectral lint --fail-severity hint openapi.json
npx openapi-typescript openapi.json -o schema.d.ts > /dev/null
npx tsc --strict --noUncheckedIndexedAccess --module nodenext --target es2022 --skipLibCheck --outDir . client.ts
node client.js "$url"
