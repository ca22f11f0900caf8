#!/usr/bin/env bash
# How many things an empty answer of Graphite means.
#
# Subject: graphite-web 1.1.10 (PyPI), GET /render?format=json.
# Guess: a target that does not parse is refused with 400, as an unknown function is; and errors / requests of a canary
#   that never had an error is 0, or null.
# Seen: a target whose last parenthesis is missing, an empty one, and a series that does not exist are the same: 200 and
#   []. So is divideSeries with a first series that does not exist yet, which is how a share of errors begins its life;
#   with a second one that does not exist it is a series of nulls, and asPercent is 400. Behind sumSeries, a missing
#   series is silently left out.
# So: a source for Graphite must not read [] as "no traffic": its words must name the query's own parentheses first
#   (they can be counted before it is sent), then a series that does not exist. A share of errors must be asked with
#   fallbackSeries(errors, scale(requests, 0)), which was 0 here, and docs for Graphite must show that form; else each
#   flawless canary is one without data.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with graphite-web==1.1.10 whisper==1.1.10
source "${BASH_SOURCE%/*}/graphite.bash"

cat >"$work/ask.py" <<'PYTHON'
import json, time

import whisper
from graphite_ground import render, series_file

minute = int(time.time()) // 60 * 60
whisper.create(series_file('requests'), [(60, 60)])
whisper.update_many(series_file('requests'), [(minute - 60 * ago, 100) for ago in range(20)])

for target in [
    'app.requests',
    'sumSeries(app.requests',
    '',
    'app.errors',
    'divideSeries(app.errors,app.requests)',
    'divideSeries(app.requests,app.errors)',
    'asPercent(app.requests,app.errors)',
    'sumSeries(app.requests,app.errors)',
    'nosuch(app.requests)',
    'divideSeries(fallbackSeries(app.errors,scale(app.requests,0)),app.requests)',
]:
    status, text = render(target, '-300s')
    if status == 200:
        text = str([sorted({value for value, _ in series['datapoints']}, key=str) for series in json.loads(text)])
    print(target, status, text.split(' (')[0], sep='\t')
PYTHON
with_graphite "$work/ask.py" >"$work/answers"
# answer TARGET: the status and the different values of each series.
answer() {
	awk -F '\t' -v target="$1" '$1 == target {print $2 " " $3}' "$work/answers"
}

while IFS='|' read -r target found; do
	expect "${target:-(no target)}" "$found" "$(answer "$target")"
done <<'ANSWERS'
app.requests|200 [[100.0]]
sumSeries(app.requests|200 []
|200 []
app.errors|200 []
divideSeries(app.errors,app.requests)|200 []
divideSeries(app.requests,app.errors)|200 [[None]]
asPercent(app.requests,app.errors)|400 Invalid parameters
sumSeries(app.requests,app.errors)|200 [[100.0]]
nosuch(app.requests)|400 Invalid parameters
divideSeries(fallbackSeries(app.errors,scale(app.requests,0)),app.requests)|200 [[0.0]]
ANSWERS
