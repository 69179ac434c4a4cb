#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop diff and find on files: what is compared and searched, what is not known, and
# tables that are not what they ought to be.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

drmsnoop=$DRM_SNOOP_BUILD/tools/drmsnoop
plan 37
cd "$work" || exit 1

# table NAME RANGES: of a file of 64K from 0x10000 on
table()
{
	printf '{"start":"0x10000","end":"0x20000","ranges":[%s\n]}\n' "$2" >"$1.json"
}

# range START END [KIND [ERROR]]
range()
{
	printf '\n{"start":"%s","end":"%s","kind":"%s","error":%s,"change":null}' "$1" "$2" \
		"${3:-object}" "${4:-null}"
}

# put FILE OFFSET TEXT
put()
{
	printf '%s' "$3" | dd of="$1" bs=1 seek="$(($2))" conv=notrunc status=none
}

# both STATUS ARGUMENTS...: what it prints, and its status before that
both()
{
	"$drmsnoop" "$@" 2>err
	echo "status $?"
}

truncate -s 64K a b
for file in a b; do
	table $file "$(range 0x10000 0x11000),$(range 0x11000 0x12000),$(range 0x13000 0x14000 userptr '"EIO"'),$(range 0x14000 0x15000 sparse)"
	put $file 0xff8 'over a border'
	put $file 0x1100 same
done

is 'the same' "$(both diff --size 8K a b)" 'status 0'
is 'not known is not the same' "$(both diff a b)" \
	'000000013000-000000014000 not compared: A unreadable (EIO), B unreadable (EIO)
status 2'
is 'it is said' "$(cat err)" 'drmsnoop diff: 4096 bytes could not be compared'
put b 0x1100 Same
put b 0x110b x
is 'changes' "$(both diff a b)" \
	'000000011100-000000011101 1 byte changed
-00011100  73                                                |s|
+00011100  53                                                |S|
00000001110b-00000001110c 1 byte changed
-0001110b  00                                                |.|
+0001110b  78                                                |x|
000000013000-000000014000 not compared: A unreadable (EIO), B unreadable (EIO)
status 1'
is 'a list' "$(both diff -l --va 0x11100 --size 1 a b)" \
	'000000011100-000000011101 1 byte changed
status 1'
is 'quiet' "$(both diff -s a b)$(cat err)" 'status 1'
is 'JSON' "$(both diff --json a b)" \
	'{"a":{"name":"a","start":"0x10000"},"b":{"name":"b","start":"0x10000"},"size":"0x10000","changes":[
{"kind":"bytes","a":"0x11100","b":"0x11100","size":1,"a_bytes":"73","b_bytes":"53"},
{"kind":"bytes","a":"0x1110b","b":"0x1110b","size":1,"a_bytes":"00","b_bytes":"78"},
{"kind":"unknown","a":"0x13000","b":"0x13000","size":4096,"a_state":"unreadable","b_state":"unreadable","a_reason":"EIO","b_reason":"EIO"}],"changed":2,"unknown":4096}
status 1'
succeeds 'JSON is JSON' python3 -c 'import json, subprocess, sys
json.loads(subprocess.run(sys.argv[1:], stdout=subprocess.PIPE).stdout)' "$drmsnoop" diff --json a b
is 'other addresses' "$(both diff -l --size 4 a,va=0x10ff8 b,va=0x10ff9)" \
	'000000010ff8-000000010ffc 000000010ff9-000000010ffd 4 bytes changed
status 1'
table b "$(range 0x10000 0x11000 sparse),$(range 0x12000 0x13000),$(range 0x13000 0x14000)"
is 'bound on one side only; zeros that are not bound' "$(both diff -l --va 0x11000 --size 20K a b)" \
	'000000011000-000000012000 A data, B unbound
000000012000-000000013000 A unbound, B data
000000013000-000000014000 not compared: A unreadable (EIO), B data
000000014000-000000015000 A zeros, B unbound
status 1'
is 'sparse and bytes' "$(both diff -l --size 4K a b)" \
	'000000010ff8-000000011000 8 bytes changed
