# shellcheck shell=bash
# What every finding stands on: a temporary folder, programs that end with the script, and assertions that say what changed.

work=$(mktemp -d)
started=()

leave() {
	local id
	# At once: an API server that loses its etcd would otherwise wait for it.
	for id in "${started[@]}"; do kill -KILL "$id" 2>/dev/null || true; done
	for id in "${started[@]}"; do wait "$id" 2>/dev/null || true; done
	# The Go client writes its modules without the right to remove them.
	chmod -R u+w "$work"
	rm -rf "$work"
}
trap leave EXIT

# start NAME COMMAND...: runs a program beside the script; its words go to $work/NAME.log.
start() {
	local name=$1
	shift
	"$@" >"$work/$name.log" 2>&1 &
	started+=($!)
}

# expect WHAT WANTED FOUND: ends the script where the behaviour is no longer the one that was found.
expect() {
	if [ "$2" != "$3" ]; then
		printf 'CHANGED  %s\n  was: %s\n  is:  %s\n' "$1" "$2" "$3" >&2
		exit 1
	fi
	printf 'as found  %s: %s\n' "$1" "$3"
}

# until_ok SECONDS COMMAND...: waits for what takes a moment to come up.
until_ok() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			printf 'not up in time: %s\n' "$*" >&2
			tail -n 5 "$work"/*.log >&2
			exit 1
		fi
		sleep 0.2
	done
}

# Ports of the loopback address that are free now, one a line: free_ports COUNT.
free_ports() {
	python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(one.getsockname()[1] for one in held), sep="\n")' "$1"
}

# python_with PACKAGE==VERSION...: a Python of its own in $work/python with these packages.
python_with() {
	python3 -m venv "$work/python"
	"$work/python/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# Starts etcd and a kube-apiserver that allows everything; afterwards `api METHOD PATH [BODY] [TYPE]` asks it.
# The programs are those of the end-to-end tests: npm run build:control-plane.
control_plane() {
	local assets ports
	assets=${KUBE_ASSETS:-}
	if [ -z "$assets" ]; then
		for assets in "${XDG_CACHE_HOME:-$HOME/.cache}"/aviary/kube-assets/*/; do :; done
	fi
	if [ ! -x "$assets/kube-apiserver" ]; then
		echo 'no kube-apiserver; build it with: npm run build:control-plane' >&2
		exit 1
	fi
	mapfile -t ports < <(free_ports 3)
	api_address="https://127.0.0.1:${ports[0]}"
	openssl genrsa -out "$work/accounts.key" 2048 2>/dev/null
	echo 'finder,finder,finder,system:masters' >"$work/tokens.csv"
	start etcd "$assets/etcd" --data-dir "$work/etcd" --unsafe-no-fsync \
		--listen-client-urls "http://127.0.0.1:${ports[1]}" --advertise-client-urls "http://127.0.0.1:${ports[1]}" \
		--listen-peer-urls "http://127.0.0.1:${ports[2]}"
	start kube-apiserver "$assets/kube-apiserver" --etcd-servers "http://127.0.0.1:${ports[1]}" \
		--bind-address 127.0.0.1 --secure-port "${ports[0]}" --cert-dir "$work/certificates" \
		--token-auth-file "$work/tokens.csv" --authorization-mode AlwaysAllow --disable-admission-plugins ServiceAccount \
		--service-account-issuer https://findings --service-account-key-file "$work/accounts.key" \
		--service-account-signing-key-file "$work/accounts.key" --service-cluster-ip-range 10.0.0.0/24
	until_ok 60 curl -skf -H 'Authorization: Bearer finder' "$api_address/readyz"
	until_ok 20 api GET /api/v1/namespaces/default
	echo "kube-apiserver $(api GET /version | field gitVersion)"
}

# The body of the answer; fails on a refusal, whose body is still printed.
api() {
	curl -sk --fail-with-body -X "$1" -H 'Authorization: Bearer finder' -H "Content-Type: ${4:-application/json}" \
		"$api_address$2" ${3:+--data-binary "$3"}
}

# field PATH: one member of the JSON on standard input, by dots.
field() {
	python3 -c '
import json, sys
value = json.load(sys.stdin)
for step in sys.argv[1].split("."):
    value = value[int(step)] if isinstance(value, list) else value[step]
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}
