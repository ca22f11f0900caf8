#!/usr/bin/env bash
# What `format: duration` and CEL's duration() take in a custom resource.
#
# Subject: a CustomResourceDefinition on a real kube-apiserver (k8s.io/apiextensions-apiserver), version printed below.
# Guess: a string of `format: duration` must be a duration as Go writes it, and CEL's duration(self) takes the same.
# Seen: they differ. The format takes words of its own: "1 day", "3 weeks", "2 hours 3 minutes", "1min", "1H"; CEL takes
#   what Go takes. Both take negative durations, a unit twice, and units in any order ("1ms1h"), neither takes "90".
# So: Aviary's own CRDs must keep a pattern and never say `format: duration`: the API server would store "1 day", and
#   only the operator would find out. In other projects' resources (a route's timeout) the
#   schema is no promise that a Go duration stands there: an unreadable one is an expected case and needs words, not an
#   exception. And "1m1m" and "30s1m" are valid for Go and for both of these, but not for PromQL: a window is always
#   written anew for a query, never passed through.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

control_plane
api POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions '{
	"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
	"metadata": {"name": "waits.findings.example"},
	"spec": {
		"group": "findings.example", "scope": "Namespaced",
		"names": {"kind": "Wait", "listKind": "WaitList", "plural": "waits", "singular": "wait"},
		"versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
			"type": "object",
			"properties": {
				"format": {"type": "string", "format": "duration"},
				"cel": {"type": "string", "x-kubernetes-validations": [{"rule": "duration(self) != duration(\"7s\")"}]}
			}
		}}}]
	}
}' >"$work/crd"
waits=/apis/findings.example/v1/namespaces/default/waits
until_ok 20 api GET "$waits"

# taken FIELD VALUE: yes or no.
taken() {
	if api POST "$waits?dryRun=All" '{"apiVersion": "findings.example/v1", "kind": "Wait",
		"metadata": {"generateName": "wait-"}, "'"$1"'": "'"$2"'"}' >"$work/answer"; then echo yes; else echo no; fi
}

while IFS=$'\t' read -r value format cel; do
	expect "\"$value\" by format, by CEL" "$format $cel" "$(taken format "$value") $(taken cel "$value")"
done <<'VALUES'
1h30m	yes	yes
1.5h	yes	yes
1ms1h	yes	yes
1m1m	yes	yes
-1m	yes	yes
1d	yes	no
1w	yes	no
1 day	yes	no
3 weeks	yes	no
2 hours 3 minutes	yes	no
1min	yes	no
1H	yes	no
90	no	no
VALUES
