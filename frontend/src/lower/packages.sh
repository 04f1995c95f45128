set -e
time=$1
shift
stamp=/tmp/.wheelbase-stamp
: >$stamp

if command -v apt-get >/dev/null 2>&1; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends "$@"
elif command -v apk >/dev/null 2>&1; then
	# The find of busybox compares whole seconds: what is made has to be newer than the stamp by one.
	sleep 1
	apk add --no-cache "$@"
elif command -v microdnf >/dev/null 2>&1; then
	microdnf install -y --nodocs --setopt=install_weak_deps=0 "$@"
	microdnf clean all
elif command -v dnf >/dev/null 2>&1; then
	dnf install -y --nodocs --setopt=install_weak_deps=False "$@"
	dnf clean all
else
	echo "this base has no apt-get, apk, microdnf or dnf, so \`packages\` cannot be installed on it" >&2
	exit 1
fi

rm -rf /var/log/alternatives.log /var/log/dpkg.log /var/log/apt /var/log/apk.log /var/log/dnf* /var/cache/ldconfig/aux-cache \
	/var/cache/dnf /var/cache/debconf/*-old /var/lib/dpkg/*-old
# The third field of a shadow line is the day of the last change of its password.
if [ /etc/shadow -nt $stamp ]; then
	sed -i 's/^\([^:]*:[^:]*\):[0-9]*:/\1:1:/' /etc/shadow
fi
for file in /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow-; do
	[ ! $file -nt $stamp ] || rm -f $file
done
find / -xdev -path /proc -prune -o -path /sys -prune -o -path /dev -prune -o -newer $stamp -print0 |
	xargs -0 -r touch -h -d "@$time"
rm -f $stamp
# Here something was for a while: the stamp, or what BuildKit mounted before this script began.
for directory in /etc /tmp /var/cache /var/lib; do
	[ ! -d $directory ] || touch -d "@$time" $directory
done
