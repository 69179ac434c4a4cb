// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * poll(), select() and epoll on snoop files: what is told about the ends of clients
 * and of the card, to whom, and that nothing runs for those who do not ask.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-card.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop.h"
#include "trace.h"

/* Longer than any machine needs; shorter than the test may take. */
#define LONG_MS		60000
/* Several times the 250 ms in which the end of a client is told. */
#define QUIET_MS	1000

#define READABLE	(POLLIN | POLLRDNORM)
#define WRITABLE	(POLLOUT | POLLWRNORM)
#define ALL		(READABLE | WRITABLE | POLLPRI)

#define TRACE		"snoop-poll"
#define TRACE_EVENT	"workqueue/workqueue_execute_start"

#define POLLERS		12
#define RACES		60

/* A process with a client of its own, which does as it is told. */
struct child {
	pid_t pid;
	int to;
	__u64 id;
};

enum order { CLOSE = 'c', EXEC = 'e', EXEC_KEEP = 'k' };

static void child_run(int snoop, int in, int out)
{
	int drm = snoop_open_drm(snoop, DRM_SNOOP_NODE_RENDER, O_RDWR);
	__u64 id;
	char order;

	if (drm < 0 || snoop_fdinfo_client(drm, &id) || write(out, &id, sizeof(id)) != sizeof(id))
		_exit(1);
	while (read(in, &order, 1) == 1) {
		if (order == CLOSE) {
			close(drm);
		} else {
			if (order == EXEC_KEEP)
				fcntl(drm, F_SETFD, 0);
			execlp("sleep", "sleep", "1000", (char *)NULL);
			_exit(1);
		}
	}
	_exit(0);
}

static void child_start(struct child *child, int snoop)
{
	int to[2], from[2], drm;
	__u64 id;

	expect_ok(pipe2(to, O_CLOEXEC));
	expect_ok(pipe2(from, O_CLOEXEC));
	child->pid = fork();
	expect_true(child->pid >= 0);
	if (!child->pid) {
		close(to[1]);
		child_run(snoop, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	expect_equal(read(from[0], &child->id, sizeof(child->id)), sizeof(child->id));
	close(from[0]);
	child->to = to[1];
	drm = expect_ok(snoop_steal_fd(child->pid,
				       expect_ok(snoop_client_fd(child->pid, child->id))));
	expect_ok(snoop_register(snoop, drm, &id));
	expect_equal(id, child->id);
	close(drm);
}

static void child_order(const struct child *child, char order)
{
	expect_equal(write(child->to, &order, 1), 1);
}

/* It executes another program by now. */
static void child_wait_exec(const struct child *child)
{
	char path[32], comm[32] = "";
	int tries = 0;

	snprintf(path, sizeof(path), "/proc/%d/comm", child->pid);
	while (strcmp(comm, "sleep\n")) {
		FILE *file = fopen(path, "re");

		expect_true(file && fgets(comm, sizeof(comm), file));
		fclose(file);
		expect_true(tries++ < LONG_MS / 10);
		usleep(10000);
	}
}

static void child_kill(struct child *child)
{
	int status;

	expect_ok(kill(child->pid, SIGKILL));
	expect_ok(waitpid(child->pid, &status, 0));
	close(child->to);
}

/* What poll() tells; 0 when the time is over. */
static short poll_for(int fd, short events, int ms)
{
	struct pollfd entry = { .fd = fd, .events = events };
	int ret = poll(&entry, 1, ms);

	if (ret < 0)
		expect_failed(__FILE__, __LINE__, "poll: %m");
	return ret ? entry.revents : 0;
}

static short poll_now(int fd)
{
	return poll_for(fd, ALL, 0);
}

/* Waits for what @events do not ask for but is told always. */
static void expect_hangup(int fd)
{
	expect_equal(poll_for(fd, 0, LONG_MS), POLLHUP);
}

static void list_clients(int snoop, unsigned int count)
{
	struct drm_snoop_client clients[8];

	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 8, 8)),
		     count);
}

