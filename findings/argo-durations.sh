#!/usr/bin/env bash
# How long a pause of an Argo Rollout is.
#
# Subject: Argo Rollouts v1.8.3, its own types (Go module github.com/argoproj/argo-rollouts, pkg/apis/rollouts/v1alpha1):
#   RolloutPause.DurationSeconds and DurationString.Duration.
# Guess: one kind of duration in one manifest: a pause's `duration: "10"` is refused or is 10 s exactly as a metric's
#   `interval: "10"` is, and a pause of 500ms is rounded up to a second.
# Seen: they are two kinds. A pause takes 10, "10" and "10s" as 10 s, and cuts to whole seconds: "1.9s" is 1 s, "500ms"
#   is 0 s, no pause at all. A metric's interval takes only a unit: "10" is an error, "500ms" is 500 ms. What a pause
#   cannot read ("1d", " 10") is -1, not an error.
# So: a reader of Argo's steps must read a pause by its own rule (a number or a string of digits is seconds, else a Go
#   duration, cut to whole seconds) and an interval by Go's. A pause below a second must be reported at migration ("is no
#   pause in Argo Rollouts"), not kept as half a second nor rounded up; "1d" must be refused in words, for Argo's own
#   types would not.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

export GOMODCACHE="$work/modules" GOFLAGS=-mod=mod
mkdir "$work/go"
cat >"$work/go/main.go" <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
)

func main() {
	for _, written := range os.Args[1:] {
		var pause v1alpha1.RolloutPause
		if err := json.Unmarshal([]byte(`{"duration": `+written+`}`), &pause); err != nil {
			panic(err)
		}
		interval := "refused"
		var text string
		if json.Unmarshal([]byte(written), &text) == nil {
			if read, err := v1alpha1.DurationString(text).Duration(); err == nil {
				interval = read.String()
			}
		}
		fmt.Printf("pause %ds, interval %s\n", pause.DurationSeconds(), interval)
	}
}
GO
(cd "$work/go" && go mod init findings && go get github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1@v1.8.3 &&
	nice -n 10 go build -trimpath -o read .) 2>"$work/go.log" || { tail "$work/go.log" >&2; exit 1; }

while IFS='|' read -r written found; do
	expect "$written" "$found" "$("$work/go/read" "$written")"
done <<'DURATIONS'
10|pause 10s, interval refused
"10"|pause 10s, interval refused
"10s"|pause 10s, interval 10s
"1.9s"|pause 1s, interval 1.9s
"500ms"|pause 0s, interval 500ms
"1d"|pause -1s, interval refused
" 10"|pause -1s, interval refused
DURATIONS
