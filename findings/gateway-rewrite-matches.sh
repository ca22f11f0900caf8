#!/usr/bin/env bash
# How many matches a Gateway API rule may have when it rewrites.
#
# Subject: Gateway API CRDs 1.6.1, standard channel (Go module sigs.k8s.io/gateway-api), on a real kube-apiserver.
# Guess: a rule may have up to 64 matches whatever its filters are; so an A/B rule of two matches (a header or a
#   cookie) under one path prefix may rewrite that prefix.
# Seen: with a URLRewrite of type ReplacePrefixMatch a rule may have exactly one match, also where all
#   its matches have the same prefix: 422 "exactly one PathPrefix match must be specified". The same two matches as two
#   rules are taken; so are two matches with ReplaceFullPath, and a rule without any match, which becomes one of "/".
# So: a router for HTTPRoute that puts several of a Canary's matches into one rule must write one rule a match as soon
#   as spec.service.rewrite is a prefix, and share weights, filters and timeouts among them; else a Canary that was
#   valid for weights is refused in the moment its A/B test begins, with users already on the run.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

control_plane
export GOMODCACHE="$work/modules" GOFLAGS=-mod=mod
crds=$(go mod download -json sigs.k8s.io/gateway-api@v1.6.1 | field Dir)/config/crd/standard
api PATCH '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io?fieldManager=findings&force=true' \
	"@$crds/gateway.networking.k8s.io_httproutes.yaml" application/apply-patch+yaml >"$work/crd"
routes=/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes
until_ok 20 api GET "$routes"

header='{"path": {"type": "PathPrefix", "value": "/shop"}, "headers": [{"name": "x-canary", "value": "always"}]}'
cookie='{"path": {"type": "PathPrefix", "value": "/shop"}, "headers": [{"name": "cookie", "value": "canary=always"}]}'
prefix='[{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}]'
full='[{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/"}}}]'
back='[{"name": "shop-primary", "port": 80, "weight": 0}, {"name": "shop-canary", "port": 80, "weight": 100}]'

# write RULES: "taken", or the API server's reason.
write() {
	local answer
	if answer=$(api POST "$routes" '{
		"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"generateName": "shop-"},
		"spec": {"parentRefs": [{"name": "gateway"}], "rules": ['"$1"']}}'); then
		echo taken
	else
		field details.causes.0.message <<<"$answer"
	fi
}

expect 'two matches, no rewrite' taken "$(write '{"matches": ['"$header, $cookie"'], "backendRefs": '"$back"'}')"
expect 'one match, prefix rewritten' taken \
	"$(write '{"matches": ['"$header"'], "filters": '"$prefix"', "backendRefs": '"$back"'}')"
expect 'no match, prefix rewritten' taken "$(write '{"filters": '"$prefix"', "backendRefs": '"$back"'}')"
expect 'two matches of one prefix, prefix rewritten' \
	'Invalid value: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified' \
	"$(write '{"matches": ['"$header, $cookie"'], "filters": '"$prefix"', "backendRefs": '"$back"'}')"
expect 'two matches of one prefix, whole path rewritten' taken \
	"$(write '{"matches": ['"$header, $cookie"'], "filters": '"$full"', "backendRefs": '"$back"'}')"
expect 'the two matches as two rules, prefix rewritten' taken "$(write \
	'{"matches": ['"$header"'], "filters": '"$prefix"', "backendRefs": '"$back"'},
	 {"matches": ['"$cookie"'], "filters": '"$prefix"', "backendRefs": '"$back"'}')"