/* A regular-like file: it can always be read, and written if it was opened so. */
static void test_nothing_registered(void **state)
{
	struct scene *scene = *state;
	int plain = expect_ok(snoop_open("gpusim", 0));
	int writable = expect_ok(snoop_reopen(plain, O_RDWR));
	int only = expect_ok(snoop_reopen(plain, O_WRONLY));
	struct drm_snoop_card_info info;

	expect_ok(snoop_card_info(scene->snoop, &info));
	expect_true(info.features & DRM_SNOOP_FEATURE_POLL);
	expect_equal(poll_now(plain), READABLE);
	expect_equal(poll_now(writable), READABLE | WRITABLE);
	expect_equal(poll_now(only), READABLE | WRITABLE);
	expect_equal(poll_for(plain, POLLOUT | POLLPRI, QUIET_MS), 0);
	expect_equal(poll_for(writable, 0, QUIET_MS), 0);
	/* The scene's has a client, which lives; bound or not makes no difference. */
	expect_equal(poll_now(scene->snoop), READABLE);
	scene_bind(scene);
	expect_equal(poll_for(scene->snoop, POLLPRI, QUIET_MS), 0);
	expect_equal(poll_now(scene->snoop), READABLE);
	close(only);
	close(writable);
	close(plain);
}

static void test_client_closed(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_reopen(scene->snoop, O_RDWR));
	struct child child;
	char byte;

	child_start(&child, snoop);
	expect_equal(poll_now(snoop), READABLE | WRITABLE);
	child_order(&child, CLOSE);
	expect_hangup(snoop);
	/* It can be read, in that this does not wait; there is nothing to write to. */
	expect_equal(poll_now(snoop), READABLE | POLLPRI | POLLHUP);
	expect_error(snoop_bind_object(snoop, child.id, 1, NULL), ESRCH);
	expect_error(snoop_pread(snoop, &byte, 1, 0), ENXIO);
	/* Told once, the client does not matter; the hangup stays. */
	list_clients(snoop, 1);
	expect_equal(poll_now(snoop), READABLE | POLLHUP);
	/* With another one there is something to wait for again. */
	expect_ok(snoop_register(snoop, scene->drm, &scene->client_id));
	expect_equal(poll_now(snoop), READABLE | WRITABLE);
	child_kill(&child);
	close(snoop);
}

/* Of two clients the one that the file is bound to decides. */
static void test_bound(void **state)
{
	struct scene *scene = *state;
	struct child first, second;
	__u64 id;
	int drm;

	child_start(&first, scene->snoop);
	child_start(&second, scene->snoop);
	scene_bind(scene);
	child_kill(&first);
	expect_equal(poll_for(scene->snoop, POLLPRI, LONG_MS), POLLPRI);
	expect_equal(poll_now(scene->snoop), READABLE | POLLPRI);
	scene_check_bound(scene);
	list_clients(scene->snoop, 3);
	expect_equal(poll_for(scene->snoop, POLLPRI, QUIET_MS), 0);
	child_kill(&second);
	expect_equal(poll_for(scene->snoop, POLLPRI, LONG_MS), POLLPRI);
	/* LIST may be the first that finds out. */
	list_clients(scene->snoop, 3);
	expect_equal(poll_now(scene->snoop), READABLE);

	/* Now the one that it is bound to, while another one lives. */
	drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
	expect_ok(snoop_register(scene->snoop, drm, &id));
	close(scene->drm);
	expect_hangup(scene->snoop);
	expect_equal(poll_now(scene->snoop), READABLE | POLLPRI | POLLHUP);
	scene->drm = drm;
}

/* What the file is bound to can be changed, also while it is over. */
static void test_bound_anew(void **state)
{
	struct scene *scene = *state;
	int drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
	uint32_t handle;
	__u64 id;

	expect_ok(gc_bo_create(drm, SCENE_SIZE, GC_SYSTEM, 0, &handle));
	expect_ok(snoop_register(scene->snoop, drm, &id));
	scene_bind(scene);
	close(scene->drm);
	expect_hangup(scene->snoop);
	expect_ok(snoop_bind_object(scene->snoop, id, handle, NULL));
	expect_equal(poll_now(scene->snoop), READABLE | POLLPRI);
	expect_equal(poll_for(scene->snoop, 0, QUIET_MS), 0);
	close(drm);
	expect_hangup(scene->snoop);
	scene->drm = -1;
}