status 1'
sed -i 's/0x20000/0x1c000/' b.json
truncate -s 48K b
is 'outside of one file' "$(both diff --va 0x1b000 --size 8K a b)" \
	'00000001c000-00000001d000 not compared: A unbound, B outside
status 2'
is 'by default all' "$(both diff --json a b | head -1)" \
	'{"a":{"name":"a","start":"0x10000"},"b":{"name":"b","start":"0x10000"},"size":"0x10000","changes":['

is 'find: over the border of two ranges' "$(both find --string 'over a border' a)" '000000010ff8
status 0'
is 'what was not searched is said' "$(cat err)" \
	'drmsnoop find: a: 000000013000-000000014000 was not searched: unreadable: EIO'
is 'quiet' "$(both find -q --string same a)" 'status 0'
is 'not found, and not known' "$(both find --string none a)" 'status 2'
is 'not found' "$(both find --string none --size 8K a)" 'status 1'
is 'words' "$(both find --u32 "$(printf '0x%s' "$(printf emas | od -An -tx1 | tr -d ' ')")" a)" '000000011100
status 0'
is 'two words' "$(both find --u32 '0x656d6173, 0' --size 8K a)" '000000011100
status 0'
is 'alignment' "$(both find --align 16 --string ov a | tail -1)$(both find --align 8 --string ov --size 8K a | tail -1)" \
	'status 2status 0'
is 'a count' "$(both find -m 2 00 a)" '000000010000
000000010001
status 0'
put a 0x1ffc FOUR
put a 0x4000 FIVE
is 'a gap' "$(both find --string FOURFIVE --va 0x11000 --size 4K a)" 'status 1'
table a "$(range 0x10000 0x12000),$(range 0x14000 0x15000)"
is 'not over a gap, though all else is the same' "$(both find --string FOURFIVE a)" 'status 1'
table a "$(range 0x10000 0x12000),$(range 0x12000 0x13000 sparse)"
is 'over bytes and zeros' "$(both find '46 4f 55 52 00 00' a)" '000000011ffc
status 0'
is 'JSON' "$(both find --json --string FOUR a)" \
	'{"name":"a","pattern":"464f5552","align":1,"matches":["0x11ffc"],"count":1,"unreadable":0}
status 0'

python3 - <<'END'
import json
table = json.load(open('a.json'))
json.dump(table, open('a.json', 'w'), indent=4, sort_keys=True)
END
is 'a table that was reformatted' "$(both find --string FOUR a)" '000000011ffc
status 0'
truncate -s 32K a
fails 'a file of another size' 2 'a.json is not the table of a: the sizes differ' "$drmsnoop" find 00 a
truncate -s 64K a
table a "$(range 0x14000 0x15000),$(range 0x10000 0x12000)"
fails 'ranges out of order' 2 'not a table' "$drmsnoop" find 00 a
table a "$(range 0xf000 0x12000)"
fails 'ranges before the start' 2 'not a table' "$drmsnoop" find 00 a
table a "$(range 0x1f000 0x21000)"
fails 'ranges behind the end' 2 'not a table' "$drmsnoop" find 00 a
table a "$(range 0x12000 0x12000)"
fails 'an empty range' 2 'not a table' "$drmsnoop" find 00 a
printf '{"start":"0x10000","end":"0x20000","ranges":[{"start":"0x10000"' >a.json
fails 'a table that was cut' 2 'not a table' "$drmsnoop" find 00 a
table a ''
is 'an empty table' "$(both find 00 a)" 'status 1'
rm a.json
fails 'no table' 2 '^drmsnoop find: a is neither a core of drmsnoop core nor a snapshot with its table a.json: keep both together$' \
	"$drmsnoop" find 00 a
mkfifo a.json
fails 'a table that is a pipe' 2 '^drmsnoop diff: a.json is not a regular file: copy it into one$' \
	timeout 20 "$drmsnoop" diff a b
fails 'a directory' 2 '^drmsnoop find: . is a directory: name a file in it$' "$drmsnoop" find 00 .
