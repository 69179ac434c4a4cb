# SPDX-License-Identifier: GPL-2.0-or-later
# Package lists of other architectures and of other suites of the machine's own
# mirror, kept in the cache: nothing of the machine's apt is changed. Sourced after
# lib.sh; uses `cache` and `arch`, the architecture that is wanted.
# shellcheck shell=bash disable=SC2154

# debian_sources: "URI SUITE KEYRING" for each of the machine's own sources that is
# Debian's. KEYRING is "-" where none is named.
debian_sources()
{
	local list='' parts='' files

	eval "$(apt-config shell list Dir::Etc::SourceList/f parts Dir::Etc::SourceParts/d)"
	shopt -s nullglob
	files=("$parts"/*.list "$parts"/*.sources)
	shopt -u nullglob
	[ ! -e "$list" ] || files+=("$list")
	[ ${#files[@]} = 0 ] || awk '
		function put(uri, suite, key) {
			if (uri ~ /\/debian(-security)?\/?$/ && suite !~ /\/$/)
				print uri, suite, key == "" ? "-" : key
		}
		function end_stanza(	u, s, nu, ns, uri, suite, key) {
			nu = split(field["uris"], uri)
			ns = split(field["suites"], suite)
			# A key may also stand there itself: apt then has it elsewhere too.
			if (field["signed-by"] ~ /^ \/[^ ]*$/)
				key = substr(field["signed-by"], 2)
			if (field["types"] ~ /(^| )deb( |$)/ && field["enabled"] !~ /no/)
				for (u = 1; u <= nu; u++)
					for (s = 1; s <= ns; s++)
						put(uri[u], suite[s], key)
			split("", field)
		}
		FNR == 1 { end_stanza() }
		/^[ \t]*#/ { next }
		FILENAME ~ /\.sources$/ && /^[ \t]*$/ { end_stanza(); next }
		FILENAME ~ /\.sources$/ {
			if (match($0, /^[A-Za-z-]+:/)) {
				name = tolower(substr($0, 1, RLENGTH - 1))
				$0 = substr($0, RLENGTH + 1)
			}
			for (i = 1; i <= NF; i++)
				field[name] = field[name] " " $i
			next
		}
		$1 == "deb" {
			key = ""
			if (match($0, /\[[^]]*\]/)) {
				options = substr($0, RSTART, RLENGTH)
				$0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
				if (match(options, /signed-by=[^] ]+/))
					key = substr(options, RSTART + 10, RLENGTH - 10)
			}
			put($2, $3, key)
		}
		END { end_stanza() }' "${files[@]}"
}

# apt_sources SUITE ARCHITECTURES: the contents of a .sources file. "own": the
# suites that the machine has.
apt_sources()
{
	local suite=$1 architectures=$2 uri of key

	while read -r uri of key; do
		if [ "$suite" != own ]; then
			[[ $uri =~ /debian/?$ ]] || continue
			of=$suite
		fi
		printf '%s\n' 'Types: deb' "URIs: $uri" "Suites: $of" 'Components: main' \
			'Targets: Packages' "Architectures: $architectures"
		[ "$key" = - ] || echo "Signed-By: $key"
		echo
		[ "$suite" = own ] || break
	done < <(debian_sources)
}

# apt_config SUITE: makes the private configuration of SUITE for the host's
# architecture and $arch, and prints its path.
apt_config()
{
	local suite=$1 dir=$cache/apt/$1-$arch new host architectures

	host=$(dpkg --print-architecture) || die 1 "no dpkg: this needs a Debian machine"
	architectures=$host
	[ "$arch" = "$host" ] || architectures+=" $arch"
	mkdir -p "$dir"/{sources,preferences,state,lists/partial,archives/partial} ||
		die 1 "cannot make $dir"
	new=$dir/new.$BASHPID
	apt_sources "$suite" "$architectures" >"$new"
	[ -s "$new" ] || die 1 "no Debian mirror among this machine's apt sources"
	mv "$new" "$dir/sources/debian.sources" && : >>"$dir/status" || exit
	# Proxies and certificates of the machine stay in effect, its hooks do not.
	cat >"$new" <<END
#clear APT::Update;
#clear APT::Architectures;
APT::Update::Error-Mode "any";
APT::Architecture "$host";
APT::Architectures { $(printf '"%s"; ' $architectures)};
APT::Default-Release "";
Acquire::Languages "none";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$dir/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "$dir/preferences";
Dir::State "$dir/state";
Dir::State::status "$dir/status";
Dir::State::Lists "$dir/lists";
Dir::Cache "$dir";
Dir::Cache::archives "$dir/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
END
	[ "$(id -u)" != 0 ] || echo 'APT::Sandbox::User "root";' >>"$new"
	mv "$new" "$dir/apt.conf" || exit
	echo "$dir/apt.conf"
}

# apt_update SUITE: read its package lists anew.
apt_update()
{
	local suite=$1 conf dir

	conf=$(apt_config "$suite") || exit
	dir=$(dirname "$conf")
	echo "$me: reading the package lists of ${suite/#own/this machine\'s suites} for $arch" >&2
	if ! apt-get -qq -c "$conf" update >"$dir/log" 2>&1; then
		cat "$dir/log" >&2
		return 1
	fi
	touch "$dir/complete"
}

# apt_known SUITE PREFIX: the names of packages that begin so; the lists are read
# the first time.
apt_known()
{
	local suite=$1 conf

	[ -e "$cache/apt/$suite-$arch/complete" ] ||
		with_lock "$cache/apt.lock" apt_update "$suite" || return
	conf=$(apt_config "$suite") || return
	apt-cache -c "$conf" pkgnames "$2" 2>/dev/null
}

# apt_has SUITE PACKAGE
apt_has()
{
	[[ $'\n'$(apt_known "$1" "$2")$'\n' == *$'\n'"$2"$'\n'* ]]
}

# apt_download_from SUITE WHAT PACKAGE...: the packages into the current directory.
apt_download_from()
{
	local suite=$1 what=$2 conf

	shift 2
	conf=$(apt_config "$suite") || exit
	echo "$me: downloading $what" >&2
	# The package lists may be older than the archive.
	if ! apt-get -q -c "$conf" download "$@" >download.log 2>&1 &&
	   ! { apt_update "$suite" && apt-get -q -c "$conf" download "$@" >download.log 2>&1; }; then
		cat download.log >&2
		die 1 "cannot download $what: check the network"
	fi
	rm -f download.log
}