static void test_unbound(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	struct child first, second;

	child_start(&first, snoop);
	child_start(&second, snoop);
	child_kill(&second);
	expect_equal(poll_for(snoop, POLLPRI, LONG_MS), POLLPRI);
	expect_equal(poll_for(snoop, 0, QUIET_MS), 0);
	child_kill(&first);
	expect_hangup(snoop);
	list_clients(snoop, 2);
	expect_equal(poll_now(snoop), READABLE | POLLHUP);
	/* Another open file has its own registrations. */
	expect_equal(poll_now(scene->snoop), READABLE);
	close(snoop);
}

static void test_twice(void **state)
{
	struct scene *scene = *state;
	int copy = dup(scene->drm);
	__u64 id;

	expect_ok(snoop_register(scene->snoop, copy, &id));
	expect_equal(id, scene->client_id);
	close(copy);
	/* That was not the last descriptor. */
	expect_equal(poll_for(scene->snoop, POLLPRI, QUIET_MS), 0);
	close(scene->drm);
	scene->drm = -1;
	expect_equal(poll_for(scene->snoop, POLLPRI, LONG_MS) & POLLPRI, POLLPRI);
	list_clients(scene->snoop, 1);
	expect_equal(poll_now(scene->snoop), READABLE | POLLHUP);
}

/* A descriptor that another process has got keeps the client. */
static void test_killed(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	struct child child;
	int kept;

	child_start(&child, snoop);
	kept = expect_ok(snoop_steal_fd(child.pid,
					expect_ok(snoop_client_fd(child.pid, child.id))));
	child_kill(&child);
	expect_equal(poll_for(snoop, POLLPRI, QUIET_MS), 0);
	close(kept);
	expect_hangup(snoop);
	(void)scene;
	close(snoop);
}

static void test_exec(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	int other = expect_ok(snoop_reopen(scene->snoop, O_RDONLY));
	struct child closing, keeping;

	child_start(&closing, snoop);
	child_order(&closing, EXEC);
	expect_hangup(snoop);

	child_start(&keeping, other);
	child_order(&keeping, EXEC_KEEP);
	child_wait_exec(&keeping);
	expect_equal(poll_for(other, POLLPRI, QUIET_MS), 0);
	child_kill(&keeping);
	expect_hangup(other);
	child_kill(&closing);
	close(other);
	close(snoop);
}

static void *wait_hangup(void *fd)
{
	return (void *)(long)poll_for(*(int *)fd, 0, LONG_MS);
}

/* Who waits already when there is nothing to wait for is told what comes then. */
static void test_registered_later(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	pthread_t thread;
	void *events;
	__u64 id;

	assert_int_equal(pthread_create(&thread, NULL, wait_hangup, &snoop), 0);
	usleep(QUIET_MS * 1000);
	expect_ok(snoop_register(snoop, scene->drm, &id));
	close(scene->drm);
	scene->drm = -1;
	assert_int_equal(pthread_join(thread, &events), 0);
	expect_equal((long)events, POLLHUP);
	close(snoop);
}

/* Exceptional conditions of select() are those of POLLPRI. */
static void test_select(void **state)
{
	struct scene *scene = *state;
	struct timeval quiet = { .tv_usec = QUIET_MS * 1000 % 1000000, .tv_sec = QUIET_MS / 1000 };
	struct timeval longer = { .tv_sec = LONG_MS / 1000 };
	fd_set read, except;

	FD_ZERO(&except);
	FD_SET(scene->snoop, &except);
	expect_equal(select(scene->snoop + 1, NULL, NULL, &except, &quiet), 0);
	FD_ZERO(&read);
	FD_SET(scene->snoop, &read);
	expect_equal(select(scene->snoop + 1, &read, NULL, NULL, &quiet), 1);
	close(scene->drm);
	scene->drm = -1;
	FD_SET(scene->snoop, &except);
	expect_equal(select(scene->snoop + 1, NULL, NULL, &except, &longer), 1);
	expect_true(FD_ISSET(scene->snoop, &except));
}

