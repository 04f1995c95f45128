# What the engine's scripts share: where things lie, and the few functions that more than one of them calls.
# Everything is private to the repository: programs, sockets, images and logs are below target/engine.

set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${WHEELBASE_ENGINE_STATE:-$root/target/engine}
programs=$state/programs
registry_port=${WHEELBASE_REGISTRY_PORT:-5000}
registry=127.0.0.1:$registry_port

say() { printf '%s\n' "$*" >&2; }

die() {
	say "error: $*"
	exit 1
}

# The architecture in Debian's words.
debian_arch() { dpkg --print-architecture; }

# The mirror that the machine's own packages come from.
debian_mirror() {
	awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' \
		/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1
}

# fetch_packages SUITE FOLDER PACKAGE...: downloads packages of a Debian suite and unpacks them into a folder,
# with lists and caches of its own, so that the machine's are not touched.
fetch_packages() {
	local suite=$1 folder=$2
	shift 2
	local apt=$state/apt/$suite
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$folder"
	printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
		"$(debian_mirror)" "$suite" >"$apt/sources.list"
	local options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null
		-o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt"
		-o "Dir::Cache::Archives=$apt/archives" -o APT::Sandbox::User=root)
	[ -e "$apt/updated" ] || apt-get "${options[@]}" -qq update
	touch "$apt/updated"
	(cd "$apt/archives" && apt-get "${options[@]}" -qq download "$@" >/dev/null)
	local package
	for package in "$@"; do
		dpkg -x "$(find "$apt/archives" -name "${package}_*.deb" | sort | tail -n 1)" "$folder"
	done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local tries=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}

# alive FILE: whether the process whose number is in the file runs.
alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# stand_in NAME:TAG: where the stand-in for a base image is. Docker Hub's short names are below `library/`.
stand_in() {
	case $1 in
	*.*/*) echo "$REGISTRY/${1#*/}" ;;
	*/*) echo "$REGISTRY/$1" ;;
	*) echo "$REGISTRY/library/$1" ;;
	esac
}

# contexts NAME:TAG...: the arguments for `docker buildx build` that lead to the stand-ins for images of registries
# that the engine has no mirror for.
contexts() {
	[ "$HUB" != yes ] || return 0
	local image
	for image in "$@"; do
		case $image in
		*.*/*) printf '%s\n' --build-context "${image%:*}=docker-image://$(stand_in "$image")" ;;
		esac
	done
}
