# Installs Debian packages into the tree of another image, mounted at /target, that has no shell. Packages are
# unpacked and recorded; their maintainer scripts are not run.
set -e
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
time=$1
architecture=$2
shift 2
target=/target
database=$target/var/lib/dpkg
work=$(mktemp -d)
: >$work/stamp

entries() {
	[ ! -s $database/status ] || cat $database/status
	for entry in $database/status.d/*; do
		case $entry in *.md5sums) continue ;; esac
		[ ! -f "$entry" ] || { echo && cat "$entry"; }
	done
}
# What the base has, it has: whether that is complete is not asked. What only maintainer scripts need is taken for
# installed.
entries | awk 'BEGIN { RS = ""; FS = "\n" }
	{
		installed = 1; entry = ""; taken = 0
		for (i = 1; i <= NF; i++) {
			if ($i ~ /^Status:/ && $i !~ / (installed|unpacked)$/) installed = 0
			if ($i ~ /^[^ \t]/) taken = $i ~ /^(Package|Version|Architecture|Multi-Arch|Source|Provides):/
			if (taken) entry = entry $i "\n"
		}
		if (installed && entry != "") print entry "Status: install ok installed\n"
	}' >$work/status
cat >>$work/status <<-END
	Package: needed-by-maintainer-scripts
	Status: install ok installed
	Version: 1
	Architecture: all
	Multi-Arch: foreign
	Provides: adduser (= 999), debconf (= 999), debconf-2.0 (= 999), dpkg (= 999), init-system-helpers (= 999), ucf (= 999)

END
apt() {
	apt-get -qq -o Dir::State::Status=$work/status -o APT::Architecture=$architecture \
		-o APT::Architectures=$architecture "$@"
}
apt update
chosen=$(apt install --simulate --no-install-recommends --no-remove "$@")
apt install --yes --download-only --no-install-recommends --no-remove "$@"
# `Inst NAME [OLD] (NEW ORIGIN [ARCHITECTURE])`
files=$(echo "$chosen" |
	sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*\[\([a-z0-9-]*\)\]).*$/\1_\3_\4.deb/p' |
	sed 's/:/%3a/g' | sort)

# tar runs inside the target, so that links there lead where they should.
inside=$target/.unpack
mkdir $inside
cp /bin/tar $(ldd /bin/tar | grep -o '/[^ )]*') $inside/
loader=$(cd $inside && echo ld*)
unpack() {
	dpkg-deb --fsys-tarfile "$1" |
		chroot $target /.unpack/$loader --library-path /.unpack /.unpack/tar --extract --file=- --preserve-permissions \
			--numeric-owner --keep-directory-symlink --no-overwrite-dir --exclude=./usr/share/man \
			--exclude=./usr/share/info --exclude=./usr/share/lintian --exclude='./usr/share/doc/*/changelog*' \
			--exclude='./usr/share/doc/*/NEWS*' --exclude='./usr/share/doc/*/README*'
}

# record ARCHIVE STATE: adds a package to the database, or to the files that stand for it, for scanners.
record() {
	name=$(dpkg-deb --field "$1" Package)
	dpkg-deb --field "$1" | sed "s/^Package: .*/&\\nStatus: install ok $2/" >$work/entry
	if [ -s $database/status ]; then
		awk -v name="$name" 'BEGIN { RS = ""; FS = "\n"; ORS = "\n\n" } $1 != "Package: " name' \
			$database/status >$work/rest
		{ cat $work/rest $work/entry && echo; } >$database/status
		sums=$database/info/$name.md5sums
	else
		grep -l -x "Package: $name" $database/status.d/* 2>/dev/null | xargs -r rm -f
		cp $work/entry $database/status.d/$name
		sums=$database/status.d/$name.md5sums
	fi
	dpkg-deb --info "$1" md5sums >$sums 2>/dev/null || rm -f $sums
}

# Whether a package wants something done that is not done here: not the cache of the linker, not what is left to do
# after another version.
script_matters() {
	dpkg-deb --info "$1" postinst 2>/dev/null | tr -d '\t' | awk '
		/^ *(#|$|set |exit|:|if |then|fi|else|elif |case |esac|;;|ldconfig|dpkg-maintscript-helper)/ { next }
		/^ *[a-z*|-]*( *\| *[a-z-]*)*\)$/ || /--( |$)|\\$/ { next }
		{ matters = 1 }
		END { exit !matters }'
}

[ -s $database/status ] && mkdir -p $database/info || mkdir -p $database/status.d
for file in $files; do
	archive=/var/cache/apt/archives/$file
	unpack $archive
	state=installed
	! script_matters $archive || state=unpacked
	record $archive $state
	echo "${file%.deb}: $state"
done
# The linker searches its default directories in any case. Only its own ldconfig knows an architecture.
if [ -e $target/etc/ld.so.cache ] && [ $architecture = "$(dpkg --print-architecture)" ]; then
	ldconfig -r $target
	rm -f $target/var/cache/ldconfig/aux-cache
fi

rm -rf $inside
find $target -xdev -newer $work/stamp -print0 | xargs -0 -r touch -h -d "@$time"
