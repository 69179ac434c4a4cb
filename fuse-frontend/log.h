/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LOG_H
#define LOG_H

/*
 * Log: standard error in the foreground, else syslog (facility daemon)
 *
 * Normal work logs nothing. One line a message.
 */

#include <stdbool.h>

/**
 * log_start - take over the messages of libfuse too
 * @debug: let debug messages through
 *
 * Until log_to_syslog() all goes to standard error.
 */
void log_start(bool debug);

/**
 * log_quiet - remember messages of libfuse instead of printing them
 *
 * Until log_start() or log_to_syslog(): at start, one line is printed in all.
 */
void log_quiet(void);

/**
 * log_last - the last message that log_quiet() held back
 *
 * Without a newline; "" if there was none.
 */
const char *log_last(void);

/**
 * log_to_syslog - from now on write to syslog
 */
void log_to_syslog(void);

/**
 * log_error - something went wrong in the daemon
 */
void log_error(const char *message);

/**
 * log_refusal - the kernel does not let the user look at something
 * @message: cause and cure
 *
 * At most one line a second, and the same line at most once a minute.
 */
void log_refusal(const char *message);

#endif /* LOG_H */