static int epoll_on(int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	expect_true(epoll >= 0);
	expect_true(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static uint32_t epoll_get(int epoll, int ms)
{
	struct epoll_event event;
	int ret = epoll_wait(epoll, &event, 1, ms);

	if (ret < 0)
		expect_failed(__FILE__, __LINE__, "epoll_wait: %m");
	return ret ? event.events : 0;
}

static void test_epoll(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	int level = epoll_on(snoop, EPOLLPRI), edge = epoll_on(snoop, EPOLLPRI | EPOLLET);
	int nested = epoll_on(level, EPOLLIN);
	__u64 id;

	expect_ok(snoop_register(snoop, scene->drm, &id));
	expect_equal(epoll_get(level, QUIET_MS), 0);
	close(scene->drm);
	scene->drm = -1;
	expect_equal(epoll_get(nested, LONG_MS), EPOLLIN);
	expect_equal(epoll_get(level, LONG_MS), EPOLLPRI | EPOLLHUP);
	expect_equal(epoll_get(edge, LONG_MS), EPOLLPRI | EPOLLHUP);
	/* The condition lasts; it began once. */
	expect_equal(epoll_get(level, 0), EPOLLPRI | EPOLLHUP);
	expect_equal(epoll_get(edge, QUIET_MS), 0);
	list_clients(snoop, 1);
	expect_equal(epoll_get(level, 0), EPOLLHUP);
	/* The sets are empty with the file. */
	close(snoop);
	expect_equal(epoll_get(level, 0), 0);
	close(nested);
	close(edge);
	close(level);
}

/* Many threads on one file, in each of the ways, and files of their own. */
static void *wait_somehow(void *arg)
{
	static atomic_uint kind;
	int fd = *(int *)arg, epoll;
	struct timeval longer = { .tv_sec = LONG_MS / 1000 };
	fd_set except;
	bool told;

	switch (atomic_fetch_add(&kind, 1) % 3) {
	case 0:
		return (void *)(long)(poll_for(fd, 0, LONG_MS) & POLLHUP);
	case 1:
		epoll = epoll_on(fd, 0);
		told = epoll_get(epoll, LONG_MS) & EPOLLHUP;
		close(epoll);
		return (void *)(long)(told ? POLLHUP : 0);
	default:
		FD_ZERO(&except);
		FD_SET(fd, &except);
		return (void *)(long)(select(fd + 1, NULL, NULL, &except, &longer) == 1 ?
				      POLLHUP : 0);
	}
}

static void test_many_pollers(void **state)
{
	struct scene *scene = *state;
	pthread_t threads[POLLERS];
	int fds[POLLERS];
	unsigned int i;
	void *events;
	__u64 id;

	for (i = 0; i < POLLERS; i++) {
		fds[i] = i < POLLERS / 2 ? dup(scene->snoop) : expect_ok(snoop_open("gpusim", 0));
		expect_ok(snoop_register(fds[i], scene->drm, &id));
		assert_int_equal(pthread_create(&threads[i], NULL, wait_somehow, &fds[i]), 0);
	}
	usleep(QUIET_MS * 1000);
	close(scene->drm);
	scene->drm = -1;
	for (i = 0; i < POLLERS; i++) {
		assert_int_equal(pthread_join(threads[i], &events), 0);
		expect_equal((long)events, POLLHUP);
		close(fds[i]);
	}
}

/* The number of a file is closed, and its client ended, while others wait for it. */
static void test_close_races(void **state)
{
	struct scene *scene = *state;
	unsigned int i;

	for (i = 0; i < RACES; i++) {
		int drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
		int snoop = expect_ok(snoop_open("gpusim", 0)), copy = dup(snoop);
		int epoll = epoll_on(snoop, EPOLLPRI);
		pthread_t threads[2];
		void *events;
		__u64 id;

		expect_ok(snoop_register(snoop, drm, &id));
		assert_int_equal(pthread_create(&threads[0], NULL, wait_hangup, &copy), 0);
		assert_int_equal(pthread_create(&threads[1], NULL, wait_hangup, &copy), 0);
		usleep(random() % 20000);
		/* The threads hold the file while they wait, if they have begun. */
		close(snoop);
		close(drm);
		assert_int_equal(pthread_join(threads[0], &events), 0);
		expect_equal((long)events, POLLHUP);
		assert_int_equal(pthread_join(threads[1], &events), 0);
		expect_equal((long)events, POLLHUP);

		/* With the timer running, closed for good. */
		drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR));
		expect_ok(snoop_register(copy, drm, &id));
		expect_equal(epoll_get(epoll, 0) & EPOLLHUP, 0);
		close(copy);
		expect_equal(epoll_get(epoll, 0), 0);
		close(epoll);
		close(drm);
	}
}

