#!/usr/bin/env bash
# What Prometheus' grammar for editors takes for PromQL.
#
# Subject: @prometheus-io/lezer-promql 0.315.0 (npm) beside the parser of the server of the same release, Go module
#   github.com/prometheus/prometheus v0.315.0, promql/parser with its default options.
# Guess: the grammar takes all that the server takes, and is laxer only about types (rate of no range, max of a range).
# Seen: it refuses what the server takes: a number that ends in its point ("5.", "1.e3") and a metric named offset. And
#   what it takes beyond types: the escape that most people write wrong ("\d" in a matcher), a regular expression that
#   does not compile, `or 0`, a comparison of two numbers without bool, {} and each function and modifier that a server
#   has only behind a feature flag.
# So: this grammar may colour a query and find its selectors; it must not be what decides whether a query is sent. A
#   refusal by it is no more than a warning ("x > 5." is answered by the server), and a template that it takes is not
#   thereby valid: `doctor` has to ask the server itself, whose 400 names the place.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

export GOMODCACHE="$work/modules" GOFLAGS=-mod=mod
mkdir "$work/go" "$work/node"
npm install --silent --no-audit --no-fund --prefix "$work/node" @prometheus-io/lezer-promql@0.315.0 \
	@lezer/lr@1.4.2 @lezer/highlight@1.2.1 >"$work/npm.log"
cat >"$work/go/main.go" <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	queries := bufio.NewScanner(os.Stdin)
	for queries.Scan() {
		if _, err := parser.NewParser(parser.Options{}).ParseExpr(queries.Text()); err != nil {
			fmt.Println("refuses")
		} else {
			fmt.Println("takes")
		}
	}
}
GO
(cd "$work/go" && go mod init findings && go get github.com/prometheus/prometheus/promql/parser@v0.315.0 &&
	nice -n 10 go build -trimpath -o parse .) 2>"$work/go.log" || { tail "$work/go.log" >&2; exit 1; }
cat >"$work/node/parse.mjs" <<'JAVASCRIPT'
import {readFileSync} from 'node:fs';
import {parser} from '@prometheus-io/lezer-promql';

for (const query of readFileSync(0, 'utf8').trimEnd().split('\n')) {
	let isRefused = false;
	parser.parse(query).iterate({enter: ({type}) => void (isRefused ||= type.isError)});
	console.log(isRefused ? 'refuses' : 'takes');
}
JAVASCRIPT

cat >"$work/cases" <<'CASES'
sum(rate(requests_total{code!~"5.*"}[1m])) / sum(rate(requests_total[1m])) * 100	takes	takes
sum(rate(requests_total[1m]	refuses	refuses
queue > 5.	takes	refuses
queue > 1.e3	takes	refuses
offset	takes	refuses
rate(requests_total)	refuses	takes
max(queue[1m])	refuses	takes
requests_total{path=~"/user/\d+"}	refuses	takes
requests_total{path=~"/user/("}	refuses	takes
queue or 0	refuses	takes
1 > 2	refuses	takes
{}	refuses	takes
limitk(2, queue)	refuses	takes
mad_over_time(queue[5m])	refuses	takes
rate(requests_total[1m] anchored)	refuses	takes
rate(requests_total[2*1m])	refuses	takes
CASES
cut -f 1 "$work/cases" >"$work/queries"
mapfile -t server < <("$work/go/parse" <"$work/queries")
mapfile -t grammar < <(cd "$work/node" && node parse.mjs <"$work/queries")

at=0
while IFS=$'\t' read -r query by_server by_grammar; do
	expect "the server, the grammar: $query" "$by_server, $by_grammar" "${server[at]}, ${grammar[at]}"
	at=$((at + 1))
done <"$work/cases"
