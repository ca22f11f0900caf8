#!/usr/bin/env bash
# What InfluxDB's official clients make of a query that fails after it has begun to answer.
#
# Subject: @influxdata/influxdb-client 1.35.0 (npm) and influxdb-client 1.50.0 (PyPI), on one annotated CSV answer as
#   the query API of InfluxDB 2 defines it: 200, a table of values, then a table with the columns error and reference.
# Guess: every official client turns the error table into an error.
# Seen: Python's throws FluxQueryException with its words. JavaScript's collectRows resolves: the error is one more row,
#   {"error": "…", "reference": "897"}, behind the rows that came before it. Also where the error is all there is.
# So: a source for InfluxDB must look for a table whose columns are error and reference (or a row with an `error` and
#   without a `_value`) before it takes a value, and answer "provider failed" with its words. The status is 200 either
#   way. A source that takes the first row's _value would judge by a part of the answer; one that takes the last row's
#   would say "no data" for a query that the server gave up.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with influxdb-client==1.50.0
mkdir "$work/node"
npm install --silent --no-audit --no-fund --prefix "$work/node" @influxdata/influxdb-client@1.35.0 >"$work/npm.log"
port=$(free_ports 1)

cat >"$work/server.py" <<'PYTHON'
import http.server, sys

values = ['#datatype,string,long,double', '#group,false,false,false', '#default,_result,,', ',result,table,_value', ',,0,99.5', '']
error = ['#datatype,string,string', '#group,true,true', '#default,,', ',error,reference', ',time limit reached,897', '']
answers = {'cut': values + error, 'failed': error, 'good': values}

class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        self.send_response(200)
        self.send_header('content-type', 'text/csv; charset=utf-8')
        self.end_headers()
        self.wfile.write('\r\n'.join(answers[self.path.split('org=')[1].split('&')[0]] + ['']).encode())

http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Server).serve_forever()
PYTHON
cat >"$work/node/ask.cjs" <<'JAVASCRIPT'
const {InfluxDB} = require('@influxdata/influxdb-client');
const [url, org] = process.argv.slice(2);
const query = new InfluxDB({url, token: 'none'}).getQueryApi(org);
query.collectRows('from(bucket: "b") |> range(start: -1m)').then(
	(rows) => console.log(JSON.stringify(rows.map(({result, table, ...row}) => row))),
	(error) => console.log('throws', error.message),
);
JAVASCRIPT
cat >"$work/ask.py" <<'PYTHON'
import sys
from influxdb_client import InfluxDBClient

url, org = sys.argv[1:]
try:
    tables = InfluxDBClient(url, 'none', org=org).query_api().query('from(bucket: "b") |> range(start: -1m)')
    print([record['_value'] for table in tables for record in table.records])
except Exception as error:
    print('throws', type(error).__name__, error)
PYTHON

start server python3 "$work/server.py" "$port"
until_ok 10 curl -sf --data x "http://127.0.0.1:$port/api/v2/query?org=good"
javascript() { node "$work/node/ask.cjs" "http://127.0.0.1:$port" "$1"; }
python() { "$work/python/bin/python" "$work/ask.py" "http://127.0.0.1:$port" "$1"; }

expect 'a good answer, JavaScript' '[{"_value":99.5}]' "$(javascript good)"
expect 'a good answer, Python' '[99.5]' "$(python good)"
expect 'cut by an error, JavaScript' '[{"_value":99.5},{"error":"time limit reached","reference":"897"}]' "$(javascript cut)"
expect 'cut by an error, Python' "throws FluxQueryException ('time limit reached', '897')" "$(python cut)"
expect 'nothing but an error, JavaScript' '[{"error":"time limit reached","reference":"897"}]' "$(javascript failed)"
expect 'nothing but an error, Python' "throws FluxQueryException ('time limit reached', '897')" "$(python failed)"