/* How often the timer of any snoop file ran since tracing began. */
static unsigned int trace_runs(void)
{
	const char *line = trace_read(TRACE);
	unsigned int runs = 0;

	/* No other event is recorded. */
	while ((line = strstr(line, "function snoop_poll_work"))) {
		runs++;
		line++;
	}
	return runs;
}

/* No more runs come: what is under way has ended after the first pause. */
static void expect_no_timer(void)
{
	unsigned int runs;

	usleep(QUIET_MS * 1000);
	runs = trace_runs();
	usleep(QUIET_MS * 1000);
	expect_equal(trace_runs(), runs);
}

/* The timer runs while somebody waits, and at no other time. */
static void test_timer(void **state)
{
	struct scene *scene = *state;
	int epoll, snoop = expect_ok(snoop_open("gpusim", 0));
	unsigned int runs;
	__u64 id;

	trace_begin(TRACE, TRACE_EVENT);

	/* Nobody asks, or just once, or there is nobody who could end. */
	expect_ok(snoop_register(snoop, scene->drm, &id));
	expect_equal(poll_now(snoop), READABLE);
	close(snoop);
	snoop = expect_ok(snoop_open("gpusim", 0));
	expect_equal(poll_for(snoop, 0, QUIET_MS), 0);
	expect_equal(trace_runs(), 0);

	expect_ok(snoop_register(snoop, scene->drm, &id));
	expect_equal(poll_for(snoop, 0, 2 * QUIET_MS), 0);
	runs = trace_runs();
	expect_true(runs > 0);
	expect_no_timer();

	/* epoll waits as long as the file is in the set. */
	runs = trace_runs();
	epoll = epoll_on(snoop, EPOLLPRI);
	usleep(2 * QUIET_MS * 1000);
	expect_true(trace_runs() > runs);
	close(snoop);
	expect_no_timer();
	close(epoll);

	/* And as long as there is a client. */
	epoll = epoll_on(scene->snoop, EPOLLPRI);
	close(scene->drm);
	scene->drm = -1;
	expect_equal(epoll_get(epoll, LONG_MS), EPOLLPRI | EPOLLHUP);
	expect_no_timer();
	close(epoll);
	trace_end(TRACE, TRACE_EVENT);
}

/* No client is registered, so it is the card that wakes them. */
static void test_card_unbound(void **state)
{
	struct scene *scene = *state;
	pthread_t threads[POLLERS];
	int fds[POLLERS], epoll;
	unsigned int i;
	void *events;

	for (i = 0; i < POLLERS; i++) {
		fds[i] = expect_ok(snoop_reopen(scene->snoop, O_RDWR));
		assert_int_equal(pthread_create(&threads[i], NULL, wait_hangup, &fds[i]), 0);
	}
	epoll = epoll_on(scene->snoop, EPOLLET);
	usleep(QUIET_MS * 1000);
	card_find();
	card_unbind();
	for (i = 0; i < POLLERS; i++) {
		assert_int_equal(pthread_join(threads[i], &events), 0);
		expect_equal((long)events, POLLHUP);
		expect_equal(poll_now(fds[i]), READABLE | POLLHUP);
		close(fds[i]);
	}
	expect_equal(epoll_get(epoll, LONG_MS), EPOLLHUP);
	expect_equal(poll_now(scene->snoop), READABLE | POLLHUP);
	card_bind();
	/* The old file stays over. */
	expect_equal(poll_now(scene->snoop), READABLE | POLLHUP);
	close(epoll);
}

#define SCENE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SCENE_TEST(test_nothing_registered),
		SCENE_TEST(test_client_closed),
		SCENE_TEST(test_bound),
		SCENE_TEST(test_bound_anew),
		SCENE_TEST(test_unbound),
		SCENE_TEST(test_twice),
		SCENE_TEST(test_killed),
		SCENE_TEST(test_exec),
		SCENE_TEST(test_registered_later),
		SCENE_TEST(test_select),
		SCENE_TEST(test_epoll),
		SCENE_TEST(test_many_pollers),
		SCENE_TEST(test_close_races),
		SCENE_TEST(test_timer),
		SCENE_TEST(test_card_unbound),
	};

	return run_group("snoop-poll", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
