#!/usr/bin/env bash
# Where the API server's JSON patches differ from the library that JavaScript uses.
#
# Subject: gopkg.in/evanphx/json-patch.v4 v4.13.0, which k8s.io/apiserver v0.36.3 requires (asserted below), beside
#   fast-json-patch 3.1.1 (npm), which was given the same documents, with and without its validation.
# Guess: both do what RFC 6902 and RFC 7386 say, so they differ at most in words.
# Seen: the API server takes more than the RFC: -1 is the last item of a list (for add: behind it), 01 is 1, `copy` from
#   what is not there puts a null, `replace` adds what is not there, and `test` of null holds where nothing is. It takes
#   less: `add` of the whole document and a `copy` of it are refused. Its merge patch drops nulls inside the items of a
#   list. fast-json-patch without validation changes nothing for `replace` and `add` at -1, and says nothing.
# So: a model of the API server must not apply patches by a library's RFC: a client's /spec/http/-1 succeeds in a real
#   cluster. Code that patches real objects must guard what it replaces by a `test` of a value, never of null, and never
#   reckon with an error of `replace`, `copy` or -1: a misspelt path is a new field, not a refusal. Lists in a merge
#   patch come back without their nulls, so "what I sent" is not "what is stored".
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

export GOMODCACHE="$work/modules" GOFLAGS=-mod=mod
mkdir "$work/go" "$work/node"

required=$(sed -n 's/.*gopkg.in\/evanphx\/json-patch.v4 \(v[0-9.]*\).*/\1/p' \
	"$(cd "$work/go" && go mod download -json k8s.io/apiserver@v0.36.3 | field GoMod)")
expect 'the library that k8s.io/apiserver v0.36.3 requires' v4.13.0 "$required"

cat >"$work/go/main.go" <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

func patched(document, patch []byte) ([]byte, error) {
	if patch[0] == '{' {
		return jsonpatch.MergePatch(document, patch)
	}
	operations, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	return operations.Apply(document)
}

func main() {
	var cases [][2]json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	for _, one := range cases {
		if result, err := patched(one[0], one[1]); err != nil {
			fmt.Println("refused")
		} else {
			fmt.Println(string(result))
		}
	}
}
GO
cat >"$work/node/main.cjs" <<'JAVASCRIPT'
const {applyPatch} = require('fast-json-patch');
const {readFileSync} = require('node:fs');
for (const [document, patch] of JSON.parse(readFileSync(0, 'utf8'))) {
	const results = [true, false].map((validates) => {
		try {
			return JSON.stringify(applyPatch(structuredClone(document), structuredClone(patch), validates).newDocument);
		} catch {
			return 'refused';
		}
	});
	console.log(Array.isArray(patch) ? results.join(', unvalidated ') : '-');
}
JAVASCRIPT
(cd "$work/go" && go mod init findings && go get gopkg.in/evanphx/json-patch.v4@v4.13.0 && go build -trimpath -o patch .) 2>"$work/go.log" ||
	{ cat "$work/go.log" >&2; exit 1; }
npm install --silent --no-audit --no-fund --prefix "$work/node" fast-json-patch@3.1.1 >"$work/npm.log"

cat >"$work/cases" <<'CASES'
the last item|{"a":[1,2]}|[{"op":"replace","path":"/a/-1","value":9}]|{"a":[1,9]}|refused, unvalidated {"a":[1,2]}
removing the last item|{"a":[1,2]}|[{"op":"remove","path":"/a/-1"}]|{"a":[1]}|refused, unvalidated {"a":[1]}
adding at -1|{"a":[1,2]}|[{"op":"add","path":"/a/-1","value":9}]|{"a":[1,2,9]}|refused, unvalidated {"a":[1,2]}
an index with a zero before it|{"a":[1,2]}|[{"op":"replace","path":"/a/01","value":9}]|{"a":[1,9]}|refused, unvalidated {"a":[1,9]}
copying what is not there|{}|[{"op":"copy","from":"/a","path":"/b"}]|{"b":null}|refused, unvalidated {"b":null}
replacing what is not there|{}|[{"op":"replace","path":"/a","value":1}]|{"a":1}|refused, unvalidated {"a":1}
testing null where nothing is|{}|[{"op":"test","path":"/a","value":null}]|{}|refused, unvalidated refused
adding the whole|{"a":1}|[{"op":"add","path":"","value":{"b":1}}]|refused|{"b":1}, unvalidated {"b":1}
replacing the whole|{"a":1}|[{"op":"replace","path":"","value":{"b":1}}]|{"b":1}|{"b":1}, unvalidated {"b":1}
copying the whole|{"a":1}|[{"op":"copy","from":"","path":"/b"}]|refused|{"a":1,"b":{"a":1}}, unvalidated {"a":1,"b":{"a":1}}
merging nulls inside a list|{}|{"a":[{"b":null,"c":1}]}|{"a":[{"c":1}]}|-
CASES
awk -F '|' '{printf "%s[%s, %s]", NR == 1 ? "[" : ", ", $2, $3} END {print "]"}' "$work/cases" >"$work/cases.json"
mapfile -t server < <("$work/go/patch" <"$work/cases.json")
mapfile -t library < <(node "$work/node/main.cjs" <"$work/cases.json")

at=0
while IFS='|' read -r what _ _ by_server by_library; do
	expect "$what, as the API server does" "$by_server" "${server[at]}"
	if [ "$by_library" != - ]; then expect "$what, as fast-json-patch does" "$by_library" "${library[at]}"; fi
	at=$((at + 1))
done <"$work/cases"
