# SPDX-License-Identifier: GPL-2.0-or-later
# Commands of other users, for tests in bash.
# shellcheck shell=bash

# as USER COMMAND...: with the user's groups, and nothing else of the caller's.
as()
{
	setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"
}
