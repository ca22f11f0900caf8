#!/usr/bin/env bash
# How exact the time in a Lease must be.
#
# Subject: Lease.spec.renewTime (a MicroTime of k8s.io/apimachinery) on a real kube-apiserver, version printed below.
# Guess: a time as JavaScript writes it, with milliseconds, is taken, as it is in every other time of Kubernetes.
# Seen: exactly six digits after the point are demanded. None, three or nine are refused: 400 'cannot parse ".123Z" as
#   ".000000"'. An Event's firstTimestamp, a Time and not a MicroTime, takes them all and keeps whole seconds.
# So: whoever writes a Lease (election, a shard's membership) must pad to microseconds and never send a Date as JSON
#   writes it, and must compare renewTime as text: a Date keeps three of the six digits, so that what was read and
#   written back would no longer be what another holder wrote. The error is a 400 of decoding, not a 422 that names a
#   field; an operator that takes it for an outage tries for ever and never leads.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

control_plane
leases=/apis/coordination.k8s.io/v1/namespaces/default/leases

# renewed TIME: the time as it is stored, or "refused".
renewed() {
	local answer
	if answer=$(api POST "$leases?dryRun=All" '{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
		"metadata": {"generateName": "lease-"}, "spec": {"renewTime": "'"$1"'"}}'); then
		field spec.renewTime <<<"$answer"
	else
		echo "refused: $(field message <<<"$answer" | grep -o 'cannot parse.*')"
	fi
}

# first TIME: the same of an Event.
first() {
	api POST '/api/v1/namespaces/default/events?dryRun=All' '{"apiVersion": "v1", "kind": "Event",
		"metadata": {"generateName": "event-"}, "involvedObject": {"kind": "Pod", "namespace": "default"},
		"firstTimestamp": "'"$1"'"}' | field firstTimestamp
}

day=2026-11-30T
expect 'no digits' 'refused: cannot parse "Z" as ".000000"' "$(renewed "${day}12:00:00Z")"
expect 'three, as JavaScript writes them' 'refused: cannot parse ".123Z" as ".000000"' "$(renewed "${day}12:00:00.123Z")"
expect 'six' "${day}12:00:00.123456Z" "$(renewed "${day}12:00:00.123456Z")"
expect 'six, of another zone' "${day}12:00:00.123456Z" "$(renewed "${day}14:00:00.123456+02:00")"
expect 'nine, as Go writes them' 'refused: cannot parse "789Z" as "Z07:00"' "$(renewed "${day}12:00:00.123456789Z")"
expect 'three, in an Event' "${day}12:00:00Z" "$(first "${day}12:00:00.123Z")"
expect 'nine, in an Event' "${day}12:00:00Z" "$(first "${day}12:00:00.123456789Z")"
