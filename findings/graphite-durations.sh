#!/usr/bin/env bash
# What a minute is called in Graphite, and how much of it a window of one minute sees.
#
# Subject: graphite-web 1.1.10 with whisper 1.1.10 (PyPI), GET /render?format=json over a series of one point a minute.
# Guess: from=-1m is a minute, as it is in Go, in Kubernetes and in PromQL, and answers the minute that is complete.
# Seen: 400 "Invalid offset unit 'm'", in HTML. A minute is "min"; fractions ("-1.5min"), "ms" and Go's own "1m0s" are
#   refused, too. And from=-1min answers one point: the minute that is under way, null until its
#   first sample is written. The last complete minute is in no answer of a one minute window.
# So: a source for Graphite must write {{ interval }} as whole seconds ("60s"), a unit of both, and
#   refuse a window below a second. It must ask for at least two steps of the storage, leave out the point
#   whose step has not ended, and take the last value of what is left; a null there is not "no traffic".
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with graphite-web==1.1.10 whisper==1.1.10
source "${BASH_SOURCE%/*}/graphite.bash"
cat >"$work/ask.py" <<'PYTHON'
import json, time

import whisper
from graphite_ground import render, series_file

# Not across the end of a minute: the windows below are relative to now.
if time.time() % 60 > 50:
    time.sleep(61 - time.time() % 60)
minute = int(time.time()) // 60 * 60
whisper.create(series_file('requests'), [(60, 60)])
whisper.update_many(series_file('requests'), [(minute - 60 * ago, 100 + ago) for ago in range(1, 20)])

for window in ['-1m', '-1m0s', '-1.5min', '-60000ms', '-1min', '-60s', '-120s', '-1min30s']:
    status, text = render('app.requests', window)
    if status == 200:
        points = [point for series in json.loads(text) for point in series['datapoints']]
        shown = [f'{value} of {"this minute" if at == minute else f"minute {(at - minute) // 60}"}' for value, at in points]
        text = '; '.join(shown) if len(shown) < 5 else f'{len(shown)} points'
    print(window, status, text, sep='\t')
PYTHON
with_graphite "$work/ask.py" >"$work/answers"
# answer WINDOW: the status and what was answered.
answer() {
	awk -F '\t' -v window="$1" '$1 == window {print $2 " " $3}' "$work/answers"
}
refused="400 Invalid parameters (Invalid offset unit"

expect '-1m' "$refused 'm')" "$(answer -1m)"
expect '-1m0s' "$refused 'm')" "$(answer -1m0s)"
expect '-1.5min' "$refused '')" "$(answer -1.5min)"
expect '-60000ms' "$refused 'ms')" "$(answer -60000ms)"
expect '-1min' '200 None of this minute' "$(answer -1min)"
expect '-60s' '200 None of this minute' "$(answer -60s)"
expect '-120s' '200 101.0 of minute -1; None of this minute' "$(answer -120s)"
